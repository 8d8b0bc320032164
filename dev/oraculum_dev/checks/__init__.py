"""What `make test` and its parts run: steps as data, run together where they can be, told in one summary."""
