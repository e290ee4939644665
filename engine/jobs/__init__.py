"""Work that is due later. Today: timers of running cases."""
