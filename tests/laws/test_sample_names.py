"""What changes the events of a sample changes its name, and nothing else does; an event has one name, however it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair import Chain, Pipeline, build
from darkpair.chains.given_elements import GivenElement
from darkpair.chains.models.rates import build_model
from darkpair.gen.data_files import altered
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.errors import DarkpairError
from darkpair.gen.identity import identity_digest
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import Forced, Scan, ScanInside
from darkpair.gen.output.formats import writer_for
from darkpair.gen.output.reader import read_events
from darkpair.gen.pipeline import Chunk, chunks
from darkpair.gen.region import Box
from darkpair.gen.sample_name import NAME, sample_digest
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.gen.streams import BLOCK, Streams
from darkpair.job.job import load_job
from darkpair.testing import parents_of
from tests.shared.event_files import b_event, write_nano
from tests.shared.model_points import EXAMPLES

JOBS = Path(__file__).parents[2] / "examples"
KOTO = JOBS / "koto_pi0.toml"
BOX = Box(x_min=-1e3, x_max=1e3, y_min=-1e3, y_max=1e3, z_min=10.0, z_max=5e3)
MASS = {"X1": 0.02, "X2": 0.2}

#: Descriptors, with settings, that together have all kinds of parts.
SPELLED: dict[str, dict[str, Any]] = {
    "K_L0 -> X1 (X2 -> X1 gamma [.5] | X1 pi0 [.3])": {"mass": MASS, "ctau": {"X2": 5.0}},
    "K_L0 -> pi+ pi- (pi0 -> gamma gamma [.98] | e+ e- gamma [.02])": {},
    "K_L0 -> X1 X1 gamma": {
        "mass": {"X1": 0.02},
        "matrix_elements": {"K_L0 -> X1 X1 gamma": {"name": "power", "power": 2}},
    },
    "K+ -> pi+ (S -> gamma gamma)": {
        "mass": {"S": 0.1},
        "ctau": {"S": 3.0},
        "lifetimes": {"S": Scan(ctau=30.0)},
    },
    "B+ -> K+ nu_e anti-nu_e": {},
    "B+ -> K+ (S -> mu+ mu-)": {"mass": {"S": 0.5}, "ctau": {"S": 1.0}},
    "eta -> X1 (X2 -> X1 gamma)": {
        "mass": MASS,
        "ctau": {"X2": 1e3},
        "lifetimes": {"X2": Forced(region=BOX, ctau=1e3)},
    },
    "eta -> (X2 -> X1 gamma) (X2 -> X1 gamma)": {
        "mass": MASS,
        "ctau": {"X2": 1e3},
        "lifetimes": {"X2": ScanInside(region=BOX)},
    },
    "eta' -> rho0 gamma": {},
    "K_L0 -> pi- e+ nu_e": {},
    "eta -> mu+ mu- gamma": {},
    "mu- -> e- anti-nu_e nu_mu": {},
}


#: Those of two bodies, which are made quickly.
QUICK = [
    text
    for text in SPELLED
    if text.startswith(("K_L0 -> X1 (", "K+", "B+ -> K+ (", "eta -> X1", "eta -> (X2"))
]

#: Models, and a mode of X2.
MODELS = {"zprime-dirac": "X1 e+ e-", "higgs-portal-trilinear": "X1 e+ e-"}


def every_chain() -> Iterator[Chain]:
    for text, settings in SPELLED.items():
        yield build(text, **settings)
    for name, mode in MODELS.items():
        model = build_model(name, {"m1": 0.02, "m2": 0.2, **EXAMPLES[name]}, "pdg")
        yield model.chain("K_L0", "X1 X2", modes=[mode])


def parts_of(thing: Any) -> Iterator[Any]:
    """Every object that one of the package's is made of."""
    if isinstance(thing, Mapping):
        thing = list(thing.values())
    if isinstance(thing, list | tuple):
        for part in thing:
            yield from parts_of(part)
    elif is_dataclass(thing) and not isinstance(thing, type):
        yield thing
        yield from parts_of([getattr(thing, entry.name) for entry in fields(thing) if entry.init])


