"""The JSON schema of a job: every example is valid by it, wrong ones are not, and it says what each parameter is."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from darkpair.detectors.file_schema import file_schema
from darkpair.gen.documented import descriptions
from darkpair.gen.sources.gun import Gun
from darkpair.plugins import REGISTRIES
from darkpair.plugins.schema import job_keys, job_schema
from darkpair.plugins.shipped_schema import job_schema_text

jsonschema = pytest.importorskip("jsonschema")

#: The jobs among the examples; there are data files of detectors beside them.
EXAMPLES = [
    path
    for path in sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
    if "source" in tomllib.loads(path.read_text(encoding="utf-8"))
]


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json.loads(json.dumps(job_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_examples_are_valid(path: Path, validator: Any) -> None:
    assert not [
        error.message for error in validator.iter_errors(tomllib.loads(path.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("run.n", 0),
        ("run.n", "many"),
        ("run.seed", 1.5),
        ("run.sead", 1),
        ("source.name", "cannon"),
        ("source.z_min", "430 MeV"),
        ("source.image", "2015"),
        ("source.imag", "uniform"),
        ("chain.model", "zprime"),
        ("chain.inputs", "today"),
        ("chain.parameters", {"m1": 0, "m2": "5 cm", "G_X": 1e-5}),
        ("chain.parameters", {"m1": 0, "m2": 0.4, "G_X": "1 GeV"}),
        ("chain.parameters", {"m1": 0, "m2": 0.4}),
        ("chain.parameters", {"m1": 0, "m2": 0.4, "G_X": 1e-5, "b_to_k": "lattice"}),
        ("chain.parameters", {"m1": 0, "m2": 0.4, "G_X": 1e-5, "more": 1}),
        ("chain.mass", {"X2": "5 cm"}),
        ("chain.ctau", {"X2": "3 ns"}),
        ("chain.ctau", [1.0]),
        ("chain.lifetime", {"X2": "forsed"}),
        ("chain.conserve", "maybe"),
        ("normalisation.exposure", 0),
        ("normalisation.branching_ratio", 1.5),
        ("output.layout", "round"),
        ("output.picture", 1),
        ("detector.name", "atlas"),
        ("detector.selction", "2015"),
        ("sauce", {}),
    ],
)
def test_wrong_ones_are_not(key: str, value: Any, validator: Any) -> None:
    job = tomllib.loads(
        next(path for path in EXAMPLES if path.stem == "koto_zprime").read_text(encoding="utf-8")
    )
    assert validator.is_valid(job)
    changed = inside = copy.deepcopy(job)
    *sections, last = key.split(".")
    for section in sections:
        inside = inside.setdefault(section, {})
    inside[last] = value
    assert not validator.is_valid(changed)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("source.z_min", "2 m"),
        ("chain.parameters", {"m1": "0", "m2": "430 MeV", "G_X": "1.2 GF", "inputs.F_K": "117 MeV"}),
        ("chain.parameters", {"m1": 0, "m2": 0.43, "G_X": "2e-5 GeV^-2", "inputs": {"F_K": 0.117}}),
        ("run.n", 1e6),
    ],
)
def test_right_ones_are(key: str, value: Any, validator: Any) -> None:
    job = tomllib.loads(
        next(path for path in EXAMPLES if path.stem == "koto_zprime").read_text(encoding="utf-8")
    )
    section, last = key.split(".")
    job[section][last] = value
    assert not [error.message for error in validator.iter_errors(job)]


def test_every_parameter_says_what_it_is() -> None:
    """In `list keys`, from the docstring of whoever takes it."""
    assert descriptions(Gun)["cone"] == "Half opening angle, filled uniformly in solid angle"
    assert descriptions(REGISTRIES["models"]["zprime-majorana"])["c_A"] == "Off-diagonal couplings of eq. 42"
    for kind in ("sources", "detectors", "models"):
        silent = [(row.owner, row.key) for row in job_keys(kind) if row.owner and not row.what]
        assert not silent, silent


def test_the_shipped_schema_is_todays() -> None:
    """Else: python -m darkpair.plugins.shipped_schema."""
    assert json.loads(job_schema_text()) == json.loads(json.dumps(job_schema()))


ROOT = Path(__file__).parents[2]
DETECTOR_FILES = [*sorted((ROOT / "detectors" / "data").glob("*.toml")), ROOT / "examples" / "koto2.toml"]


@pytest.fixture(scope="module")
def of_files() -> Any:
    schema = json.loads(json.dumps(file_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", DETECTOR_FILES, ids=[path.stem for path in DETECTOR_FILES])
def test_detectors_files_are_valid(path: Path, of_files: Any) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert not [error.message for error in of_files.iter_errors(data)]


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("", "kind", "calorimeter"),
        ("", "veto", None),
        ("", "vetoes", {}),
        ("geometry", "radius", 1000.0),
        ("geometry", "radius", {"value": 1.0, "unit": "m", "source": "x", "confidence": "read"}),
        ("geometry", "radius", {"value": "1", "unit": "mm", "source": "x", "confidence": "read"}),
        ("geometry", "radius", {"value": 1.0, "unit": "mm", "source": "x", "confidence": "sure"}),
        ("geometry", "radios", "1 m"),
        ("", "cuts", [{"name": "pt", "variable": "p_t"}]),
        ("", "cuts", [{"name": "pt", "minimum": 1.0}]),
        ("", "cuts", [{"name": "pt", "min": {"against": "z"}}]),
        ("", "parents", "K_L0"),
    ],
)
def test_wrong_detectors_files_are_not(table: str, key: str, value: Any, of_files: Any) -> None:
    data = tomllib.loads((ROOT / "detectors" / "data" / "koto.toml").read_text(encoding="utf-8"))
    inside = data[table] if table else data
    if value is None:
        del inside[key]
    else:
        inside[key] = value
    assert list(of_files.iter_errors(data))
