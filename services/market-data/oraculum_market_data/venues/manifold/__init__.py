"""Manifold: the v0 API, the site's internal contracts, and the socket."""
