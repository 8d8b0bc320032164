"""What happens on the invented venues, in words that none of the three uses: wires translate it later."""
