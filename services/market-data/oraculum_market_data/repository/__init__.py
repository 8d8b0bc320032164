"""What market-data asks of its database, one module for each thing it asks about; the statements are in sql/."""