def variants(thing: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The thing with another number, for each number that it is made of, and where that is."""
    if isinstance(thing, bool | str) or thing is None:
        return
    if isinstance(thing, int | float):
        if np.isfinite(thing):
            yield place, (thing * 1.001 or 1e-3) if isinstance(thing, float) else thing + 1
    elif isinstance(thing, tuple | list):
        for i, part in enumerate(thing):
            for where, other in variants(part, (*place, i)):
                yield where, (*thing[:i], other, *thing[i + 1 :])
    elif isinstance(thing, Mapping):
        for key, part in thing.items():
            for where, other in variants(part, (*place, key)):
                yield where, {**thing, key: other}
    elif is_dataclass(thing) and not isinstance(thing, type):
        for entry in fields(thing):
            if entry.init:
                name = type(thing).__qualname__, entry.name
                for where, other in variants(getattr(thing, entry.name), (*place, *name)):
                    with suppress(DarkpairError, TypeError, ValueError):  # (what cannot be)
                        yield where, replace(thing, **{entry.name: other})


def bits(chain: Chain) -> bytes:
    batch = chain.batch(parents_of(chain).take(np.arange(300)), Streams(3))
    columns = [c for part in batch.parts for c in (part.rows, part.momentum, part.vertices)]
    return b"".join(np.ascontiguousarray(c).tobytes() for c in (*columns, batch.weight))


def test_every_number_of_what_chains_are_made_of_counts() -> None:
    """Of matrix elements, form factors, currents, spins, laws of lifetimes and regions: of each class once."""
    classes = set()
    changes = 0
    for part in (part for chain in every_chain() for part in parts_of(chain)):
        kind = type(part)
        if kind in classes or kind in (Chain, Decay, Mode, GivenElement):  # (the last is its function)
            continue
        classes.add(kind)
        for where, other in variants(part):
            changes += 1
            assert identity_digest(other) != identity_digest(part), where
    assert len(classes) >= 15
    assert changes >= 40


@pytest.mark.parametrize("text", QUICK)
def test_every_number_of_a_chain_that_changes_its_events_changes_its_name(text: str) -> None:
    chain = build(text, **SPELLED[text])
    truth, name = bits(chain), identity_digest(chain)
    changes = 0
    for where, other in variants(chain):
        try:
            same = bits(other) == truth
        except DarkpairError:  # (a slope of the first particle)
            continue
        changes += not same
        assert same or identity_digest(other) != name, where
    assert changes >= 4


SOURCES: dict[str, Callable[[], Any]] = {
    "collimator": KotoKL,
    "fitted": lambda: KotoKL(profile="fitted"),
    "square": lambda: KotoKL(profile="square"),
    "free": lambda: KotoKL(decay="free"),
    "image": lambda: KotoKL(image="2015-04"),
    "other spectrum": lambda: KotoKL(spectrum="shiomi"),
    "upstream": lambda: KotoKL(z_min=-20e3, share=0.5),
    "gun": Gun,
    "wide gun": lambda: Gun(parent="eta", momentum=(1.0, 2.0), cone=0.1, mass=0.5),
    "eta": lambda: DumpMesons(meson="eta"),
    "bmpt": lambda: DumpMesons(meson="K+", generator="bmpt"),
    "urqmd": lambda: DumpMesons(meson="eta", generator="urqmd34"),
    "belle2": Upsilon4S,
    "belle": lambda: Upsilon4S(machine="belle"),
    "B0": lambda: Upsilon4S(parent="B0"),
}


def test_sources_have_one_name_where_they_have_the_same_parents() -> None:
    """All of them against each other, each with each of its numbers changed."""
    names: dict[bytes, str] = {}
    for make in SOURCES.values():
        for source in (make(), *(other for _, other in variants(make()))):
            parents = source.sample(200, np.random.Generator(np.random.SFC64(1)))
            columns = [parents.momentum, parents.vertex, *parents.weights.values()]
            columns += [] if parents.decay_vertex is None else [parents.decay_vertex]
            truth = str(parents.pdgid).encode() + b"".join(c.tobytes() for c in columns)
            assert names.setdefault(truth, identity_digest(source)) == identity_digest(source), source
    assert len(names) > 2 * len(SOURCES)
    assert len(set(names.values())) == len(names)


#: Settings of a job that change no event, and such as do.
IDLE = (
    "run.n=5000",
    "run.workers=2",
    "run.chunk=16384",
    "run.number=7",
    "output.events=all",
    "output.layout=nano",
    "output.path=other.hepmc3",
    "output.picture=false",
    "normalisation.branching_ratio=1e-9",
)
BUSY = (
    "run.seed=2",
    "chain.mass.X2=0.431 GeV",
    "chain.mass.X1=1 MeV",
    "chain.ctau.X2=2 m",
    "chain.lifetime.X2=scan",
    "source.z_max=6.1 m",
    "source.spectrum=shiomi",
    "source.profile=square",
    "source.aim=true",
)


def test_settings_of_a_job() -> None:
    def digest(*settings: str) -> str:
        return load_job(KOTO, settings).pipeline().digest

    plain = digest()
    assert digest(*IDLE) == plain
    changed = [digest(setting) for setting in BUSY]
    assert len({plain, *changed}) == 1 + len(BUSY)
    belle2 = [
        load_job(JOBS / "belle2.toml", s).pipeline().digest for s in ((), ("detector.selection=acceptance",))
    ]
    assert belle2[0] == belle2[1]  # (what the source does not follow)
    assert load_job(KOTO, ["run.number=7"]).pipeline().run_number == 7


def test_an_aimed_source_is_what_its_pilot_was_made_of() -> None:
    """Its table of probabilities has last digits that depend on the processor."""
    text = "eta -> X1 (X2 -> X1 gamma)"
    chain = build(text, **SPELLED[text])
    further = replace(chain, lifetimes={"X2": Forced(region=BOX, ctau=2e3)})
    size: dict[str, Any] = {"cells": (6, 4, 4), "throws": (2, 2)}
    aimed = [
        aim(DumpMesons(), chain, seed=1, **size),
        aim(DumpMesons(), further, seed=1, **size),
        aim(DumpMesons(), chain, seed=2, **size),
        aim(DumpMesons(generator="urqmd34"), chain, seed=1, **size),
        aim(DumpMesons(), chain, seed=1, share=0.1, **size),
        aim(DumpMesons(), chain, seed=1, cells=(6, 4, 5), throws=(2, 2)),
        aim(DumpMesons(), chain, seed=1, weights=lambda batch: batch.weight[None, :] ** 2, **size),
    ]
    again = aim(DumpMesons(), chain, seed=1, **size)
    assert identity_digest(again) == identity_digest(aimed[0])
    assert len({identity_digest(source) for source in aimed}) == len(aimed)
    other = replace(again.bias, probability=aimed[1].bias.probability)
    assert identity_digest(replace(again, bias=other)) != identity_digest(again)


def test_changes_of_data_files() -> None:
    """Those in force when the objects are made, where they are of something in them."""

    def digest() -> str:
        chain = build("K_L0 -> pi+ pi- (pi0 -> gamma gamma)")
        return sample_digest(KotoKL(), chain, 1)

    plain = digest()
    with altered({"decays.toml": {"klong_charged.g": 0.7}}):
        changed = digest()
    with altered({"koto.toml": {"cuts.pt.min": 0.2}}):
        idle = digest()
    assert plain == idle != changed
    assert digest() == plain


def names_of(parts: list[Chunk]) -> list[tuple[int, int, int]]:
    record = Chunk.concatenate(parts).record()
    return list(zip(*(record[name].tolist() for name in NAME), strict=True))


def test_an_event_has_one_name_however_it_was_made(tmp_path: Path) -> None:
    n = 2 * BLOCK + 1000
    pipeline = load_job(KOTO, ["run.seed=4"]).pipeline()
    whole = list(chunks(pipeline, n, size=n))
    names = names_of(whole)
    numbers = np.array([event for *_, event in names])
    assert len(names) > 500
    assert {run for run, *_ in names} == {pipeline.run_number}
    assert [block for _, block, _ in names] == ((numbers - 1) // BLOCK + 1).tolist()
    assert set(numbers // BLOCK) == {0, 1, 2}
    with ThreadPoolExecutor(2) as pool:
        assert names_of(list(chunks(pipeline, n, size=BLOCK, executor=pool, workers=2))) == names
    every = list(chunks(replace(pipeline, keep="all"), n, size=BLOCK))
    record = Chunk.concatenate(every).record()
    assert record.event.tolist() == list(range(1, n + 1))
    accepted = record[record.reco.accepted]
    assert accepted.event.tolist() == numbers.tolist()
    assert ak.array_equal(accepted.X2.px, Chunk.concatenate(whole).record().X2.px)
    other = names_of(list(chunks(replace(pipeline, seed=5), n)))
    assert not set(names) & set(other)
    kept = names_of(list(chunks(replace(pipeline, number=12), 100)))
    assert {run for run, *_ in kept} <= {12}
    written(tmp_path, whole[0], names)


def written(folder: Path, chunk: Chunk, names: list[tuple[int, int, int]]) -> None:
    """Every layout, kind and format holds those names."""
    for layout in ("cartesian", "nano", "flat"):
        for kind in ("ttree", "rntuple"):
            path = folder / f"{layout}-{kind}.root"
            with writer_for(path, {"layout": layout, "kind": kind}, {}) as file:
                file.write(chunk.record())
            with uproot.open(path) as opened:
                columns = opened["Events"].arrays(list(NAME), how=dict)
            assert [str(columns[name].type.content) for name in NAME] == [
                "uint32",
                "uint32",
                "uint64",
            ]
            assert list(zip(*(columns[name].tolist() for name in NAME), strict=True)) == names
    assert read_events(folder / "cartesian-ttree.root").event.tolist() == [event for *_, event in names]
    with writer_for(folder / "e.hepmc3", {}, {}) as file:
        file.write(chunk.record())
    lines = (folder / "e.hepmc3").read_text().splitlines()
    assert [int(line.split()[1]) for line in lines if line.startswith("E ")] == [event for *_, event in names]
    for name, column in zip(NAME, zip(*names, strict=True), strict=True):
        assert [int(line.split()[3]) for line in lines if line.startswith(f"A 0 {name} ")] == list(column)


def test_far_events_have_names_too(tmp_path: Path) -> None:
    """Beyond 2**31 HepMC's own number begins with 1 again; blocks have 32 bits."""
    pipeline = load_job(KOTO, ["output.events=all"]).pipeline()
    last = 2**32 - 2
    chunk = pipeline.chunk(last, last + 1, last * BLOCK + 3)
    record = chunk.record()
    assert record.luminosityBlock.tolist() == [2**32 - 1] * 3
    assert record.event.tolist() == [last * BLOCK + 1 + i for i in range(3)]
    with writer_for(tmp_path / "e.hepmc3", {}, {}) as file:
        file.write(record)
    lines = (tmp_path / "e.hepmc3").read_text().splitlines()
    numbers = [int(line.split()[1]) for line in lines if line.startswith("E ")]
    assert numbers == [(event - 1) % (2**31 - 1) + 1 for event in record.event.tolist()]


@pytest.mark.parametrize("missing", [(), ("run",), ("run", "event")])
def test_events_of_a_file_keep_their_names(tmp_path: Path, missing: tuple[str, ...]) -> None:
    """Those numbers of them that it has; the others are the sample's."""
    path, out = write_nano(tmp_path / "b.root", [b_event()] * 20), tmp_path / "out.root"
    branches = dict.fromkeys(missing, "")
    source = EventFile(path=str(path), parents="B+", conjugates=False, branches=branches)
    chain = build("B+ -> K+ X1 X2", mass={"X1": 0.0, "X2": 0.4})
    pipeline = Pipeline(source=source, chain=chain, seed=1)
    with writer_for(out, {}, {}) as file:
        file.write(Chunk.concatenate(list(chunks(pipeline, None))).record())
    with uproot.open(out) as opened, uproot.open(path) as before:
        columns = opened["Events"].arrays(how=dict, filter_name=[*NAME, "Sample_*"])
        file_has = before["Events"].arrays(how=dict, filter_name=list(NAME))
    assert columns["Sample_event"].tolist() == list(range(1, 21))
    assert set(columns["Sample_run"].tolist()) == {pipeline.run_number}
    own = set(file_has) - set(missing)
    assert own == {"run", "event"} - set(missing)
    for name in NAME:
        wanted = file_has[name] if name in own else columns[f"Sample_{name}"]
        assert columns[name].tolist() == wanted.tolist()
    again = read_events(out)
    assert set(again.original.fields) & set(NAME) == own
    assert again.event.tolist() == columns["Sample_event"].tolist()


def test_the_name_of_an_event_file_is_what_it_holds(tmp_path: Path) -> None:
    """Its place says nothing, and what is read of it does."""
    first = write_nano(tmp_path / "b.root", [b_event()] * 5)
    second = tmp_path / "moved.root"
    second.write_bytes(first.read_bytes())
    third = write_nano(tmp_path / "more.root", [b_event()] * 6)

    def digest(path: Path, **settings: Any) -> str:
        return identity_digest(EventFile(path=str(path), **{"parents": "B+", **settings}))

    plain = digest(first)
    assert plain == digest(second) == digest(first, format="ttree") == digest(first, branches={"run": "run"})
    others = [
        digest(third),
        digest(first, conjugates=False),
        digest(first, parents=("B+", "B0")),
        digest(first, branches={"event": ""}),
        digest(first, momentum_unit="MeV"),
    ]
    assert len({plain, *others}) == 6
