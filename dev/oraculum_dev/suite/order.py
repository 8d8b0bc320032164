"""The order of a start: what nothing stands on the way of first, and the reverse for the stop."""

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter

from oraculum_dev.suite.units import Unit


class TableError(Exception):
    """The table of units contradicts itself."""


def sorted_by_need(units: Iterable[Unit]) -> list[Unit]:
    """Sort so that each unit comes after all it needs."""
    by_name = {unit.name: unit for unit in units}
    for unit in by_name.values():
        if unknown := set(unit.needs) - by_name.keys():
            raise TableError(f"{unit.name} needs what does not exist: {', '.join(sorted(unknown))}")
    try:
        names = TopologicalSorter({name: unit.needs for name, unit in by_name.items()}).static_order()
        return [by_name[name] for name in names]
    except CycleError as error:
        raise TableError(f"units need each other in a circle: {' -> '.join(error.args[1])}") from error


def needed_by(name: str, units: Sequence[Unit]) -> list[str]:
    """The units that need this one."""
    return [unit.name for unit in units if name in unit.needs]
