"""The database: connections, migrations and what differs between SQLite and PostgreSQL."""
