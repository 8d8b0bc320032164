"""`oraculum demo`: the story of a bet, told against a running suite through its public API alone."""

from oraculum_dev.demo.command import main

__all__ = ["main"]
