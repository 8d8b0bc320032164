"""The routes of the public surface, one module for each part of it."""
