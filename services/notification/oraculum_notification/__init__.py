"""Oraculum: notification."""
