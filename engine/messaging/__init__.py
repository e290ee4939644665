"""Messages and signals between cases: whom they are for, and what starts a process."""
