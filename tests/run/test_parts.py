"""The law of parts: however a sample is made, in one file or many, by one process or several, its arrays and sums are the same."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.errors import DarkpairWarning, InputError
from darkpair.gen.output.parts import combined
from darkpair.gen.output.reader import read_events, read_provenance, read_rows
from darkpair.gen.pipeline import chunks
from darkpair.gen.streams import BLOCK
from darkpair.job.job import Job, load_job
from darkpair.run.joined import joined
from darkpair.run.merge import merge
from darkpair.run.runner import run_job
from tests.shared.forms import Form, every_form, numbers

EXAMPLES = Path(__file__).parents[2] / "examples"

#: Blocks of a sample, the last of them cut; fewer than parts, of which four are empty.
N = 2 * BLOCK + 1000

#: Jobs, and what is set over them: weighted and not, each layout and kind, with and without a detector.
JOBS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "koto, flat": ("koto_pi0.toml", {"output.layout": "flat"}),
    "charm": ("charm.toml", {}),
    "belle2, all events": ("belle2.toml", {"output.events": "all", "output.layout": "nano"}),
    "koto, rntuple": ("koto_zprime.toml", {"output.kind": "rntuple"}),
}


def job(name: str, path: Path | str, **more: Any) -> Job:
    file, settings = JOBS[name]
    over = {"run.n": N, "output.picture": False, "output.path": str(path)}
    return load_job(EXAMPLES / file, overrides=over | settings | more)


def contents(path: Path) -> dict[str, Any]:
    """All that a file says of its events; the job's path and number of workers aside."""
    with uproot.open(path) as file:
        provenance = json.loads(str(file["provenance"]))
        provenance["job"]["output"].pop("path")
        for key in ("workers", "chunk"):
            provenance["job"]["run"].pop(key)
        runs = file["Runs"]
        names = ("run", "firstBlock", "lastBlock", "genEventCount", "genEventSumw", "genEventSumw2")
        histograms = {key: file["histograms"][key] for key in file["histograms"].keys(cycle=False)}
        return {
            "events": file["Events"].arrays(how=dict),
            "titles": [getattr(branch, "title", "") for branch in file["Events"].values()],
            "provenance": provenance,
            "runs": runs.arrays(names).to_list(),
            "tally": runs["tally"].array().to_list(),
            "histograms": {
                key: [h.values(flow=True).tolist(), h.variances(flow=True).tolist()]
                for key, h in histograms.items()
            },
        }


def same(path: Path, other: Path) -> None:
    """Two files hold the same, to the last bit."""
    here, there = contents(path), contents(other)
    columns, others = here.pop("events"), there.pop("events")
    assert list(columns) == list(others)
    for name, column in columns.items():
        assert ak.array_equal(column, others[name], dtype_exact=True, equal_nan=True), name
    assert here == there


@pytest.mark.parametrize("name", JOBS)
def test_parts_in_any_order_are_the_run_of_one_process(name: str, tmp_path: Path) -> None:
    run_job(job(name, tmp_path / "one.root", **{"run.chunk": 1}))
    parts = list(range(1, 8))
    random.Random(name).shuffle(parts)
    for k in parts:
        run_job(job(name, tmp_path / f"part{k}.root"), part=(k, 7))
    merge(tmp_path / "joined.root", [tmp_path / f"part{k}.root" for k in parts])
    same(tmp_path / "one.root", tmp_path / "joined.root")
    assert joined([tmp_path / f"part{k}.root" for k in parts], "parts").provenance["result"]["generated"] == N
    run_job(job(name, f"{tmp_path}/set/"))
    merge(tmp_path / "of_set.root", [tmp_path / "set"])
    same(tmp_path / "one.root", tmp_path / "of_set.root")
    stamp = (tmp_path / "of_set.root").stat().st_mtime_ns
    merge(tmp_path / "of_set.root", [tmp_path / "set"])  # is there
    assert (tmp_path / "of_set.root").stat().st_mtime_ns == stamp


