"""Oraculum: dev."""
