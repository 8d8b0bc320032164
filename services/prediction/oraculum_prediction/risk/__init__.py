"""Risk: who may stake how much on what, what looks wrong, and what is sold at a price while its owner sleeps.

    limits      the rules as pure functions: what an order would use, what was used, what is allowed
    book        the counters of the people in a batch: looked up once, checked in memory, written once; `account` is one of them
    gate, desk  how the engine meets all of this: at the door of a market, in a round of a batch
    policy      tiers, prohibitions and the house's limits as they stand; `rulings` changes them
    house       what the market makers can still lose
    abuse       what looks odd about an order; `company` knows who came from the same device, `reviews` what waits for a look
    triggers    sales that wait for a price; `placing` and `through` are the way of orders that nobody waits for
    sizing      stakes and impact, `correlation`, and `advice`, which answers with them

Whatever is told to people goes through `alerts`.
"""
