"""What trading came to: figures for people, for the public and for administrators."""
