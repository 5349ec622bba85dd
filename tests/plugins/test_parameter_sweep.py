"""Every parameter of every source, detector and model, and every key of a job's own tables: ten wrong values and two right ones.

Wrong ones are one of each class that is wrong for the kind of value: another dimension, another type, a list, a table, NaN,
infinite, out of range, misspelt, empty, 400 digits.  They go the way of a job: `load_job` with a setting, then `pipeline`.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from darkpair.gen.errors import DarkpairError
from darkpair.gen.kinds import Anything, Flag, Kind, Listed, Nothing, Number, OneOf, Table, Text, Tuple, Word
from darkpair.gen.parameters import Parameter, parameters
from darkpair.job.job import load_job
from darkpair.plugins import REGISTRIES
from darkpair.plugins.schema import TABLES
from tests.shared.event_files import b_event, write_nano
from tests.shared.model_points import EXAMPLES

DIGITS = "9" * 400
KAON: dict[str, Any] = {"decay": "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", "mass": {"X1": 0.0, "X2": 0.4}}
TWO: dict[str, Any] = {"decay": "K_L0 -> gamma gamma"}
ETA: dict[str, Any] = {
    "decay": "eta -> X1 (X2 -> X1 gamma gamma)",
    "mass": {"X1": 0.0, "X2": 0.4},
    "ctau": {"X2": "1 m"},
}
BEAUTY: dict[str, Any] = {"decay": "B+ -> K+ X1 X2", "mass": {"X1": 0.0, "X2": 0.4}}
#: A job that runs, around each source.
SOURCES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "gun": ({"mass": None}, TWO),
    "koto_kl": ({}, TWO),
    "upsilon4s": ({}, BEAUTY),
    "dump_mesons": ({}, ETA),
    "event_file": ({"path": "events.root", "parents": ["B+"]}, BEAUTY),
}
B_FACTORY: tuple[dict[str, Any], dict[str, Any]] = ({"name": "upsilon4s"}, BEAUTY)
DUMP: tuple[dict[str, Any], dict[str, Any]] = ({"name": "dump_mesons"}, ETA)
#: Source and chain before each detector, and what it needs.
DETECTORS: dict[str, tuple[tuple[dict[str, Any], dict[str, Any]], dict[str, Any]]] = {
    "koto": (({"name": "koto_kl"}, KAON), {}),
    "koto_kaon": (({"name": "koto_kl"}, {"decay": "K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)"}), {}),
    "belle": (({"name": "upsilon4s", "machine": "belle"}, BEAUTY), {}),
    "belle2": (B_FACTORY, {}),
    "fixed_target": (DUMP, {"experiment": "charm"}),
    **{name: (DUMP, {}) for name in ("charm", "dune_nd", "faser2", "nucal", "ship")},
}
#: Right values of parameters that go with others, or have to be names; files are in the folder of the test.
RIGHT: dict[str, list[dict[str, Any]]] = {
    "event_file.format": [{"source.format": "ttree"}],  # what the file is
    "gun.mass": [{"source.mass": "0.497611 GeV"}, {"source.mass": 0.3, "chain.mass.K_L0": 0.3}],
    "gun.spectrum": [{"source.spectrum": "p.csv"}],
    "gun.spectrum_unit": [
        {"source.spectrum": "bare.csv", "source.spectrum_unit": unit} for unit in ("GeV", "MeV")
    ],
    "gun.angle": [{"source.angle": "angle.csv"}],
    "gun.angle_unit": [
        {"source.angle": "bare_angle.csv", "source.angle_unit": unit} for unit in ("mrad", "rad")
    ],
    "koto_kl.spectrum": [{"source.spectrum": "shiomi"}, {"source.spectrum": "p.csv"}],
    "koto_kl.spectrum_unit": [
        {"source.spectrum": "bare.csv", "source.spectrum_unit": unit} for unit in ("GeV", "TeV")
    ],
    "koto_kl.share": [{"source.share": share, "source.z_min": 0} for share in (0.5, 0.25)],
    "dump_mesons.multiplicity": [],  # (of a table of one's own, whose tests have it)
    "dump_mesons.multiplicity_error": [],
    "upsilon4s.parent": [{"source.parent": "B+"}, {"source.parent": "B-", "chain.decay": "B- -> K- X1 X2"}],
    "dump_mesons.meson": [
        {"source.meson": "eta"},
        {"source.meson": "pi0", "chain.decay": "pi0 -> gamma gamma", "chain.mass": {}, "chain.ctau": {}},
    ],
    "dump_mesons.beam_energy": [{"source.beam_energy": "70 GeV"}, {"source.beam_energy": 120}],
    "dump_mesons.generator": [{"source.generator": "pythia6"}],
    "koto.selection": [{"detector.selection": "2015"}, {"detector.selection": 2021}],
    "belle.selection": [{"detector.selection": "acceptance"}],
    "belle2.selection": [{"detector.selection": "hadronic"}],
    "belle2.experiment": [{"detector.experiment": "belle", "source.machine": "belle"}],
    "ZPrime.m_UV": [{"chain.parameters.m_UV": "1 TeV"}, {"chain.parameters.m_UV": 500}],
    "koto.cuts": [{"detector.cuts": {"pt": {"min": "140 MeV"}}}, {"detector.cuts.pt.min": 0.15}],
    "koto.without": [{"detector.without": ["pt"]}, {"detector.without": "pt"}],
}


#: A value of each class.
CLASSES: dict[str, Any] = {
    "not a number": math.nan,
    "infinite": math.inf,
    "infinite text": "inf",
    "empty": "",
    "blank": "  ",
    "400 digits": DIGITS,
    "400 digits without quotes": int(DIGITS),
    "truth": True,
    "number": 1.5,
    "list of lists": [[]],
    "list of words": ["no such word"],
    "list of numbers": [1.0, 2.0, 3.0],
    "list of truth": [True],
    "table": {"no such key": []},
    "table of numbers": {"no such key": 1.0},
    "table without a key": {"": 1.0},
    "word": "no such word",
    "another dimension": "3 ns",
    "no unit": "3 parsec",
}


def takes(kind: Kind, *, free: bool) -> set[str]:
    """Classes that a kind of value may be of; a text that is not free has to be one of some names."""
    if isinstance(kind, Number):
        return {"number", *(("infinite", "infinite text") if kind.infinite else ())}
    if isinstance(kind, Text):
        return {"word", "another dimension", "no unit", "400 digits", "infinite text"} if free else set()
    if isinstance(kind, Listed):
        inner = takes(kind.of, free=free)
        return (
            {"list of words"} | inner
            if "word" in inner
            else {"list of numbers"}
            if "number" in inner
            else set()
        )
    if isinstance(kind, Table) and kind.make is None:
        names = {"table", "table of numbers"} if isinstance(kind.of, Anything) else set()
        return (
            (names | {"table of numbers"} if "number" in takes(kind.of, free=free) else names)
            if free
            else set()
        )
    if isinstance(kind, Flag):
        return {"truth"}
    if isinstance(kind, Anything):
        return set(CLASSES) if free else set()
    if isinstance(kind, OneOf):
        return set().union(*(takes(each, free=free) for each in kind.kinds))
    assert isinstance(kind, Word | Flag | Tuple | Table | Nothing), kind
    return set()


def beyond(kind: Kind) -> Iterator[Any]:
    """Numbers out of a kind's range, in another dimension, and misspelt words."""
    for each in kind.kinds if isinstance(kind, OneOf) else (kind,):
        if isinstance(each, Number):
            yield "430 MeV" if each.unit != "GeV" else "5 cm"
            for name, step in (("above", 0.0), ("least", -1.0), ("below", 0.0), ("most", 1.0)):
                if (end := getattr(each, name)) is not None:
                    yield end + step * max(1.0, abs(end))
            if each.whole:
                yield 2.5
        elif isinstance(each, Word):
            yield from (f"{each.allowed[0]}x", str(each.allowed[-1])[:-1], 1)
        elif isinstance(each, Flag):
            yield from ("perhaps", 1, 0)


