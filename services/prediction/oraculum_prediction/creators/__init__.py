"""Shares of creators: what they cost, who may sell them when, and what their holders earn. Pure functions on integers.

curve        the price of a creator's shares, fees included
lots         lock-ups, which are kept per purchase
dividends    the part of a creator's income that belongs to the holders
"""
