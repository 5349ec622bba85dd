"""ROOT itself reads our files: RDataFrame, TChain, TTreeReader.

Whole numbers are the same; a sum of doubles is added event by event, and lies within (n - 1) u S of the correctly rounded one
(`Total.agrees`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from darkpair.gen.streams import BLOCK
from darkpair.job.job import load_job
from darkpair.run.runner import run_job
from tests.shared.clients import ROOT, SAMPLES, N, ask, compare, made, python_of, totals

KINDS = ("ttree", "rntuple")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("job", "layout"), SAMPLES)
def test_every_column_of_rdataframe(job: str, layout: str, kind: str, folder: Path) -> None:
    python = python_of("ROOT")
    path = made(folder, job, output__layout=layout, output__kind=kind)
    said = ask(python, "of_rdataframe.py", path)
    assert said["entries"] == N
    compare(said["totals"], totals(path), ordered=True)


@pytest.mark.parametrize("kind", KINDS)
def test_many_baskets_and_clusters(kind: str, folder: Path) -> None:
    python = python_of("ROOT")
    path = made(folder, "koto_pi0", output__kind=kind, run__n=2 * BLOCK + 1000)
    compare(ask(python, "of_rdataframe.py", path)["totals"], totals(path), ordered=True)


def parts(folder: Path, kind: str, layout: str = "cartesian") -> list[Path]:
    """Three parts of a sample, accepted events alone."""
    paths = [folder / f"{kind}-{layout}-{k}.root" for k in (1, 2, 3)]
    for k, path in enumerate(paths, 1):
        keys = {"run.n": 3 * BLOCK, "output.picture": False, "output.path": str(path)}
        keys |= {"output.kind": kind, "output.layout": layout}
        run_job(load_job(ROOT / "examples" / "koto_pi0.toml", overrides=keys), part=(k, 3))
    return paths


@pytest.mark.parametrize("kind", KINDS)
def test_a_chain_of_parts(kind: str, tmp_path: Path) -> None:
    """By their names, and of TTrees by a star too, which RDataFrame of ROOT 6.40 takes for a name where an RNTuple is."""
    python, paths = python_of("ROOT"), parts(tmp_path, kind)
    expected = totals(*paths)
    for words in ([tmp_path / f"{kind}-*.root"], paths)[kind == "rntuple" :]:
        said = ask(python, "of_rdataframe.py", *words)
        assert said["entries"] == expected["run"].n > 1000
        compare(said["totals"], expected, ordered=True)


@pytest.mark.parametrize(("layout", "real"), [("cartesian", "double"), ("nano", "float")])
def test_ttreereader(layout: str, real: str, tmp_path: Path) -> None:
    """A macro that cling compiles, over a TChain."""
    python, paths = python_of("ROOT"), parts(tmp_path, "ttree", layout)
    said, expected = ask(python, "of_ttreereader.py", real, *paths), totals(*paths)
    entries = said.pop("entries")
    assert entries == expected["run"].n
    compare(said, {name: expected[name] for name in said}, ordered=True)
