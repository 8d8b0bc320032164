"""What the domain asks of the database, one module for each thing it asks about; the statements are in sql/."""
