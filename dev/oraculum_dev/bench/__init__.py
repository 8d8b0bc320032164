"""`oraculum bench`: how fast it is, measured from outside, beside what the machine could do at most."""
