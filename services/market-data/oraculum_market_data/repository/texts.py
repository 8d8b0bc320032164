"""What PostgreSQL can keep of a venue's texts."""


def storable(text: str) -> str:
    """A text without the one character that PostgreSQL refuses."""
    return text.replace("\0", "")
