"""Measures market-data by itself, without the venues' sockets."""