def test_workers_make_the_same_parts(tmp_path: Path) -> None:
    run_job(job("charm", tmp_path / "one.root"))
    run_job(job("charm", tmp_path / "two.root", **{"run.workers": 2, "run.chunk": BLOCK}))
    same(tmp_path / "one.root", tmp_path / "two.root")
    result = run_job(job("charm", f"{tmp_path}/set/", **{"run.workers": 2, "run.n": 34 * BLOCK}))
    assert len(list((tmp_path / "set").glob("events-*.root"))) == 3
    assert result.made == result.cutflow.generated == 34 * BLOCK
    alone = run_job(job("charm", tmp_path / "long.root", **{"run.n": 34 * BLOCK}))
    merge(tmp_path / "joined.root", [tmp_path / "set"])
    same(tmp_path / "long.root", tmp_path / "joined.root")
    assert alone.provenance["result"] == result.provenance["result"]


@pytest.mark.parametrize("form", [f for f in every_form() if f.id.split("-")[0] != ".root"])
def test_parts_in_other_formats(form: Form, tmp_path: Path) -> None:
    """Those of ROOT are looked at above."""
    over = {"run.n": 2 * BLOCK} | {f"output.{key}": value for key, value in form.options.items()}
    run_job(job("charm", tmp_path / f"one{form.ending}", **over))
    for k in (3, 1, 2):
        run_job(job("charm", tmp_path / f"part{k}{form.ending}", **over), part=(k, 3))
    merge(tmp_path / f"joined{form.ending}", sorted(tmp_path.glob("part*")))
    files = [tmp_path / f"{name}{form.ending}" for name in ("one", "joined")]
    one, other = map(read_provenance, files)
    for said in (one, other):
        said["job"]["output"].pop("path")
        said["result"] = {key: said["result"][key] for key in ("generated", "accepted", "cutflow")}
    assert one == other
    assert numbers(form, files[0]) == numbers(form, files[1])


def test_a_part_is_a_stretch_of_the_events(tmp_path: Path) -> None:
    """And an event has its name whoever made it."""
    pipeline = job("koto, flat", tmp_path / "x.root").pipeline()
    whole = ak.concatenate([chunk.record() for chunk in chunks(pipeline, N)])
    middle = ak.concatenate([chunk.record() for chunk in chunks(pipeline, N, blocks=(1, 2))])
    inside = whole[(whole.luminosityBlock > 1) & (whole.luminosityBlock <= 2)]
    assert middle.event.to_list() == inside.event.to_list()
    assert middle.particles.px.to_list() == inside.particles.px.to_list()
    nothing = next(iter(chunks(pipeline, N, blocks=(2, 2))))
    assert (len(nothing.events), nothing.cutflow.generated) == (0, 0)
    for blocks in ((0, 4), (3, 2), (-1, 2)):
        with pytest.raises(InputError, match="allowed: 0 to 3"):
            next(iter(chunks(pipeline, N, blocks=blocks)))


def refused(words: list[Any], match: str) -> None:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert (done.exit_code, done.stdout) == (2, "")
    assert match in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_cannot_be_joined(tmp_path: Path) -> None:
    """Gaps, overlaps, another sample, another form, another format, a file that is there: one line, and nothing is left."""
    name = "koto, rntuple"
    for k in (1, 2):
        run_job(job(name, tmp_path / f"half{k}.root", **{"run.n": 2 * BLOCK}), part=(k, 2))
    run_job(job(name, tmp_path / "seed.root", **{"run.n": 2 * BLOCK, "run.seed": 3}), part=(2, 2))
    run_job(job(name, tmp_path / "tree.root", **{"run.n": 2 * BLOCK, "output.kind": "ttree"}), part=(2, 2))
    run_job(job(name, tmp_path / "all.root", **{"run.n": 2 * BLOCK, "output.events": "all"}), part=(2, 2))
    run_job(job(name, tmp_path / "text.hepmc3", **{"run.n": 2 * BLOCK, "output.kind": "ttree"}), part=(2, 2))
    half1, half2, out = tmp_path / "half1.root", tmp_path / "half2.root", tmp_path / "out.root"
    refused(["merge", out, half2], "no part holds block 0 of 2")
    refused(["merge", out, half1, half2, half1], "hold the same events")
    refused(["merge", out, half1, tmp_path / "seed.root"], "is of another sample than")
    refused(["merge", out, half1, tmp_path / "tree.root"], "differ in output.kind")
    refused(["merge", out, half1, tmp_path / "all.root"], "differ in output.events")
    refused(["merge", out, half1, tmp_path / "text.hepmc3"], "differ in output")
    refused(["merge", tmp_path / "out.hepmc3", half1, half2], "is of the format 'hepmc3', and the parts")
    refused(["merge", half2, half1, half2], "exists and is another thing; give another name, or --force")
    refused(["merge", out, half1, tmp_path / "none.root"], "there is no file")
    refused(["merge", out, tmp_path], "is a folder without parts")
    assert not out.exists()
    assert not list(tmp_path.glob(".*"))
    for part in ("0/3", "4/3", "1", "a/b", "1/0"):
        refused(["run", EXAMPLES / "koto_pi0.toml", "--part", part], "allowed: K/N with K from 1 to N")


