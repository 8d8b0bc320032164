"""Oraculum: auth."""
