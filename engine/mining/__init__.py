"""Event logs for process mining: a selection of cases as XES, OCEL 2.0 or CSV, written while they are read."""
