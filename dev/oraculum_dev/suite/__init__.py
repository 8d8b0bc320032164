"""A whole suite on this machine: what runs, in which order it starts, how it is watched, and how it ends."""
