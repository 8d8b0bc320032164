"""Oraculum: wallet."""