def wrong(kind: Kind, *, free: bool = False) -> list[Any]:
    """Ten values or more that a kind of value is not, one of each class."""
    fine = takes(kind, free=free)
    return [value for name, value in CLASSES.items() if name not in fine] + list(beyond(kind))


def right(kind: Kind, default: Any) -> Iterator[Any]:
    """Values that a kind of value may be, the default as it is written first."""
    if isinstance(kind, Number) and isinstance(default, int | float) and not isinstance(default, bool):
        if math.isfinite(default):
            yield default
            yield f"{default!r} {kind.unit}".strip()
            return
        yield "inf"
    if isinstance(kind, Number):
        ends = [end for end in (kind.above, kind.least, kind.below, kind.most) if end is not None]
        inside = [0.5 * (min(ends) + max(ends))] if len(ends) > 1 else [(max(ends) if ends else 0.0) + 0.25]
        yield from (
            f"{x} {kind.unit}".strip() if not kind.whole else int(x)
            for x in (*inside, inside[0] * 1.25 or 1.0)
        )
    elif isinstance(kind, Word):
        yield from kind.allowed[:2]
    elif isinstance(kind, Flag):
        yield from (True, False)
    elif isinstance(kind, OneOf):
        for each in kind.kinds:
            yield from right(each, default)
    elif isinstance(kind, Text | Listed | Table) and default:
        yield from (default, default)
    elif isinstance(kind, Listed | Table):
        yield from ([], []) if isinstance(kind, Listed) else ({}, {})


def job_of(
    folder: Path, source: Mapping[str, Any], chain: Mapping[str, Any], detector: Mapping[str, Any] | None
) -> Path:
    """File of a job of a thousand events."""
    lines = ["[run]", "n = 1000"]
    for name, table in (("source", source), ("chain", chain), ("detector", detector)):
        if table is not None:
            lines.append(f"[{name}]")
            lines += [f"{key} = {_toml(value)}" for key, value in table.items() if value is not None]
    path = folder / "job.toml"
    path.write_text("\n".join([*lines, "[output]", f'path = "{folder}/out.root"', ""]))
    return path


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)


