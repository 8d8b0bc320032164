"""Where the files of an installed wheel lie, found without importing it: these packages do things on import."""

import importlib.util
from pathlib import Path


def files_of(package: str) -> Path:
    """Return the folder of an installed package."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"The package {package} is not installed; run `make setup`.")
    return Path(next(iter(found.submodule_search_locations)))
