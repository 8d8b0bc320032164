"""Polymarket: gamma, CLOB and data APIs, and the market socket."""
