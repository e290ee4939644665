"""The web: JSON API, Chinese pages and the command line."""
