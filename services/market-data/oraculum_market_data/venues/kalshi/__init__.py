"""Kalshi: trade-api/v2, the old v1, and the socket."""
