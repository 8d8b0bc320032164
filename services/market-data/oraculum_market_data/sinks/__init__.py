"""Where quotes and trades go: Kafka, Redis and PostgreSQL, each at its own pace."""
