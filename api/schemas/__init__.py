"""What programs send and get, as OpenAPI describes it."""
