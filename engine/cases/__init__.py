"""Running cases: loaded, moved by one step, saved; how they begin, what they may call, what a move would do."""
