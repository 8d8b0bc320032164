"""Oraculum: prediction."""
