"""Who may act: units, positions, roles, separation of duties."""
