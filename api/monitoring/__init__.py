"""What operators watch: whether the service lives, is ready, and how much it has to do."""
