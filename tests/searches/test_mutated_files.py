"""Mutated files of searches, of every kind: each is taken, or refused in one line (fixed seed)."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest

from darkpair.chains.models import HiggsPortalQuartic, Model, ZPrimeScalar
from darkpair.gen.errors import DarkpairError
from darkpair.limits import Size, limit_rows, plain_rows
from darkpair.limits.tables import answer, limits_table
from darkpair.searches.likelihood_workspace import read_json, read_numbers
from tests.shared.fence import fenced
from tests.shared.knunu import written
from tests.shared.mutations import mutated, value_changed
from tests.shared.one_x import OneX

NUMBER = 'source = "a test"\nconfidence = "choice"\n'
SIZE = Size(kaons=1_000, etas=100, spectra="central", cells=(4, 4, 4), throws=(2,))


def _number(name: str, value: float, unit: str, more: str = "") -> str:
    return f'[{name}]\nvalue = {value}\nunit = "{unit}"\n{NUMBER}{more}'


#: Files by kind; the first is the search.
TEXTS: dict[str, dict[str, str]] = {
    "rate": {
        "s.toml": 'kind = "rate"\nparent = "K_L0"\nmode = "X1 X2"\nthen = "X1 pi0"\nconfidence_level = 0.95\n[efficiency]\n'
        'm2 = ["200 MeV", 0.4]\nctau = ["1 mm", "1 cm", "1 km"]\nvalues = [[0.1, 0.2, 0.4], [0.2, 0.3, 0.0]]\n'
        + NUMBER
        + _number("counts.parents", 1e12, "1")
        + _number("counts.observed", 2, "events")
        + _number("counts.background", 1.5, "events", "error = 0.5\n")
    },
    "limit": {
        "s.toml": 'kind = "rate"\nparent = "K+"\nmode = "pi+ X1 X2"\nthen = "invisible"\n'
        + _number("upper_limit", 3e-9, "1")
        + f'[escape]\nlength = "150 m"\nboost = 150.0\n{NUMBER}'
    },
    "dump": {
        "s.toml": 'kind = "dump"\nexperiment = "charm"\nparents = ["eta", "pi0"]\nstatus = "projection"\nheld_against = "nothing"\n'
        + _number("exposure", 4.8e18, "protons on target")
        + _number("signal_limit", 4.6, "events")
        + _number("efficiencies.trigger", 0.9, "1")
    },
    "unseen": {},
    "table": {
        "s.toml": 'kind = "table"\nparent = "K+"\nmode = "pi+ X2"\n[table]\nfile = "t.csv"\nmass = "m [MeV]"\nlimit = "observed"\n'
        f'step = "40 MeV"\n{NUMBER}',
        "t.csv": '#: a table\n"m [MeV]","observed"\n'
        + "".join(f"{m},{1e-11 + m * 1e-13}\n" for m in range(0, 230, 20)),
    },
    "likelihood": {},
}

#: How many of each.
EACH = {"rate": 100, "limit": 60, "dump": 60, "unseen": 40, "table": 100, "likelihood": 8}

MODELS: dict[str, Model] = {
    "limit": ZPrimeScalar(m1=0.01, m2=0.1, G_X=1e-5),
    "rate": ZPrimeScalar(m1=0.0, m2=0.3, G_X=1e-5),
    "dump": HiggsPortalQuartic(m1=0.0, m2=0.3, lambda_12=0.01),  # (without the decays: no sample is made)
    "unseen": HiggsPortalQuartic(m1=0.0, m2=0.3, lambda_12=0.01),
    "table": OneX(m1=0.0, m2=0.1),
    "likelihood": HiggsPortalQuartic(m1=0.0, m2=0.3, lambda_12=0.01),
}


def _files(kind: str, folder: Path) -> dict[str, bytes]:
    if kind == "likelihood":
        pytest.importorskip("pyhf", reason="the likelihood needs pyhf, of darkpair[limits]")
        written(folder, name="s.toml")
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    if kind == "unseen":
        own = files("darkpair.searches") / "data" / "unseen" / "b-to-k-belle-sl-search.toml"
        return {"s.toml": own.read_bytes()}
    return {name: text.encode() for name, text in TEXTS[kind].items()}


def _asked(kind: str, folder: Path, contents: dict[str, bytes]) -> list[str]:
    """What a search of these files says of the model: words that a table and rows for machines have."""
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    (rows,) = limit_rows([MODELS[kind]], files=[folder / "s.toml"], only=["s"], size=SIZE, workers=1)
    plain = plain_rows([{}], [rows])
    assert limits_table(rows, "a test").rows or not rows
    return [*answer(rows), *(f"{row['constraint']} {row['kind']} {row['verdict']}" for row in plain)]


def _change(data: bytes, rng: random.Random) -> bytes:
    return mutated(data, rng, value_changed if rng.random() < 0.7 else None)


@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver")
@pytest.mark.parametrize("kind", EACH)
def test_a_mark_of_bytes_and_ends_of_lines_change_nothing(kind: str, tmp_path: Path) -> None:
    """As other programs write texts: a file says the same, and none is refused for it."""
    contents = _files(kind, tmp_path)
    marked = {name: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") for name, data in contents.items()}
    assert _asked(kind, tmp_path, marked) == _asked(kind, tmp_path, contents)


@pytest.mark.parametrize(
    "text", [b"", b"# nothing\n", b"1,nan\n", b"1,inf\n", b"1;2\n", b"1,5,\n", b"\xff\xfe1"]
)
def test_a_density_without_numbers_is_refused(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(text)
    with pytest.raises(DarkpairError, match=r"d.csv: (no|a) (table of numbers|number)"):
        read_numbers(str(tmp_path / "d.csv"))


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_a_workspace_with_what_is_no_number_is_refused(word: str, tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text(f'{{"channels": [{word}]}}')
    with pytest.raises(DarkpairError, match=f"w.json: no JSON that can be read .{word} is no number"):
        read_json(str(tmp_path / "w.json"))


@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver")
@pytest.mark.parametrize("kind", EACH)
def test_a_mutated_file_is_taken_or_refused(kind: str, tmp_path: Path) -> None:
    contents, rng = _files(kind, tmp_path), random.Random(2005 + len(kind))
    whole = _asked(kind, tmp_path, contents)
    assert kind == "dump" or any(line.startswith("s ") for line in whole)
    inputs = []
    for _ in range(EACH[kind]):
        name = rng.choice(["s.toml", "s.toml", *contents])
        inputs.append(contents | {name: _change(contents[name], rng)})
    task: Callable[[dict[str, bytes]], list[str]] = partial(_asked, kind, tmp_path)
    outcomes = fenced(task, inputs)
    wrong = [f"{o.kind}: {o.value}" for o in outcomes if o.fault]
    assert not wrong, "\n".join(wrong)
    assert sum(o.kind == "refused" for o in outcomes) > 0.1 * len(outcomes)
    assert sum(o.kind == "accepted" for o in outcomes) > 0
