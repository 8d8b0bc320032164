"""Oraculum: kit."""
