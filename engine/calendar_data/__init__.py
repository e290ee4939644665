"""Holiday arrangements as published, one file a year."""
