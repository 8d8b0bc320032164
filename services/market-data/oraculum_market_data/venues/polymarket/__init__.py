"""Polymarket: Gamma, the order book service, the data service and their sockets."""
