"""Kalshi: the trade API's public market data, and its socket."""
