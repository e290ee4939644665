"""Outside work of service tasks: asking other systems (http), writing to people (email), telling systems (webhook)."""
