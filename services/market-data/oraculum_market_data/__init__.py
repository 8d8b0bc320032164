"""Oraculum: market_data."""
