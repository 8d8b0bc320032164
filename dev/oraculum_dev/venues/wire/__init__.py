"""What the three venues' wires share: rows of a listing, answers, and the way out to a socket."""
