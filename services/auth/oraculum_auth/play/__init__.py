"""Responsible play: what people set themselves, so that others keep it."""
