"""Each file in `protos/topics` tells the truth about one Kafka topic.

It has the fields below and no others, its name is the topic's, its message exists in the contracts, and owner,
producers and consumers are services. A producer's `events.py` and a consumer's `consumers.py` mention the topic, so
that the list of who speaks and who hears cannot grow old. There is no escape: the file can be corrected.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from types import MappingProxyType

import yaml

from oraculum_dev.linters.tree import Finding, SourceFile, Tree

RULE = "topics"

FIELDS: Mapping[str, type] = MappingProxyType(
    {
        "topic": str,
        "description": str,
        "owner": str,
        "producers": list,
        "consumers": list,
        "key": str,
        "message": str,
        "partitions": int,
        "retention_hours": int,
    }
)


def check(tree: Tree) -> Iterator[Finding]:
    """Whatever a topic's file says that is not so."""
    for file in tree.files:
        if fnmatch(file.path, "protos/topics/*.yaml"):
            for message in _complaints(tree, file):
                yield file.finding(RULE, 1, message)


def _complaints(tree: Tree, file: SourceFile) -> Sequence[str]:
    try:
        topic = yaml.safe_load(file.text)
    except yaml.YAMLError as error:
        return [" ".join(str(error).split())]
    if not isinstance(topic, dict):
        return ["a topic is a mapping"]
    # What the fields mean is only asked once they are there.
    return list(_form(file, topic)) or list(_meaning(tree, topic))


def _form(file: SourceFile, topic: Mapping[str, object]) -> Iterator[str]:
    for field, kind in FIELDS.items():
        value = topic.get(field)
        # What nobody of ours hears is told to the world: an operator's own programs, the next service.
        if not isinstance(value, kind) or (not value and field != "consumers"):
            yield f"{field} is missing or is no {kind.__name__}"
    yield from (f"{field} is not a field of a topic" for field in sorted(topic.keys() - FIELDS.keys()))
    if isinstance(topic.get("producers"), list) and topic.get("owner") not in _names(topic["producers"]):
        yield "the owner is not among the producers"
    if topic.get("topic") != file.name.removesuffix(".yaml"):
        yield "the file is named after its topic"


def _meaning(tree: Tree, topic: Mapping[str, object]) -> Iterator[str]:
    name, message = str(topic["topic"]), str(topic["message"])
    if not _has_message(tree, message):
        yield f"the contracts have no message {message}"
    producers, consumers = _names(topic["producers"]), _names(topic["consumers"])
    services = {file.parts[1] for file in tree.files if file.parts[0] == "services"}
    named = {str(topic["owner"]), *producers, *consumers}
    yield from (f"there is no service {service!r}" for service in sorted(named - services))
    for listed, module in ((producers, "events"), (consumers, "consumers")):
        for service in sorted(listed & services):
            if not _mentions(tree, service, module, name):
                yield f"{service} is listed, but its {module}.py does not mention {name!r}"


def _names(listed: object) -> set[str]:
    return {str(name) for name in listed} if isinstance(listed, list) else set()


def _has_message(tree: Tree, message: str) -> bool:
    package, _, name = message.rpartition(".")
    folder = f"protos/{package.replace('.', '/')}/"
    declared = re.compile(rf"^message {re.escape(name)} ", re.MULTILINE)
    return any(file.path.startswith(folder) and declared.search(file.text) for file in tree.named(".proto"))


def _mentions(tree: Tree, service: str, module: str, topic: str) -> bool:
    package = f"services/{service}/oraculum_{service.replace('-', '_')}"
    places = (f"{package}/{module}.py", f"{package}/{module}/*.py")
    spoken = re.compile(rf"""["']{re.escape(topic)}["']""")
    return any(
        spoken.search(file.text)
        for file in tree.python()
        if any(fnmatch(file.path, place) for place in places)
    )
