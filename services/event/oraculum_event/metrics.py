"""What event counts beside what the kit counts for everybody."""

from typing import Final

from prometheus_client import Counter

CRAWLED: Final = Counter(
    "oraculum_event_crawled_total",
    "Venue markets that a crawler rule admitted, by rule and by what became of them.",
    ["rule", "outcome"],
)
NOT_OPENED: Final = Counter(
    "oraculum_event_not_opened_total",
    "Attempts to open a market that prediction refused, by its reason; what may pass is asked again until the draft's time.",
    ["reason"],
)