def require_refused(job: Path, key: str, kind: Kind, *, free: bool = False) -> None:
    """Ten wrong values of a key or more are each one line with the key and what is allowed."""
    values = wrong(kind, free=free)
    assert len(values) >= 10, key
    for value in values:
        with pytest.raises(DarkpairError) as caught:
            load_job(job, (), {key: value}).pipeline()
        message, name = str(caught.value), key.rpartition(".")[2]
        assert "\n" not in message, (key, value)
        assert name in message or name.replace("_", " ") in message, (key, str(value)[:60], message)
        assert any(word in message for word in ("allowed", "known", "give", "write", "needs", "beyond")), (
            key,
            message,
        )
        assert len(message) < 900, (key, message)
        assert DIGITS not in message


def require_runs(job: Path, section: str, owner: str, parameter: Parameter, given: Any) -> None:
    """Two right values run a thousand events, or as many as the table says."""
    default = given if given is not None else None if parameter.required else parameter.default
    default = list(default) if isinstance(default, tuple) else default
    values = [{f"{section}.{parameter.name}": value} for value in right(parameter.kind, default)][:2]
    for settings in RIGHT.get(f"{owner}.{parameter.name}", values):
        load_job(job, (), settings).pipeline().chunk(0, 1, 1000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("sweep")
    write_nano(path / "events.root", [b_event() for _ in range(1000)])
    for name, head in (("p", "p [GeV]"), ("bare", "p"), ("angle", "theta [mrad]"), ("bare_angle", "theta")):
        (path / f"{name}.csv").write_text(f"{head},density\n0.5,1.0\n1.0,2.0\n2.0,0.5\n")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.chdir(path)
    yield path
    monkeypatch.undo()


@pytest.mark.parametrize("name", REGISTRIES["sources"].ours)
def test_sources(name: str, folder: Path) -> None:
    table, chain = SOURCES[name]
    table = {key: str(folder / value) if key == "path" else value for key, value in table.items()}
    job = job_of(folder, {"name": name, **table}, chain, None)
    load_job(job).pipeline()
    for key, parameter in parameters(REGISTRIES["sources"][name]).items():
        if parameter.kind.writable:
            require_refused(job, f"source.{key}", parameter.kind)
            require_runs(job, "source", name, parameter, table.get(key))


@pytest.mark.parametrize("name", REGISTRIES["detectors"].ours)
def test_detectors(name: str, folder: Path) -> None:
    (source, chain), table = DETECTORS[name]
    job = job_of(folder, source, chain, {"name": name, **table})
    load_job(job).pipeline()
    for key, parameter in parameters(REGISTRIES["detectors"][name]).items():
        if parameter.kind.writable:
            require_refused(job, f"detector.{key}", parameter.kind)
            require_runs(job, "detector", name, parameter, table.get(key))


def owners() -> dict[tuple[str, str], str]:
    """The class that has a parameter, by (model, parameter), for one of the several models that take it."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for name in REGISTRIES["models"].ours:
        model = REGISTRIES["models"][name]
        for key in parameters(model):
            owner = next(c.__name__ for c in model.__mro__ if key in inspect.get_annotations(c))
            seen.setdefault((owner, key), (name, key))
    return {place: owner for (owner, _), place in seen.items()}


@pytest.mark.parametrize("name", REGISTRIES["models"].ours)
def test_models(name: str, folder: Path) -> None:
    point = {"m1": 0.02, "m2": 0.2, **EXAMPLES[name]}
    model = REGISTRIES["models"][name](**point)
    pairs = [key for key in model.modes() if key[0] != "X2" and len(key[1].split()) == 2]
    parent, production = pairs[0] if pairs else ("K_L0", "X1 X2")
    chain = {"model": name, "parameters": point, "parent": parent, "production": production}
    if ("X2", "X1 pi0") in model.modes():  # (three-body decays take long to prepare)
        chain["modes"] = ["X1 pi0"]
    job = job_of(folder, {"name": "gun", "parent": parent}, chain, None)
    own = owners()
    for key, parameter in parameters(REGISTRIES["models"][name]).items():
        if parameter.kind.writable:
            require_refused(job, f"chain.parameters.{key}", parameter.kind)
            if pairs and (name, key) in own:
                require_runs(job, "chain.parameters", own[name, key], parameter, point.get(key))


#: Keys of [chain] that belong to a model.
OF_A_MODEL = ("model", "parameters", "inputs", "parent", "production", "modes")
#: Keys with texts that are no names of something, and tables of anything.
FREE = ("path", "matrix_elements")


@pytest.mark.parametrize("section", TABLES)
def test_a_jobs_own_tables(section: str, folder: Path) -> None:
    model = {"model": "zprime-scalar", "parameters": {"m1": 0.0, "m2": 0.4, "G_X": 1e-5}}
    for key, kind in TABLES[section].kinds().items():
        chain = model if key in OF_A_MODEL else KAON
        chain = {"name": "kl_x1x2_pi0", "mass": KAON["mass"]} if key == "name" else chain
        job = job_of(folder, {"name": "koto_kl"}, chain, None)
        require_refused(job, f"{section}.{key}", kind, free=key in FREE)
