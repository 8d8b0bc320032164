"""Backups of the suite's database, restoring it to a moment, and the drill that proves both."""
