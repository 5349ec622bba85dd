"""Frozen is frozen, equal is equal, what can be hashed is: over every chain, source, model, detector, law and region."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair import Pipeline, build
from darkpair.chains.catalogue import CHAINS
from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.chains.models import MODELS
from darkpair.chains.models.inputs import Inputs
from darkpair.detectors.koto import Koto
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.frozen import FrozenMapping, frozen
from darkpair.gen.importance import Bias
from darkpair.gen.lifetime import Exponential, Forced, Scan, ScanInside
from darkpair.gen.particles import particle
from darkpair.gen.region import Box, Cone, Cylinder, Frustum, Slab
from darkpair.gen.sources.gun import Gun
from darkpair.job.job import load_job
from darkpair.plugins import REGISTRIES

EXAMPLES = Path(__file__).parents[2] / "examples"
REGION = Slab(z_min=1e3, z_max=2e3)


def _chain(name: str) -> Any:
    words = CHAINS[name].descriptor.replace("(", " ").split()
    masses = {"X1": 0.02, "X2": 0.3 if "_pi0" in name and "x2" in name else 0.17, "S": 0.1, "Y": 0.05}
    masses["X2"] = 0.2 if name == "kl_x2x2_pi0" else masses["X2"]
    return CHAINS[name](mass={k: v for k, v in masses.items() if k in words})


def _model(name: str, m1: Any = 0.02, m2: Any = 0.3, **more: Any) -> Any:
    """Model with 5 GeV for each mass that it needs, and 1e-3 for each coupling."""
    needs = [key for key, p in inspect.signature(MODELS[name]).parameters.items() if p.default is p.empty]
    numbers = {key: 5.0 if key.startswith("m_") else 1e-3 for key in needs if key not in ("m1", "m2")}
    return MODELS[name](m1=m1, m2=m2, **numbers, **more)


def _detector(name: str) -> Any:
    return REGISTRIES["detectors"][name](**({"experiment": "ship"} if name == "fixed_target" else {}))


#: What makes each kind of object, twice the same.
MADE: dict[str, Callable[[], Any]] = {
    **{f"chain {name}": partial(_chain, name) for name in CHAINS.ours},
    **{
        f"source {name}": REGISTRIES["sources"][name]
        for name in REGISTRIES["sources"].ours
        if name != "event_file"
    },
    **{f"model {name}": partial(_model, name) for name in MODELS.ours},
    **{
        f"model of arrays {name}": partial(_model, name, np.zeros(3), np.linspace(0.1, 0.3, 3))
        for name in MODELS.ours
    },
    **{f"detector {name}": partial(_detector, name) for name in REGISTRIES["detectors"].ours},
    "exponential": lambda: Exponential(5.0),
    "forced": lambda: Forced(region=REGION, ctau=5.0, needs=[22]),  # type: ignore[arg-type]
    "scan": lambda: Scan(ctau=5.0),
    "scan inside": lambda: ScanInside(region=REGION),
    "box": lambda: Box(x_min=0.0, x_max=1.0, y_min=0.0, y_max=1.0, z_min=0.0, z_max=1.0),
    "cylinder": lambda: Cylinder(radius=1.0, z_min=0.0, z_max=1.0),
    "cone": lambda: Cone(z_min=0.0, z_max=1.0, r_min=0.0, r_max=1.0),
    "frustum": lambda: Frustum(z_min=0.0, z_max=1.0, x_front=1.0, x_back=2.0, y_front=1.0, y_back=2.0),
    "inputs": lambda: Inputs.of("paper", F_K=0.11),
    "particle": lambda: particle("K_L0"),
    "gun of a range": lambda: Gun(momentum=[1.0, 2.0]),  # type: ignore[arg-type]
    "koto without": lambda: Koto(without=["total_energy"]),
    "bias": lambda: Bias(edges=(np.arange(2.0),) * 3, probability=np.ones((1, 1, 1))),
    "cut flow": lambda: Cutflow.of(np.ones(3), [("all", np.ones(3, dtype=bool))]),
    "chain with laws": lambda: build(
        "K_L0 -> X1 (X2 -> X1 gamma)", mass={"X1": 0.0, "X2": 0.3}, lifetimes={"X2": Scan()}
    ),
    "chain with a setting": lambda: build(
        "K_L0 -> X1 (X2 -> X1 gamma)",
        mass={"X1": 0.0, "X2": 0.3},
        modes={("X2", ("X1", "gamma")): {"slope": 0.3}},
    ),
    "chain set": lambda: ChainSet(
        chains=build_chains(["B0 -> K0 X1 X2", "B+ -> K+ X1 X2"], mass={"X1": 0.0, "X2": 0.3})  # type: ignore[arg-type]
    ),
    "chain of a model": lambda: _model("zprime-dirac").chain(),
    "pipeline": lambda: Pipeline(source=Gun(), chain=_chain("kl_x1x2_pi0"), detector=Koto()),
    "job": lambda: load_job(EXAMPLES / "koto_pi0.toml"),
    "job of a model": lambda: load_job(EXAMPLES / "belle2.toml", ["source.list=[1, [2, 3], {a = [4]}]"]),
}


def _inside(thing: Any, path: str = "", seen: frozenset[int] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Everything that an object holds, all the way down, by where."""
    yield path, thing
    if id(thing) in seen:
        return
    seen |= {id(thing)}
    if is_dataclass(thing) and not isinstance(thing, type):
        for entry in fields(thing):
            if not entry.name.startswith("_"):
                yield from _inside(getattr(thing, entry.name), f"{path}.{entry.name}", seen)
    elif hasattr(type(thing), "model_fields"):
        for name in type(thing).model_fields:
            yield from _inside(getattr(thing, name), f"{path}.{name}", seen)
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from _inside(value, f"{path}[{key!r}]", seen)
    elif isinstance(thing, list | tuple | set | frozenset):
        for i, value in enumerate(thing):
            yield from _inside(value, f"{path}[{i}]", seen)


