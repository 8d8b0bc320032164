"""Named facts: each is a sentence that holds or does not, and all are counted."""

from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text


@dataclass(frozen=True)
class Fact:
    """A sentence and whether it held; what was seen instead, where it did not."""

    sentence: str
    held: bool
    seen: str = ""


@dataclass
class Telling:
    """Tells the story as it happens and remembers its facts."""

    console: Console
    facts: list[Fact] = field(default_factory=list)

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self._print(Text(f"\n{title}", "bold"))

    def say(self, text: str) -> None:
        """Tell something that is not a fact to check."""
        self._print(Text(f"  {text}"))

    def fact(self, sentence: str, held: object, seen: object = "") -> None:
        """Note a fact. `seen` says what was found; it is shown when the fact does not hold."""
        fact = Fact(sentence, bool(held), "" if held else str(seen))
        self.facts.append(fact)
        mark = Text("  ✓ ", "green") if fact.held else Text("  ✗ ", "bold red")
        self._print(mark + Text(sentence) + Text(f" — saw {fact.seen}" if fact.seen else "", "red"))

    def forget(self) -> None:
        """Drop what was noted: the story begins anew."""
        self.facts.clear()

    @property
    def passed(self) -> int:
        """How many facts hold."""
        return sum(fact.held for fact in self.facts)

    @property
    def failed(self) -> int:
        """How many do not."""
        return len(self.facts) - self.passed

    def _print(self, text: Text) -> None:
        self.console.print(text, soft_wrap=True, highlight=False)
