"""Finding the same question on several venues: by its words, its figures, its dates and whom it is about."""
