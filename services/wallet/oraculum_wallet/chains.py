"""Linked transfers: a chain stands in the ledger as a whole, or nothing of it does.

Each but the last of a chain carries the flag. The one that fails says why, the others answer LINKED_EVENT_FAILED. A chain
that the end of the call leaves open is refused: its last answers LINKED_EVENT_CHAIN_OPEN. The form of a chain is
checked before the first of its transfers is decided.
"""

from collections.abc import Iterator, Sequence

from oraculum_wallet.book import Book
from oraculum_wallet.transfers import Answer, Result, Transfer


def close(items: Sequence[Transfer | Answer], linked: Sequence[bool]) -> list[Transfer | Answer]:
    """Refuse the chains that are open, or of which something makes no sense; what is left are whole chains."""
    closed: list[Transfer | Answer] = []
    for start, stop in _spans(linked):
        chain = items[start:stop]
        is_open = linked[stop - 1]
        if is_open or any(isinstance(item, Answer) for item in chain):
            closed += _refused(chain, is_open=is_open)
        else:
            closed += chain
    return closed


def turns(transfers: Sequence[Transfer], size: int) -> Iterator[Sequence[Transfer]]:
    """Portions of about this size, none of which ends within a chain."""
    start = 0
    while start < len(transfers):
        stop = min(start + size, len(transfers))
        while stop < len(transfers) and transfers[stop - 1].linked:
            stop += 1
        yield transfers[start:stop]
        start = stop


def decide(book: Book, transfers: Sequence[Transfer]) -> list[Answer]:
    """Decide whole chains and single transfers, in order."""
    linked = [transfer.linked for transfer in transfers]
    if not any(linked):
        return [book.apply(transfer) for transfer in transfers]
    answers: list[Answer] = []
    for start, stop in _spans(linked):
        answers += book.apply_linked(transfers[start:stop])
    return answers


def _spans(linked: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where each chain begins and ends; a transfer on its own is a chain of one."""
    start = 0
    for place, goes_on in enumerate(linked):
        if not goes_on:
            yield start, place + 1
            start = place + 1
    if start < len(linked):
        yield start, len(linked)


def _refused(chain: Sequence[Transfer | Answer], *, is_open: bool) -> Iterator[Answer]:
    told = False
    for place, item in enumerate(chain):
        transfer_id = item.transfer_id if isinstance(item, Answer) else item.id
        if is_open and place == len(chain) - 1:
            yield Answer(transfer_id, Result.LINKED_EVENT_CHAIN_OPEN)
        elif isinstance(item, Answer) and not told:
            told = True
            yield item
        else:
            yield Answer(transfer_id, Result.LINKED_EVENT_FAILED)
