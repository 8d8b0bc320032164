"""Risk: who may stake how much on what, what looks wrong, and what is sold at a price while its owner sleeps.

limits      the rules as pure functions: what an order would use, what was used, what is allowed
book        the counters of the people in a batch: looked up once, checked in memory, written once
policy      tiers, prohibitions and the house's limits as they stand
house       what the market makers can still lose
"""
