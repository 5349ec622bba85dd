"""Halves of docs/mesons.md: edges of dumps with two independent halves of each table."""

from __future__ import annotations

from typing import Any

from tests.shared.table_halves import measured_halves


def halves(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and provenance."""
    events = 30_000 if quick else 300_000
    return measured_halves(events), {"eta": events}