@pytest.mark.parametrize("name", list(MADE))
def test_equal_copies(name: str) -> None:
    first, second = MADE[name](), MADE[name]()
    assert first == second
    assert hash(first) == hash(second)
    again = pickle.loads(pickle.dumps(first))
    assert again == first
    assert hash(again) == hash(first)
    if is_dataclass(first):
        assert replace(first) == first  # type: ignore[type-var]
    assert first != object()
    assert len({first, second, again}) == 1


@pytest.mark.parametrize("name", list(MADE))
def test_nothing_changes_it(name: str) -> None:
    made, as_new = MADE[name](), MADE[name]()
    for path, thing in _inside(made):
        assert not isinstance(thing, list | set), f"{path} is a {type(thing).__name__}, which can be changed"
        if isinstance(thing, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                thing[...] = 0.0
        if isinstance(thing, Mapping):
            with pytest.raises(TypeError):
                thing["X2"] = None  # type: ignore[index]
        if is_dataclass(thing) and not isinstance(thing, type):
            for entry in fields(thing):
                with pytest.raises(AttributeError):
                    setattr(thing, entry.name, None)
    assert made == as_new


@pytest.mark.parametrize("name", list(MODELS.ours))
def test_models_differ(name: str) -> None:
    one = _model(name)
    assert one != _model(name, invisible_width=1e-20)
    assert one != replace(one, m2=0.31)
    assert one != replace(one, m2=np.array([0.3, 0.3]))
    assert replace(one, m2=np.array(0.3)) == one
    assert replace(one, m2=np.array([0.3])) == replace(one, m2=np.array([0.3]))
    assert replace(one, m2=np.array([0.3])) != replace(one, m2=np.array([0.31]))


def test_a_model_keeps_its_numbers_and_leaves_the_callers_alone() -> None:
    masses = np.linspace(0.1, 0.3, 3)
    model = _model("zprime-scalar", 0.0, masses)
    masses[0] = 7.0
    assert model.m2[0] == 0.1


def test_a_widths_cache_does_not_make_models_differ() -> None:
    for name in MODELS:
        one, two = _model(name), _model(name)
        one.width("X2")
        assert one == two
        assert hash(one) == hash(two)


def test_mapping() -> None:
    mapping = frozen({"b": [1, {"c": 2}], "a": np.arange(2.0)})
    assert isinstance(mapping, FrozenMapping)
    assert mapping["b"] == (1, {"c": 2})
    assert type({**mapping}) is dict
    assert type(mapping | {"d": 1}) is dict
    changes: list[Callable[[], Any]] = [
        lambda: mapping.update(b=1),
        lambda: mapping.pop("b"),
        mapping.popitem,
        mapping.clear,
        lambda: mapping.setdefault("z", 1),
        lambda: mapping.__delitem__("b"),
        lambda: mapping.__ior__({"z": 1}),
    ]
    for change in changes:
        with pytest.raises(TypeError, match="read-only; make another one"):
            change()
    assert hash(frozen({"a": 1, "b": 2})) == hash(frozen({"b": 2, "a": 1}))
