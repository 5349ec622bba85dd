"""Malformed, deep and endless input is one short line wherever it comes in: descriptors, jobs, settings, caches, dictionaries."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from darkpair.chains.descriptor import build, from_decaylanguage, parse
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.toml_text import read_toml
from darkpair.job.job import load_job
from darkpair.scan import scan

MOST = 1200  # characters of a line: the list of what is known may be long, the user's value is not


def _refusal(ask: Callable[[], Any]) -> str | None:
    """Line with which something is refused; None where it is taken. Anything else than a line is an error of ours."""
    try:
        ask()
    except DarkpairError as error:
        line = str(error)
        assert "\n" not in line
        assert len(line) < MOST, line[:300]
        return line
    return None


def _nested(depth: int) -> str:
    text = "gamma gamma"
    for _ in range(depth):
        text = f"gamma (pi0 -> {text})"
    return f"pi0 -> {text}"


DESCRIPTORS = {
    "empty": "",
    "brackets in brackets": "K_L0 -> X1 X2 [[0.5]]",
    "brackets only": "K_L0 -> X1 X2 " + "[" * 500,
    "two ratios": "K_L0 -> X1 X2 [0.5] [0.5]",
    "no ratio": "K_L0 -> X1 X2 []",
    "closed only": "K_L0 -> X1 X2 ]",
    "parentheses": "(" * 5000,
    "closing": ")" * 5000,
    "101 decays": _nested(100),
    "400 decays": _nested(400),
    "20000 decays": _nested(20000),
    "digits": "K_L0 -> gamma gamma [" + "9" * 5000 + "]",
    "word of digits": "9" * 5000,
    "NaN": "K_L0 -> gamma gamma [nan]",
    "infinite": "K_L0 -> gamma gamma [inf]",
    "negative": "K_L0 -> gamma gamma [-0.5]",
    "large": "K_L0 -> gamma gamma [1e400]",
    "long": "x" * 100_000,
    "many daughters": "K_L0 -> " + "gamma " * 2000,
    "many modes": "K_L0 -> " + "gamma gamma | " * 3000 + "gamma gamma",
    "arrows": "-> ->",
    "null": "K_L0 -> gamma\0 gamma",
    "another arrow": "K_L0 → gamma gamma",
    "half a character": "K_L0 -> \ud800 gamma",
    "formats": "%s %d {} {0}",
    "bars": "|" * 1000,
    "itself": "K_L0 -> K_L0 gamma",
    "no text": 17,
}


@pytest.mark.parametrize("what", DESCRIPTORS)
def test_descriptor(what: str) -> None:
    text: Any = DESCRIPTORS[what]
    assert _refusal(lambda: build(text, mass={"X1": 0.0, "X2": 0.3}))
    if isinstance(text, str):
        _refusal(lambda: parse(text))


def test_depth() -> None:
    parse(_nested(90))
    assert _refusal(lambda: parse(_nested(100))) == "more than 100 decays inside each other; allowed: 100"


def _dictionary(depth: int) -> dict[str, Any]:
    out: dict[str, Any] = {"pi0": [{"bf": 1.0, "fs": ["gamma", "gamma"]}]}
    for _ in range(depth):
        out = {"pi0": [{"bf": 1.0, "fs": ["gamma", out]}]}
    return out


@pytest.mark.parametrize(
    "given",
    [
        [1],
        None,
        "K_L0",
        {1: 2},
        {"K_L0": None},
        {"K_L0": [1]},
        {"K_L0": "ab"},
        {"K_L0": [{"bf": "x", "fs": ["gamma", "gamma"]}]},
        {"K_L0": [{"bf": None, "fs": ["gamma", "gamma"]}]},
        {"K_L0": [{"bf": float("nan"), "fs": ["gamma", "gamma"]}]},
        {"K_L0": [{"bf": 1, "fs": None}]},
        {"K_L0": [{"bf": 1, "fs": "gamma gamma"}]},
        {"K_L0": [{"bf": 1, "fs": [1, 2]}]},
        {"K_L0": []},
    ],
    ids=str,
)
def test_dictionary(given: Any) -> None:
    assert _refusal(lambda: build(from_decaylanguage(given)))


def _built(given: Any) -> Any:
    return build(from_decaylanguage(given))


def test_deep_dictionaries() -> None:
    for depth in (100, 300, 900):  # (no parameters of a test: pytest cannot spell them)
        assert _refusal(partial(_built, _dictionary(depth)))


def test_settings_of_a_chain() -> None:
    chain: Any = partial(build, "K_L0 -> X1 (X2 -> X1 gamma)")
    masses = {"X1": 0.0, "X2": 0.3}
    values: tuple[Any, ...] = (
        10**5000,
        float("nan"),
        "x",
        "5 kg",
        None,
        [1],
        {},
        True,
        "9" * 5000,
        1j,
        "1e400",
    )
    for value in values:
        assert _refusal(partial(chain, mass={"X1": 0.0, "X2": value}))
        assert _refusal(partial(chain, mass=masses, ctau={"X2": value}))
        assert _refusal(partial(chain, mass=masses, width={"X2": value}))
        assert _refusal(partial(chain, mass=masses, lifetimes={"X2": value}))
        for table in ("mass", "ctau", "width", "modes"):
            if value not in (None, {}):  # which say nothing
                assert _refusal(partial(chain, **{"mass": masses, table: value}))
        slope = {("X2", ("X1", "gamma")): {"slope": value}}
        assert _refusal(partial(chain, mass=masses, modes=slope))
    assert _refusal(lambda: chain(mass=masses, modes={("X2", ("X1", "gamma")): {"slop": 0.1}}))
    in_words = chain(mass={"X1": 0.0, "X2": "300 MeV"}, ctau={"X2": "5 cm"})
    assert in_words == chain(mass=masses, ctau={"X2": 50.0})


JOB = """
[run]
n = 100
[source]
name = "koto_kl"
[chain]
decay = "K_L0 -> X1 (X2 -> X1 gamma)"
mass = { X1 = 0.0, X2 = 0.3 }
[output]
path = "out.root"
"""

VALUES = {
    "digits": "9" * 5000,
    "negative digits": "-" + "9" * 5000,
    "400 digits": "9" * 400,
    "hexadecimal": "0x" + "f" * 5000,
    "large": "1e400",
    "deep list": "[" * 60 + "]" * 60,
    "deeper list": "[" * 20_000 + "]" * 20_000,
    "deep table": "{a=" * 500 + "1" + "}" * 500,
    "list": "[1, [2, {a = 3}]]",
    "table": "{a = 1}",
    "date": "2020-01-01",
    "long": '"' + "x" * 20_000 + '"',
    "digits in a text": '"' + "9" * 5000 + '"',
    "null": '"a\\u0000b"',
    "NaN": "nan",
}

#: What may be right somewhere; what no computer holds is not.
TEXTUAL = ("list", "table", "date", "long", "digits in a text", "null", "NaN", "400 digits")

KEYS = (
    *("run.n", "run.seed", "run.workers", "source.name", "source.z_min", "source.aim", "source.nothing"),
    *(
        "chain.decay",
        "chain.name",
        "chain.model",
        "chain.mass",
        "chain.mass.X2",
        "chain.ctau.X2",
        "chain.lifetime.X2",
    ),
    *(
        "chain.conserve",
        "chain.modes",
        "detector",
        "detector.name",
        "normalisation.exposure",
        "output.layout",
        "nothing",
    ),
)


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., Any]:
    path = tmp_path / "job.toml"

    def load(*settings: str, text: str | bytes = JOB) -> Any:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_job(path, settings).pipeline()

    return load


@pytest.mark.parametrize("key", KEYS)
def test_set(key: str, job: Callable[..., Any]) -> None:
    for what, value in VALUES.items():
        line = _refusal(partial(job, f"{key}={value}"))
        assert line is not None or what in TEXTUAL, (
            key,
            what,
        )
        if line and "digits" in what and "text" not in what:
            assert key.rpartition(".")[2] in line


TEXTS: dict[str, str | bytes] = {
    "empty": "",
    "bytes": b"\xff\xfe",
    "null": b"\0",
    "deep list": "a = " + "[" * 5000 + "]" * 5000,
    "open": "a = " + "[" * 5000,
    "deep tables": "[" + ".".join("a" * 3000) + "]\n",
    "a table twice": JOB + "[run]\nn = 1\n",
    "digits": JOB.replace("n = 100", "n = " + "9" * 5000),
    "400 digits": JOB.replace("n = 100", "n = " + "9" * 400),
    "tables in a list": "[[run]]\nn = 1\n",
    "long key": "x" * 100_000 + " = 1",
}


@pytest.mark.parametrize("what", TEXTS)
def test_text(what: str, job: Callable[..., Any]) -> None:
    line = _refusal(lambda: job(text=TEXTS[what]))
    assert line
    if what.endswith("digits"):
        assert "digits" in line or "n = 999" in line


def test_dotted_keys(job: Callable[..., Any]) -> None:
    for setting in (
        "",
        "=",
        "=1",
        ".=1",
        "run..n=1",
        "run.=1",
        ".".join("a" * 5000) + "=1",
        "x" * 100_000 + "=1",
    ):
        assert _refusal(partial(job, setting))


@pytest.mark.parametrize("path", ["/nonexistent/job.toml", "/", "", "a\0b", "x" * 10_000])
def test_path(path: str) -> None:
    assert _refusal(lambda: load_job(path))
    assert _refusal(lambda: read_toml(path, word="data file", example="charm.toml"))


def square(point: Any) -> dict[str, Any]:
    """Of a point."""
    return {"value": point["x"] ** 2, "list": [point["x"]]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "17",
        '"text"',
        "{}",
        '{"value": null}',
        '{"value": "x", "list": 3}',
        "[" * 100_000,
        '{"list": {}}',
    ],
)
def test_cache_is_made_again(text: str, tmp_path: Path) -> None:
    points = [{"x": 2.0}]
    first = scan(square, points, folder=tmp_path, workers=1)
    (kept,) = tmp_path.rglob("*.json")
    kept.write_text(text)
    assert scan(square, points, folder=tmp_path, workers=1) == first


def test_a_changed_number_in_the_cache_is_made_again(tmp_path: Path) -> None:
    points = [{"x": 2.0}]
    first = scan(square, points, folder=tmp_path, workers=1)
    (kept,) = tmp_path.rglob("*.json")
    for change in ({"value": 5.0}, {"list": 5.0}, {"more": 1.0}):
        kept.write_text(json.dumps(json.loads(kept.read_text()) | change))
        assert scan(square, points, folder=tmp_path, workers=1) == first


def test_what_a_foreign_cache_lacks_is_a_line(tmp_path: Path) -> None:
    points = [{"x": 2.0}]
    scan(square, points, folder=tmp_path, workers=1)
    (kept,) = tmp_path.rglob("*.json")
    kept.write_text('{"another": 1.0}')
    (row,) = scan(square, points, folder=tmp_path, workers=1)
    with pytest.raises(InputError, match=r"holds no 'value', but another; .* delete it"):
        row["value"]
