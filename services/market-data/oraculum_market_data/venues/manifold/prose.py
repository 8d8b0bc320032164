"""Manifold's descriptions: plain text once, a tree of an editor's nodes since."""

from typing import Any

import msgspec

from oraculum_market_data.decoding import malformed

_BLOCKS = frozenset({"paragraph", "heading", "listItem", "blockquote", "codeBlock", "horizontalRule"})


def plain_text(raw: msgspec.Raw) -> str:
    """The words of a description."""
    if not bytes(raw):
        return ""
    try:
        document = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise malformed(error) from None
    return document if isinstance(document, str) else _words(document)


def _words(document: Any) -> str:
    """Walk the tree with a stack of our own: a reader's text may be nested deeper than Python calls may."""
    parts: list[str] = []
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, dict):
            kind, text = node.get("type"), node.get("text")
            if isinstance(kind, str) and kind in _BLOCKS and parts:
                parts.append("\n")
            parts.append(text if isinstance(text, str) else "")
            waiting.append(node.get("content"))
    return "".join(parts).strip()
