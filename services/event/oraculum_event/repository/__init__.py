"""What event asks of its database; one module for each kind of row."""

from oraculum_event.repository.categories import Categories
from oraculum_event.repository.charges import Charges
from oraculum_event.repository.crawler_rules import CrawlerRules
from oraculum_event.repository.disputes import Disputes
from oraculum_event.repository.events import SORTS, TRENDING, Events, Listing, search_text
from oraculum_event.repository.people import People
from oraculum_event.repository.resolutions import Proposals, Resolutions
from oraculum_event.repository.trends import Trends

__all__ = [
    "SORTS",
    "TRENDING",
    "Categories",
    "Charges",
    "CrawlerRules",
    "Disputes",
    "Events",
    "Listing",
    "People",
    "Proposals",
    "Resolutions",
    "Trends",
    "search_text",
]
