"""Oraculum: money."""
