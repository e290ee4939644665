"""Rows as the history implies them: rebuilt from the events, and compared with what is stored, column by column."""
