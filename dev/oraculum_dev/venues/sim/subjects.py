"""What the invented markets are about: names with every script and accent that real titles carry."""

Questions = tuple[tuple[str, tuple[str, ...]], ...]
"""Titles with the labels of what may be the answer."""

FOOTBALL_CLUBS = (
    "Malmö FF", "Beşiktaş", "Śląsk Wrocław", "Atlético Madrid", "1. FC Köln", "Fenerbahçe", "São Paulo FC",
    "Paris Saint-Germain", "Bodø/Glimt", "Ferencváros", "Olympiacos Πειραιώς", "Celtic",
)  # fmt: skip

BASKETBALL_CLUBS = (
    "Denver Nuggets", "Boston Celtics", "Žalgiris Kaunas", "Real Madrid Baloncesto", "Anadolu Efes",
    "Crvena zvezda", "Panathinaikos", "Golden State Warriors",
)  # fmt: skip

TENNIS_PLAYERS = (
    "Iga Świątek", "Carlos Alcaraz", "Novak Đoković", "Coco Gauff", "Jannik Sinner", "Naomi Ōsaka",
    "Karolína Muchová", "João Fonseca",
)  # fmt: skip

CITIES = (
    "Łódź",
    "New York City",
    "Reykjavík",
    "São Paulo",
    "東京 (Tokyo)",
    "Zürich",
    "Nairobi",
    "الدوحة (Doha)",
)

COINS = (("BTC", "Bitcoin", 97_000), ("ETH", "Ethereum", 3_400), ("SOL", "Solana", 180))

ELECTIONS: Questions = (
    ("Who will win the next presidential election in Freedonia?",
     ("María Peña", "Jean-Luc Brûlé", "Žofie Nováková", "Wang Wei 王伟", "An independent")),
    ("Which party leads the next Bundestag poll?",
     ("CDU/CSU", "SPD", "Grüne", "AfD", "Die Linke", "Another party")),
    ("Who will be the next mayor of Kraków?",
     ("Łukasz Gibała", "Aleksander Miszalski", "Somebody else")),
)  # fmt: skip

AWARDS: Questions = (
    ("Best Picture at the next Golden Reel 🎬?",
     ("“The Long Quiet”", "“Señales”", "“Ночной поезд”", "“Harbour Lights”", "Another film")),
    ("Song of the summer ☀️?",
     ("“Ça ira”", "“Blåtime”", "“Midnight on Luna”", "Another song")),
)  # fmt: skip

CHAMPIONSHIPS: Questions = (
    ("Who will win the Champions Cup?", ("Real Madrid", "Bayern München", "Arsenal", "Inter", "Any other club")),
    ("World drivers' champion?", ("Max Verstappen", "Kimi Räikkönen Jr.", "Sergio Pérez", "Another driver")),
)  # fmt: skip

RATE_DECISIONS = ("50+ bps decrease", "25 bps decrease", "No change", "25 bps increase", "50+ bps increase")

YES_NO_POLITICS = (
    "Will the parliament of Freedonia pass a budget before the end of {month}?",
    "Will a state visit to Brasília take place in {month}?",
    "Will the trade agreement be ratified by {month}? 🤝",
    "Will Türkiye host the next summit in {month}?",
)

YES_NO_ECONOMICS = (
    "Will inflation in the euro area be above 2.0% in {month}?",
    "Will the unemployment rate rise in {month}?",
    "Will gold close above $4,000 in {month}?",
    "Will the S&P 500 close {month} higher than it opened?",
)

YES_NO_ENTERTAINMENT = (
    "Will a film in Español top the box office in {month}?",
    "Will “Ōkami” win Game of the Month in {month}? 🎮",
    "Will the series finale be the most-watched show of {month}?",
    "Will a new album by Beyoncé be announced in {month}?",
)

YES_NO_SCIENCE = (
    "Will a crewed mission launch in {month}? 🚀",
    "Will a magnitude 7.5+ earthquake occur in {month}?",
    "Will Etna erupt in {month}? 🌋",
    "Will a new temperature record be set at Vostok in {month}?",
)

SCRIPTED_QUESTIONS = (
    "Will the next coin land heads? 🪙",
    "Will the next train at Köln Hbf be on time? 🚆",
    "Will the next penalty be scored? ⚽",
    "Will the next card be red? ♥️",
    "Will BTC tick up in the next minute? 📈",
    "Will the next throw be a double? 🎲",
)
