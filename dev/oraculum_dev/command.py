"""The command `oraculum`: what `make` calls."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from oraculum_dev.infrastructure.programs import ProgramError

Run = Callable[[Sequence[str]], int]

# Imported only when asked for: `oraculum status` need not load the demo's wallets or the linters.
COMMANDS: Mapping[str, tuple[Run, str]] = {
    "up": (
        lambda _: import_module("oraculum_dev.suite.up").main(),
        "start the whole suite and show it live; Ctrl-C stops it",
    ),
    "down": (
        lambda _: import_module("oraculum_dev.suite.commands").down(),
        "stop the suite that runs in this folder",
    ),
    "status": (
        lambda _: import_module("oraculum_dev.suite.commands").status(),
        "what is up, where, how much it takes; exit 0 when all is healthy",
    ),
    "logs": (
        lambda rest: import_module("oraculum_dev.suite.commands").logs(rest),
        "follow the logs, of all or of the named parts",
    ),
    "clean": (
        lambda _: import_module("oraculum_dev.suite.commands").clean(),
        "remove the suite's data, keys and logs",
    ),
    "test": (
        lambda rest: import_module("oraculum_dev.checks.test").main(rest),
        "everything: linters, types, contracts, tests, the demo",
    ),
    "check": (
        lambda rest: import_module("oraculum_dev.checks.check").main(rest),
        "single steps: lint, types, contracts, unit, tests",
    ),
    "advisories": (
        lambda rest: import_module("oraculum_dev.checks.advisories").main(rest),
        "hold every pinned dependency against known vulnerabilities, from a file: PATH",
    ),
    "protos": (
        lambda rest: import_module("oraculum_dev.contracts").main(rest),
        "generate the code of the contracts; --accept renews what may not break",
    ),
    "schemas": (
        lambda _: import_module("oraculum_dev.schemas").main(),
        "write what the migrations come to into each service's schema.sql",
    ),
    "images": (
        lambda rest: import_module("oraculum_dev.images.build").main(rest),
        "build the images: [NAME ...] [--base local] [--version V]",
    ),
    "secrets": (
        lambda rest: import_module("oraculum_dev.chart.secrets").main(rest),
        "make every secret that the chart refers to, for kubectl apply; --files: for compose.yaml",
    ),
    "observability": (
        lambda rest: import_module("oraculum_dev.observe.rules").main(rest),
        "write rules and dashboards into the chart; --check proves that they are there",
    ),
    "panels": (
        lambda rest: import_module("oraculum_dev.observe.panels").main(rest),
        "run the query of every dashboard's panel and print what it returns",
    ),
    "manifests": (
        lambda rest: import_module("oraculum_dev.chart.golden").main(rest),
        "render the chart into k8s/; --check proves that it is there",
    ),
    "verify-receipt": (
        lambda rest: import_module("oraculum_dev.suite.inside").run(
            "prediction", "oraculum_prediction.replay", ["receipt", *rest]
        ),
        "compute the receipt of a trade again: FILE | - | ORDER_ID",
    ),
    "replay-market": (
        lambda rest: import_module("oraculum_dev.suite.inside").run(
            "prediction", "oraculum_prediction.replay", ["market", *rest]
        ),
        "rebuild a market bit for bit from its fills: EVENT_ID [--to SEQUENCE]",
    ),
    "rebuild": (
        lambda rest: import_module("oraculum_dev.suite.inside").run(
            "prediction", "oraculum_prediction.rebuild", rest
        ),
        "prove positions, histories and used limits by the fills: [--event ID] [--user ID] [--write]",
    ),
    "replay": (
        lambda rest: import_module("oraculum_dev.replay").main(rest),
        "read recordings of venues: DIR [--speed N|max] [--json] [--dump]",
    ),
    "record": (
        lambda rest: import_module("oraculum_dev.record").main(rest),
        "keep what the venues send, with the times of receipt: DIR [--seconds N]",
    ),
    "bench": (
        lambda rest: import_module("oraculum_dev.bench.command").main(rest),
        "measure how fast it is: [bets] [ledger] [settlement] [quotes] [venues]; one line of JSON per figure",
    ),
    "fuzz": (
        lambda rest: import_module("oraculum_dev.fuzzing.command").main(rest),
        "ask the running suite all that its description allows and forbids: [--minutes N] [--seed S]",
    ),
    "admin": (
        lambda rest: import_module("oraculum_dev.suite.inside").run("auth", "oraculum_auth.admin", rest),
        "make an administrator: create --email ADDRESS | --evm ADDRESS | --solana ADDRESS",
    ),
    "audit": (
        lambda rest: import_module("oraculum_dev.suite.inside").run(
            "auth", "oraculum_auth.admin", ["audit", *rest]
        ),
        "prove the audit log: verify",
    ),
    "keys": (
        lambda rest: import_module("oraculum_dev.suite.inside").run(
            "auth", "oraculum_auth.admin", ["keys", *rest]
        ),
        "turn the keys of personal data while the suite runs: rotate [--forget] | rewrap",
    ),
    "dead-letters": (
        # Any service may speak with the broker.
        lambda rest: import_module("oraculum_dev.suite.inside").run(
            "wallet", "oraculum_kit.operators_dead_letters", rest
        ),
        "what consumers put aside: list [TOPIC ...] | send-back TOPIC OFFSET ... | send-back TOPIC --every",
    ),
    "cluster-test": (
        lambda rest: import_module("oraculum_dev.cluster.test").main(rest),
        "install, upgrade, roll back and uninstall the chart in a real control plane with simulated nodes",
    ),
    "rolling": (
        lambda rest: import_module("oraculum_dev.rolling.restart").main(rest),
        "restart every service under 500 requests a second and count those that failed: [--containers] [--only NAME ...]",
    ),
    "trace-bet": (
        lambda rest: import_module("oraculum_dev.observe.trace_bet").main(rest),
        "place one bet and list every span of its trace, from HTTP to the socket (OBSERVE=1 make up)",
    ),
    "backup": (
        lambda rest: import_module("oraculum_dev.recovery.backup").main(rest),
        "copy the database of the running suite whole (BACKUP=1 make up archives what follows)",
    ),
    "restore": (
        lambda rest: import_module("oraculum_dev.recovery.restore").main(rest),
        "bring the database back as it was, and the topics into line with it: [--to TIME]",
    ),
    "drill": (
        lambda rest: import_module("oraculum_dev.recovery.drill").main(rest),
        "lose the database under load, restore it, prove the books; prints RPO and RTO",
    ),
    "demo": (
        lambda rest: import_module("oraculum_dev.demo").main(rest),
        "tell the story of a bet against the running suite",
    ),
}
WITHOUT_ARGUMENTS = {"up", "down", "status", "clean", "schemas"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="oraculum", description="Runs, checks and shows Oraculum on this machine."
    )
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    for name, (_, text) in COMMANDS.items():
        commands.add_parser(name, help=text, add_help=name in WITHOUT_ARGUMENTS)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command in WITHOUT_ARGUMENTS:
        parser.error(f"{options.command} takes no arguments, not {' '.join(rest)}")
    try:
        return COMMANDS[options.command][0](rest)
    except ProgramError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
