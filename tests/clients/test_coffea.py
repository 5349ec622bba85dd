"""coffea reads our files, TTree and RNTuple, at once, lazily and by dask: every column's sum is uproot's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared.clients import SAMPLES, Total, ask, compare, made, python_of, totals

#: coffea's word for the title of a field, which fields of an RNTuple call their description, in dask's mode alone.
FAULT = "AttributeError: 'RField' object has no attribute 'title'"


def uncounted(path: Path) -> dict[str, Total]:
    """Every column but the counters, which NanoAODSchema makes lists of."""
    expected = totals(path)
    lists = {name.split("_")[0] for name in expected if "_" in name}
    counters = {f"n{name}" for name in lists} & set(expected)
    assert len(counters) > 1 or "cms" in path.name
    return {name: total for name, total in expected.items() if name not in counters}


def schemas(folder: Path, kind: str) -> Iterator[tuple[Path, str]]:
    """Every file of that kind, and what reads it: `nano` as NanoAOD, the others as plain branches."""
    for job, layout in SAMPLES:
        path = made(folder, job, output__layout=layout, output__kind=kind)
        yield path, "NanoAODSchema" if layout == "nano" else "BaseSchema"


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
@pytest.mark.parametrize("mode", ["eager", "virtual", "dask"])
def test_every_column(mode: str, kind: str, folder: Path) -> None:
    python = python_of("coffea", environment="dask" if mode == "dask" else None)
    files = list(schemas(folder, kind))
    try:
        said = ask(python, "of_coffea.py", mode, *(word for pair in files for word in pair))
    except AssertionError as error:
        if (mode, kind) == ("dask", "rntuple") and FAULT in str(error):
            pytest.skip(f"uproot 5.7.7 beneath coffea 2026.9.0, its mode dask on an RNTuple: {FAULT}")
        raise
    for (path, schema), sums in zip(files, said, strict=True):
        compare(sums, uncounted(path) if schema == "NanoAODSchema" else totals(path))
