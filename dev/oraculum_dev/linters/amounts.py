"""No float meets an amount: in what handles money, amounts are `Units`, `Shares` and `Price`, and stay exact.

A name is an amount when its last word says so (`fee_units`, `max_price`, `shares`). Such a name is never divided by
`/`, never passed to `float` or to `math`, never combined with or given a float literal, and never annotated with a
bare `int` or `float`: a field of a message is wrapped where it enters the domain, and from there mypy keeps it apart.
`Decimal(amount)` leads out of the rule, since decimals are exact or round where we say. In `libs/money` and where
prediction computes prices no float may be mentioned at all. Escape: `# lint-allow amounts: <why>`.
"""

import ast
from collections.abc import Iterator, Sequence

from oraculum_dev.linters.names import dotted, imported_names
from oraculum_dev.linters.tree import Finding, SourceFile, Tree

RULE = "amounts"

FOLDERS = (
    "libs/money/oraculum_money/",
    "gateway/oraculum_gateway/",
    "services/event/oraculum_event/",
    "services/market-data/oraculum_market_data/",
    "services/prediction/oraculum_prediction/",
    "services/wallet/oraculum_wallet/",
)
WITHOUT_FLOAT = ("libs/money/oraculum_money/", "services/prediction/oraculum_prediction/pricing/")

LAST_WORDS = frozenset(
    {
        *("amount", "amounts", "units", "shares", "price", "prices"),
        *("balance", "balances", "cost", "costs", "fee", "fees", "proceeds", "subsidy"),
        *("payout", "payouts", "stake", "stakes"),
    }
)
AMOUNT_TYPES = frozenset({"Units", "Shares", "Price"})

# What is an amount when what it is given is one.
TRANSPARENT = frozenset({"abs", "int", "max", "min", "round", "sum", *AMOUNT_TYPES})


def check(tree: Tree) -> Iterator[Finding]:
    """Every place where a float could reach an amount."""
    for file in tree.python():
        if file.path.startswith(FOLDERS) and not file.is_test:
            names = imported_names(file)
            for node in file.nodes:
                yield from _arithmetic(file, node)
                yield from _calls(file, node, names)
                yield from _annotations(file, node)
                yield from _assignments(file, node)
                if file.path.startswith(WITHOUT_FLOAT):
                    yield from _any_float(file, node)


def is_amount_name(name: str) -> bool:
    """Whether the last word of a name means money, shares or a price."""
    # A rate comes in millionths too and is no amount: the word before says what is counted. A name with both its ends
    # in it (`shares_to_price`) is a way and no amount.
    return "_to_" not in name and name.lower().removesuffix("_millionths").rpartition("_")[2] in LAST_WORDS


def is_amount(node: ast.AST | None) -> bool:
    """Whether an expression is an amount, as far as its names tell."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return is_amount_name(name)
        case ast.Call(func=ast.Name(id=name)) if name in AMOUNT_TYPES:
            return True
        case _:
            return any(map(is_amount, _carriers(node)))


def _carriers(node: ast.AST | None) -> Sequence[ast.expr]:
    """The parts of an expression that make the whole an amount when they are one."""
    carriers: Sequence[ast.expr] = ()
    match node:
        case ast.Subscript(value=value) | ast.Starred(value=value) | ast.Await(value=value):
            carriers = [value]
        case ast.UnaryOp(operand=operand):
            carriers = [operand]
        case ast.BinOp(left=left, right=right):
            carriers = [left, right]
        case ast.IfExp(body=body, orelse=other):
            carriers = [body, other]
        case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
            carriers = [element]
        case ast.Call(func=ast.Name(id=name), args=given) if name in TRANSPARENT:
            carriers = given
        case ast.Call(func=called):
            # `self.price(outcome)` answers what its name promises.
            carriers = [called]
        case _:
            pass
    return carriers


def _is_float(node: ast.AST | None) -> bool:
    match node:
        case ast.Constant(value=float()) | ast.Call(func=ast.Name(id="float")):
            return True
        case ast.UnaryOp(operand=operand):
            return _is_float(operand)
        case _:
            return False


def _arithmetic(file: SourceFile, node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            pairs = [(left, right)]
            divides = isinstance(op, ast.Div)
        case ast.AugAssign(target=left, op=op, value=right):
            pairs = [(left, right)]
            divides = isinstance(op, ast.Div)
        case ast.Compare(left=first, comparators=rest):
            operands = [first, *rest]
            pairs = list(zip(operands, rest, strict=False))
            divides = False
        case _:
            return
    for left, right in pairs:
        if divides and (is_amount(left) or is_amount(right)):
            yield file.finding(
                RULE, node, "`/` makes a float of an amount; use `//`, or Decimal and a rounding"
            )
        elif (is_amount(left) and _is_float(right)) or (is_amount(right) and _is_float(left)):
            yield file.finding(RULE, node, "an amount meets a float")


def _calls(file: SourceFile, node: ast.AST, names: dict[str, str]) -> Iterator[Finding]:
    if not isinstance(node, ast.Call):
        return
    called = dotted(node.func, names) or ""
    if (called == "float" or called.startswith("math.")) and any(map(is_amount, node.args)):
        yield file.finding(RULE, node, f"{called} makes a float of an amount")
    if called.rpartition(".")[2] in AMOUNT_TYPES and any(map(_is_float, node.args)):
        yield file.finding(RULE, node, "an amount is made of a float")
    for given in node.keywords:
        if given.arg and is_amount_name(given.arg) and _is_float(given.value):
            yield file.finding(RULE, given.value, f"{given.arg} is given a float")


def _assignments(file: SourceFile, node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.Assign(targets=targets, value=value):
            given = any(map(is_amount, targets)) and _is_float(value)
        case ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            given = is_amount(target) and _is_float(value)
        case _:
            return
    if given:
        yield file.finding(RULE, node, "an amount is given a float")


def _annotations(file: SourceFile, node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name), annotation=annotation):
            pass
        case ast.arg(arg=name, annotation=annotation) if annotation is not None:
            pass
        case (
            ast.FunctionDef(name=name, returns=annotation)
            | ast.AsyncFunctionDef(name=name, returns=annotation)
        ):
            pass
        case _:
            return
    if annotation is not None and is_amount_name(name) and (bare := _bare_number(annotation)):
        yield file.finding(RULE, node, f"{name} is a bare {bare}; give it the type Units, Shares or Price")


def _bare_number(annotation: ast.expr) -> str | None:
    # `Mapping[int, Shares]` counts shares by outcome: an int beside an amount type is a key.
    words = {part.id for part in ast.walk(annotation) if isinstance(part, ast.Name)}
    if "float" in words:
        return "float"
    return "int" if "int" in words and not words & AMOUNT_TYPES else None


def _any_float(file: SourceFile, node: ast.AST) -> Iterator[Finding]:
    match node:
        case ast.Name(id="float") | ast.Constant(value=float()):
            yield file.finding(RULE, node, "no float is even mentioned here")
        case ast.Import(names=[ast.alias(name="math"), *_]) | ast.ImportFrom(module="math"):
            yield file.finding(RULE, node, "math computes in floats; this module is exact")
        case _:
            return
