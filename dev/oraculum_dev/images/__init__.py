"""Images: what is built, under which name, and a base for machines that reach no registry."""
