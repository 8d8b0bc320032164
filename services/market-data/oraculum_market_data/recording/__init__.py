"""Keeping what the venues send, byte by byte, so that it can be replayed."""
