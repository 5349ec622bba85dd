"""The page of all that has a name."""

from __future__ import annotations

from typing import Final

from darkpair.plugins.reference.markdown import code, table
from darkpair.plugins.registries import REGISTRIES

__all__ = ["names_page"]

_HEAD: Final = """# Names

All that has a name: chains, sources, detectors, models and others. Made from the code when this site is built; `darkpair list` shows the same, with what is installed beside it, and
`darkpair list KIND --show NAME` what stands behind a name.
"""


def names_page() -> str:
    """Markdown of the page."""
    parts = [_HEAD]
    for kind, registry in REGISTRIES.items():
        rows = [(code(name), entry.summary) for name, entry in registry.ours.items()]
        parts += [f"## {kind.replace('_', ' ').capitalize()}", table(("name", "what it is"), rows)]
    return "\n\n".join(parts) + "\n"
