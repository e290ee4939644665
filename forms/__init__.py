"""Forms: form-js definitions read, rendered in Chinese, validated, and shown again as they were submitted."""
