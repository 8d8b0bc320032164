"""What prediction asks of its database, by what it is about."""
