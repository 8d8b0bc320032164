"""Oraculum: event."""
