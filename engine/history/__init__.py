"""The history: what each command did, in values that can be shown, exported and replayed."""
