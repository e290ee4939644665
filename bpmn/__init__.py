"""Process diagrams and decision tables that ship with the product (data only)."""
