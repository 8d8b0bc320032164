"""Streams are put back in order, and a real gap is told from a message that was overtaken."""

from hypothesis import given
from hypothesis import strategies as st

from oraculum_market_data.sequence import Sequencer


def released(stream: Sequencer[int], numbers: list[int]) -> tuple[list[int], list[int]]:
    """All messages in the order of their release, and all numbers that were given up."""
    messages, missing = [], []
    for number in numbers:
        told = stream.offer(number, number)
        messages += told.messages
        missing += told.missing
    told = stream.flush()
    return messages + told.messages, missing + told.missing


def test_an_answer_may_overtake() -> None:
    assert ([1, 2, 3], []) == released(Sequencer(), [2, 1, 3])


def test_a_number_that_stays_away_is_missing() -> None:
    assert ([1, 3, 4, 5], [2]) == released(Sequencer(window=2), [1, 3, 4, 5])


def test_silence_gives_up_what_is_missing() -> None:
    assert ([1, 4], [2, 3]) == released(Sequencer(), [1, 4])


def test_a_repetition_is_dropped_and_counted() -> None:
    stream: Sequencer[int] = Sequencer()
    assert ([1, 2], []) == released(stream, [1, 1, 2, 1])
    assert 2 == stream.repeated


def test_the_first_of_two_that_wait_with_one_number_stands() -> None:
    stream: Sequencer[str] = Sequencer()
    stream.offer(2, "first")
    stream.offer(2, "again")
    assert ["one", "first"] == stream.offer(1, "one").messages
    assert 1 == stream.repeated


def test_a_stream_may_be_joined_on_its_way() -> None:
    assert ([5000, 5001], []) == released(Sequencer(), [5000, 5001])


def test_what_comes_after_it_was_given_up_is_too_late() -> None:
    stream: Sequencer[int] = Sequencer(window=1)
    assert ([1, 3, 4], [2]) == released(stream, [1, 3, 4, 2])


@given(st.permutations(range(1, 13)), st.sets(st.integers(1, 12)))
def test_order_is_restored_and_every_number_is_accounted_for(order: list[int], lost: set[int]) -> None:
    came = [number for number in order if number not in lost]
    messages, missing = released(Sequencer(window=12), came)
    assert sorted(came) == messages
    assert set(missing) == {number for number in lost if came and number < max(came)}
