"""Recorded payloads, served as they were recorded: the clock is shifted, never a byte of a record."""
