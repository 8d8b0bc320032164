"""The venues, one package each."""
