"""Oraculum: gateway."""
