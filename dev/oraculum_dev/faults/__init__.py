"""Tools that break a running suite on purpose, and the proof that nothing came of it."""
