"""Words that say nothing, words that say the same, and words that turn a question around."""

from typing import Final

_SAYING_NOTHING: Final = """
a an and are as at be been being by can could did do does for from has have having how i if in into is it its
    may might of on or our shall should so some such than that the their them then there these they this those to was
    were what when where which while who whom whose why will with would yes any all new happen occur market
    resolve price end start time date day week month year et est edt utc pm am per least most exactly about during
    through until till before after since later earlier within between up off over under above below more less
    greater higher lower equal reach hit get go make take come become there's what's who's it's
"""
STOP_WORDS: Final = frozenset(_SAYING_NOTHING.split())

# Short forms and other names, written out the same way.
CANONICAL: Final[dict[str, tuple[str, ...]]] = {
    "btc": ("bitcoin",), "xbt": ("bitcoin",), "eth": ("ethereum",), "ether": ("ethereum",), "sol": ("solana",),
    "xrp": ("ripple",), "doge": ("dogecoin",),
    "fed": ("federalreserv",), "fomc": ("federalreserv",), "federal": ("federalreserv",), "reserve": (),
    "us": ("usa",), "u.s": ("usa",), "usa": ("usa",), "united": (), "states": ("usa",), "america": ("usa",),
    "american": ("usa",), "uk": ("britain",), "british": ("britain",), "kingdom": ("britain",),
    "potus": ("president",), "presidency": ("president",), "presidential": ("president",),
    "gop": ("republican",), "republicans": ("republican",), "dem": ("democrat",), "dems": ("democrat",),
    "democrats": ("democrat",), "democratic": ("democrat",), "scotus": ("supreme", "court"),
    "nominee": ("nominat",), "nomination": ("nominat",), "nominated": ("nominat",), "nominate": ("nominat",),
    "win": ("win",), "wins": ("win",), "won": ("win",), "winner": ("win",), "winning": ("win",),
    "champion": ("win", "championship"), "champions": ("championship",), "championship": ("championship",),
    "elected": ("elect",), "election": ("elect",), "elections": ("elect",), "elect": ("elect",),
    "cut": ("cut",), "cuts": ("cut",), "cutting": ("cut",), "decrease": ("cut",), "decreases": ("cut",),
    "lower": ("cut",), "lowers": ("cut",), "hike": ("hik",), "hikes": ("hik",), "raise": ("hik",), "raises": ("hik",),
    "increase": ("hik",), "increases": ("hik",), "rates": ("rat",), "rate": ("rat",), "basis": ("bp",),
    "points": (), "bps": ("bp",), "bp": ("bp",), "interest": (),
    "resign": ("resign",), "resigns": ("resign",), "resignation": ("resign",),
    "nyc": ("newyork",), "york": ("newyork",), "la": ("losangel",), "angeles": ("losangel",), "los": (),
    "ai": ("ai",), "gpt": ("gpt",), "nba": ("nba",), "nfl": ("nfl",), "superbowl": ("super", "bowl"),
    "ceasefire": ("ceasefir",), "cease-fire": ("ceasefir",), "truce": ("ceasefir",),
    "invade": ("invad",), "invades": ("invad",), "invasion": ("invad",), "invaded": ("invad",),
    "ukrainian": ("ukrain",), "ukraine": ("ukrain",), "russian": ("russia",), "chinese": ("china",),
    "israeli": ("israel",), "iranian": ("iran",),
}  # fmt: skip

# Questions that agree in all else are two when only one of them has such a word.
DECISIVE: Final = frozenset(
    {
        "nominat", "vice", "senat", "hous", "governor", "popular", "primary", "caucus", "semifinal", "picture",
        "support", "actress", "actor", "director", "jr", "pregnant", "engagement", "impeach", "pardon", "announc",
        "resign", "invad", "ceasefir", "strik", "debat", "charg", "mvp", "launch", "releas", "democrat", "republican",
        "out", "next", "cut", "hik", "confirm", "leav", "again", "first", "runoff", "control", "popul", "women", "men",
        "if", "attack", "nuclear", "chair", "approval", "margin", "turnout", "tie", "draw", "over", "total",
    }
)  # fmt: skip

NEGATIVE: Final = frozenset(
    {"not", "no", "never", "fail", "fails", "without", "won't", "wont", "doesn't", "lose", "loses"}
)

# Which way a figure is asked for.
TOWARDS: Final = {
    "above": "above", "over": "above", "exceed": "above", "exceeds": "above", "more": "above", "greater": "above",
    "higher": "above", "surpass": "above", "surpasses": "above", "least": "above", "reach": "above", "reaches": "above",
    "hit": "above", "hits": "above", "top": "above",
    "below": "below", "under": "below", "less": "below", "fewer": "below", "beneath": "below",
}  # fmt: skip
