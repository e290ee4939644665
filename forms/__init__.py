"""Task forms: definition, validation and rendering."""