def test_parts_of_other_makers_are_joined_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "koto, flat"
    run_job(job(name, tmp_path / "1.root"), part=(1, 2))
    monkeypatch.setattr("darkpair.run.part.arithmetic", lambda: "another")
    run_job(job(name, tmp_path / "2.root"), part=(2, 2))
    with pytest.warns(DarkpairWarning, match="processors on which numpy rounds otherwise"):
        merge(tmp_path / "joined.root", [tmp_path / "1.root", tmp_path / "2.root"])


def test_the_readme_s_words(tmp_path: Path) -> None:
    """An empty part says so; so does inspect."""
    words = [
        "run",
        str(EXAMPLES / "charm.toml"),
        "-n",
        "100",
        "-o",
        str(tmp_path / "p.root"),
        "--part",
        "1/3",
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "no events              this part of the sample is empty" in done.output
    assert len(read_events(tmp_path / "p.root")) == 0
    shown = CliRunner().invoke(main, ["inspect", str(tmp_path / "p.root")])
    assert shown.exit_code == 0, shown.output
    assert "sample                 run" in shown.output


def test_two_seeds_that_hadd_joined() -> None:
    """What ROOT 6.40's hadd made of 300 and 150 events of the KOTO example (layout nano, seeds 1 and 2)."""
    path = Path(__file__).parents[1] / "gen" / "hadd" / "two_seeds.root"
    shown = CliRunner().invoke(main, ["inspect", str(path), "--json"])
    assert shown.exit_code == 0, shown.output
    said = json.loads(shown.output)
    with uproot.open(path) as file:
        events, runs = (
            file["Events"].arrays(["run", "event", "genWeight"]),
            file["Runs"].arrays(["genEventCount", "run"]),
        )
        cutflow = file["histograms/cutflow"].values()
    assert (said["result"]["generated"], said["output"]["events"]) == (450, len(events))
    assert sum(runs.genEventCount) == cutflow[0] == 450
    assert cutflow[-1] == said["result"]["accepted"] == len(events)
    assert [part["seed"] for part in said["parts"]] == [1, 2]
    assert set(np.unique(events.run)) == set(runs.run)
    assert "seed" not in said


def test_what_rows_of_a_joined_file_have_to_fit(tmp_path: Path) -> None:
    """As hadd may join anything: each row twice, parts missing, other physics, a tree with other events than the rows say."""
    name, over = "koto, flat", {"run.n": 2 * BLOCK}
    halves = [run_job(job(name, tmp_path / f"{k}.root", **over), part=(k, 2)).path for k in (1, 2)]
    seed = run_job(job(name, tmp_path / "seed.root", **over, **{"run.seed": 8})).path
    other = run_job(job(name, tmp_path / "other.root", **over, **{"chain.mass.X2": "400 MeV"})).path
    (first,), (second,), (more,), (mass,) = (read_rows(path) for path in (*halves, seed, other))
    both = combined([second, first], "x.root", entries=first.events + second.events)
    assert (both["sample"]["blocks"], both["missing"], both["result"]["generated"]) == ([0, 2], [], 2 * BLOCK)
    assert combined([second], "x.root")["sample"]["blocks"] == [1, 2]
    assert combined([second, more], "x.root")["missing"] == ["block 0 of 2"]
    added = combined([first, second, more], "x.root")
    assert (added["result"]["generated"], "seed" in added, "sample" in added) == (4 * BLOCK, False, False)
    for rows, entries, words in (
        ([first, second, first], None, "holds events of one sample twice"),
        ([first, mass], None, "differ in their chain"),
        ([first, second], first.events, "something was cut out of it"),
    ):
        with pytest.raises(InputError, match=words):
            combined(rows, "x.root", entries=entries)
