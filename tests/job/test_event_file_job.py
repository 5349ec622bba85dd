"""A job that takes its parents from a file: CMS's simulation, and files that are refused."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from click.testing import CliRunner, Result

from darkpair.chains.descriptor import build
from darkpair.cli import main
from darkpair.detectors.koto import Koto
from darkpair.gen.lifetime import Exponential
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.event_file import EventFile
from darkpair.job.job import load_job
from darkpair.run.runner import run_job
from tests.shared.event_files import b_event, write_nano
from tests.shared.real_files import real_file

JOB = Path(__file__).parents[2] / "examples" / "cms_b_mesons.toml"
CMS = "nanoAOD_2015_CMS_Open_Data_ttbar.root"
CMS_RNTUPLE = "cmsopendata2015_ttbar_19980_NANOAOD_RNTupleImporter_rntuple_v1-0-0-1.root"
KINDS = {511: "B0", 521: "B+"}
IDENTICAL = ("pt", "eta", "phi", "mass", "pdgId", "status", "statusFlags", "genPartIdxMother")


def run(path: Path, out: Path, *settings: str, n: str | None = None) -> Result:
    words = [f"source.path={path}", "output.picture=false", "output.replace=true", *settings]
    counted = [] if n is None else ["-n", n]
    return CliRunner().invoke(
        main, ["run", str(JOB), "-o", str(out), *counted, *[x for s in words for x in ("--set", s)]]
    )


def events(path: Path) -> Any:
    with uproot.open(path) as file:
        return file["Events"].arrays()


def momenta(tree: Any) -> np.ndarray[Any, Any]:
    """px, py, pz, E of all particles of a NanoAOD tree, from its own four numbers."""
    pt, eta, phi, mass = (
        np.asarray(ak.flatten(tree[f"GenPart_{k}"]), dtype=float) for k in ("pt", "eta", "phi", "mass")
    )
    eta = np.where(pt > 0.0, eta, 0.0)
    p = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])
    return np.concatenate([p, np.sqrt((p**2).sum(axis=0) + mass**2)[None]])


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "entries", "kinds"),
    [(CMS, 200, {511: 5, -511: 5, 521: 8, -521: 8}), (CMS_RNTUPLE, 10, {511: 5, -511: 4, 521: 4, -521: 5})],
)
def test_every_b_of_the_cms_file_decays(
    tmp_path: Path, name: str, entries: int, kinds: dict[int, int]
) -> None:
    path = real_file(name)
    with uproot.open(
        path
    ) as opened:  # an RNTuple's columns are asked for by name, or uproot takes half a minute
        names = ["run", "luminosityBlock", "event", *(f"GenPart_{name}" for name in IDENTICAL)]
        file = ak.Array({name: opened["Events"][name].array() for name in names})
    assert len(file) == entries
    result = run(path, tmp_path / "o.root", "output.layout=cartesian")
    assert result.exit_code == 0, result.output
    assert run(path, tmp_path / "n.root").exit_code == 0
    got, nano = events(tmp_path / "o.root"), events(tmp_path / "n.root")
    n = sum(kinds.values())
    assert len(got) == len(nano) == n
    starts = np.concatenate([[0], np.cumsum(ak.num(file.GenPart_pt))])
    original = momenta(file)
    seen: Counter[int] = Counter()
    for i in range(n):
        event, light = got[i], nano[i]
        entry, b = int(event.File_entry), int(event.File_genPartIdx)
        old = file[entry]
        assert (event.run, event.luminosityBlock, event.event) == (old.run, old.luminosityBlock, old.event)
        kept = len(old.GenPart_pdgId)
        pdgid, mother = np.asarray(event.GenPart_pdgId), np.asarray(event.GenPart_genPartIdxMother)
        # the other particles, bit by bit; of the B all but its mass
        others = np.flatnonzero(np.arange(kept) != b)
        for field in IDENTICAL:
            mine, theirs = np.asarray(light[f"GenPart_{field}"])[:kept], np.asarray(old[f"GenPart_{field}"])
            assert mine.dtype == theirs.dtype
            rows = others if field == "mass" else np.arange(kept)
            assert mine[rows].tobytes() == theirs[rows].tobytes(), field
        # flagged is what descends from the B in the file, found step by step
        flagged = {b}
        while more := {k for k in range(kept) if old.GenPart_genPartIdxMother[k] in flagged} - flagged:
            flagged |= more
        assert set(np.flatnonzero(np.asarray(event.GenPart_replaced))) == flagged - {b}
        # B -> K X1 X2 and below
        seen[int(pdgid[b])] += 1
        sign = int(np.sign(pdgid[b]))
        kaon = sign * {511: 311, 521: 321}[abs(int(pdgid[b]))]
        assert pdgid[kept:].tolist() == [kaon, 51, 901, 51, 111, 22, 22]
        assert mother[kept:].tolist() == [b, b, b, kept + 2, kept + 2, kept + 4, kept + 4]
        p = np.stack([np.asarray(event[f"GenPart_{k}"]) for k in ("px", "py", "pz", "energy")])
        for at, daughters in ((b, [0, 1, 2]), (kept + 2, [3, 4]), (kept + 4, [5, 6])):
            missing = p[:, [kept + d for d in daughters]].sum(axis=1) - p[:, at]
            assert np.abs(missing).max() < 1e-9 * p[3, at]
        mass = particle(KINDS[abs(int(pdgid[b]))]).mass
        assert event.GenPart_mass[b] == mass
        stored = original[:, starts[entry] + b]
        assert p[:3, b] == pytest.approx(stored[:3], rel=1e-14)
        assert np.abs(p[:, kept : kept + 3].sum(axis=1) - stored).max() < 1e-3 * stored[3]
        assert p[3, b] ** 2 - (p[:3, b] ** 2).sum() == pytest.approx(
            mass**2, rel=1e-9 * (p[3, b] / mass) ** 2
        )
        # and the file's numbers in the cartesian columns, the beam's pt of 0 apart
        assert (
            np.hypot(p[0], p[1]).astype(np.float32)[others].tobytes()
            == np.asarray(old.GenPart_pt)[others].tobytes()
        )
    assert seen == kinds
    mean = np.mean(np.asarray(got.File_weight))
    assert np.asarray(got.weight_event_file) == pytest.approx(np.asarray(got.File_weight) / mean)
    assert not ak.any(got.File_hasVertex)


@pytest.mark.reference
def test_the_picture_of_the_example(tmp_path: Path) -> None:
    settings = [f"source.path={real_file(CMS)}", f"output.path={tmp_path / 'o.root'}"]
    result = run_job(load_job(JOB, settings))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["o.png", "o.root"]
    places = result.histograms["decay_places"]
    sums = places.values(flow=True).sum(axis=(1, 2))
    # 20 events have a positive and 6 a negative weight, of one size; in units of their mean 26 are left
    expected = {"B0": 26 * 8 / 14, "B+": 26 * 6 / 14, "X2": 26.0}
    assert dict(zip(places.axes[0], sums, strict=False)) == pytest.approx(expected)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return write_nano(tmp_path / "in" / "e.root", [b_event(), b_event(-511), b_event(511)])


def test_n_is_every_parent_or_fewer(small: Path, tmp_path: Path) -> None:
    assert run(small, tmp_path / "o.root").exit_code == 0
    told = json.loads(CliRunner().invoke(main, ["inspect", str(tmp_path / "o.root"), "--json"]).output)
    assert told["result"]["generated"] == told["source"]["entries"] == 3
    assert told["source"]["counts"] == {"511": 1, "-511": 1, "521": 1, "-521": 0}
    assert run(small, tmp_path / "two.root", n="2").exit_code == 0
    whole, two = events(tmp_path / "o.root"), events(tmp_path / "two.root")
    assert all(ak.array_equal(whole[name][:2], two[name]) for name in whole.fields)
    refused(run(small, tmp_path / "four.root", n="4"), tmp_path / "four.root", "at most 3")


def test_workers_change_nothing(small: Path, tmp_path: Path) -> None:
    assert run(small, tmp_path / "o.root").exit_code == 0
    assert run(small, tmp_path / "w.root", "run.workers=2").exit_code == 0
    one, two = events(tmp_path / "o.root"), events(tmp_path / "w.root")
    assert all(ak.array_equal(one[name], two[name]) for name in one.fields)


def test_a_model_gives_both_charges(small: Path, tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    write_nano(small, [b_event(), b_event(-521)])
    job.write_text(
        f"""
        [run]
        [source]
        name = "event_file"
        path = "{small}"
        parents = "B+"
        [chain]
        model = "zprime-scalar"
        parameters = {{ m1 = 0.0, m2 = "430 MeV", G_X = "1 GF" }}
        parent = "B+"
        production = "K+ X1 X2"
        modes = ["X1 pi0"]
        [output]
        path = "{tmp_path / "o.root"}"
        picture = false
        """
    )
    result = CliRunner().invoke(main, ["run", str(job)])
    assert result.exit_code == 0, result.output
    assert events(tmp_path / "o.root").GenPart_pdgId[:, 8].to_list() == [321, -321]


def test_a_detector_sees_the_events_of_a_file(tmp_path: Path) -> None:
    """K_L of a file at KOTO: the chain's photons are seen, the file's own decay is not, the event stays linked."""
    # a photon from the K_L is replaced; one beside it is a third that is seen
    kaon = [(130, -1, 0.01, 6.0, 0.5, 0.4976, 1)]
    events_ = [kaon, [*kaon, (22, 0, 0.5, 1.0, 0.0, 0.0, 1)], [*kaon, (22, -1, 0.02, 5.0, 0.0, 0.0, 1)]] * 400
    source = EventFile(path=str(write_nano(tmp_path / "k.root", events_)), parents="K_L0")
    chain = build("K_L0 -> gamma gamma", lifetimes={"K_L0": Exponential(1e-9)})
    (chunk,) = chunks(Pipeline(source=source, chain=chain, detector=Koto(), keep="all", seed=4), 1000)
    assert chunk.cutflow.generated == 1000
    assert chunk.events.final_state(22).counts[:6].tolist() == [2, 2, 3, 2, 2, 3]
    record = chunk.record()
    assert len(record.reco) == len(record.original) == 1000


def refused(result: Result, out: Path, *words: str) -> None:
    assert result.exit_code == 2, result.output
    text = result.output.strip()
    assert text.startswith("darkpair: ")
    assert "\n" not in text, text
    for word in words:
        assert word in text
    assert not out.exists()
    assert not list(out.parent.glob("*.part"))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["source.path=missing.root"], ["there is no file"]),
        (['source.parents=["B0"]'], ["starts with B+", "does not supply"]),
        (['source.parents=["B0", "B+", "B_s0"]'], ["531", "add a chain"]),
        (["chain.decay=[]"], ["chain.decay is empty"]),
        (['chain.decay=["B0 -> K0 X1 X2", "B0 -> K0 X1 gamma"]'], ["two chains start with B0"]),
        (["chain.mass.X3=0.2"], ["X3", "did you mean"]),
        (["chain.mass.B0=5.3"], ["5.3 GeV", "leave B0 out"]),
        (["source.name=gun", "source.path=x.root"], ["unknown key of [source] 'path'"]),
        (["source.tree=events"], ["did you mean 'Events'"]),
    ],
)
def test_what_is_refused(small: Path, tmp_path: Path, settings: list[str], words: list[str]) -> None:
    result = run(small, tmp_path / "o.root", *settings)
    refused(result, tmp_path / "o.root", *words)


def test_a_file_cut_short_is_refused(small: Path, tmp_path: Path) -> None:
    whole = small.read_bytes()
    small.write_bytes(whole[: len(whole) // 2])
    refused(run(small, tmp_path / "o.root"), tmp_path / "o.root", "cut short")
    (small.parent / "foreign.root").write_text("something else")
    refused(run(small.parent / "foreign.root", tmp_path / "o.root"), tmp_path / "o.root", "no event file")


def test_damage_that_is_found_late_leaves_nothing(small: Path, tmp_path: Path) -> None:
    """The first pass reads ids and weights only: a momentum that is none stops the run itself."""
    bad = b_event()
    bad[2] = (521, 1, np.nan, *bad[2][3:])
    write_nano(small, [b_event(), bad])
    refused(run(small, tmp_path / "o.root"), tmp_path / "o.root", "event 1", "not finite")


def test_a_drawn_source_needs_n(tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(
        f'[run]\n[source]\nname = "gun"\nparent = "eta"\n[chain]\ndecay = "eta -> X1 X2"\n'
        f'mass = {{ X1 = 0.1, X2 = 0.2 }}\n[output]\npath = "{tmp_path / "o.root"}"\npicture = false\n'
    )
    refused(CliRunner().invoke(main, ["run", str(job)]), tmp_path / "o.root", "run.n is missing")
