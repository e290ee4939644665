"""The money: what a project may be paid, what it was paid, and from which source (spec §6, D02, D14, D17)."""
