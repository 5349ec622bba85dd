"""Parquet of ours by pandas, Polars and DuckDB: every column's sum is the ROOT file's, and lists are as long as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
import uproot

from tests.shared.clients import SAMPLES, ask, compare, made, python_of, totals

PACKAGES = ["pandas", "polars", "duckdb"]

#: What the event record calls what a ROOT file calls by its branches.
RECORD = {
    "particles.pdgid": "GenPart_pdgId",
    "particles.E": "GenPart_energy",
    "particles.nominal_mass": "GenPart_mass",
    "particles.mother": "GenPart_genPartIdxMother",
}
PREFIX = {"particles": "GenPart_", "weights": "weight_", "reco": "", "original": ""}


def branch(path: str) -> str:
    """Branch of a ROOT file of the layout cartesian for a column of the record."""
    first, _, rest = path.partition(".")
    if first == "proper_length":
        return f"{rest}_properLength"
    return RECORD.get(path) or (PREFIX[first] + rest.replace(".", "_") if first in PREFIX else path)


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize(("job", "layout"), [s for s in SAMPLES if s[0] != "cms_b_mesons" or s[1] == "nano"])
def test_every_column(job: str, layout: str, package: str, folder: Path) -> None:
    python = python_of(package)
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    said = ask(python, "of_parquet.py", package, made(folder, job, ".parquet", output__layout=layout))
    root = made(folder, job, output__layout=layout)
    expected = totals(root)
    lists = [name for name in expected if any(other.startswith(f"{name[1:]}_") for other in expected)]
    name = branch if layout == "cartesian" else (lambda path: path.replace(".", "_"))
    # (of lists that are empty in every event the readers know no fields)
    got = {name(path): total for path, total in said["totals"].items() if total[0]}
    compare(got, {name: total for name, total in expected.items() if name not in lists and total.n})
    with uproot.open(root) as file:
        events = file["Events"].arrays(lists)
    lengths = {name(path): sizes for path, sizes in said["lengths"].items() if path != "weights"}
    assert {f"n{path.rstrip('_')}": sizes for path, sizes in lengths.items()} == {
        counter: events[counter].to_list() for counter in lists
    }
