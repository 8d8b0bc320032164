"""A new version rolled out while people work: every process is restarted in turn under load, and nobody may notice."""
