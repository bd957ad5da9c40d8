"""A pytest plugin that only collects: which tests prove which requirement, as JSON in the file that is named.

`python -m pytest --collect-only -p tests.conformance.collecting --requirements-to FILE`
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def pytest_addoption(parser: Any) -> None:
    parser.addoption("--requirements-to", type=Path, required=True)


def pytest_collection_finish(session: Any) -> None:
    """Requirement -> names of the tests, each once however often it is run with other values."""
    found: dict[str, set[str]] = {}
    for item in session.items:
        name = item.nodeid.partition("[")[0]
        for marker in item.iter_markers("requirement"):
            for requirement in marker.args:
                found.setdefault(requirement, set()).add(name)
    sorted_names = {requirement: sorted(names) for requirement, names in sorted(found.items())}
    session.config.getoption("--requirements-to").write_text(json.dumps(sorted_names))
