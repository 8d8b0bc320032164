"""The real servers that a suite stands on: PostgreSQL, Valkey and Kafka, started without anything installed."""
