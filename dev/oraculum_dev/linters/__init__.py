"""The house's own rules, made executable: small linters over the files that git would commit.

Each rule is one module whose docstring states it. A line that must break a rule says so beside itself:

    ratio = float(filled_units)  # lint-allow amounts: drawn on a chart, nobody is paid by it

The reason is not optional, and an escape that excuses nothing is itself a finding.
"""

from oraculum_dev.linters.run import findings, main

__all__ = ["findings", "main"]
