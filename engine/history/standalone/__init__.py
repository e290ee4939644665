"""What leaves the house with a case bundle: a program that needs nothing but Python."""
