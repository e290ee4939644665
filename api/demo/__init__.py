"""The demonstration: an invented organisation, five rows of a real annual plan, and people who work on them."""
