"""Manifold: the v0 API and its socket."""
