"""What a job takes with a unit, Python takes with it: chains, laws of lifetimes, regions, particles, models of anybody."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest

from darkpair import build
from darkpair.chains.catalogue import CHAINS
from darkpair.chains.chain_set import build_chains
from darkpair.chains.models import MODELS, Combined, Inputs, Mode, Model, ZPrimeDirac, ZPrimeScalar, combine
from darkpair.chains.models.rates import build_model, rate_table
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.kinds import Number, OneOf
from darkpair.gen.kinematics import Real
from darkpair.gen.lifetime import Exponential, Forced, Scan, ScanInside
from darkpair.gen.parameters import Dimensionless, Energy, Ge, parameters
from darkpair.gen.particles import Particle, particle
from darkpair.gen.region import Box, Cone, Cylinder, Frustum, Slab
from darkpair.gen.registry import Entry
from darkpair.gen.units import Unit

KAON = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
TEXTS = {"mass": {"X1": "20 MeV", "X2": "430 MeV"}, "ctau": {"X2": "5 cm"}}
NUMBERS = {"mass": {"X1": 0.02, "X2": 0.43}, "ctau": {"X2": 50.0}}
CHAINS_OF: dict[str, Callable[..., Any]] = {
    "build": lambda **settings: build(KAON, **settings),
    "build_chains": lambda **settings: build_chains([KAON], **settings)[0],
    "named": CHAINS["kl_x1x2_pi0"],
}


@pytest.mark.parametrize("make", CHAINS_OF.values(), ids=CHAINS_OF)
def test_a_chain_takes_texts(make: Callable[..., Any]) -> None:
    assert make(**TEXTS) == make(**NUMBERS)


@pytest.mark.parametrize("make", CHAINS_OF.values(), ids=CHAINS_OF)
@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("mass", {"X1": 0, "X2": "5 cm"}, "mass.X2 = '5 cm' is a length; allowed: an energy"),
        ("mass", {"X1": 0, "X2": -0.4}, "mass.X2 = -0.4; allowed"),
        ("mass", {"X1": 0, "X2": math.nan}, "mass.X2 = nan; allowed"),
        ("mass", {"X1": 0, "X2": math.inf}, "mass.X2 = inf; allowed"),
        ("mass", {"X1": 0, "X2": [0.4, 0.5]}, r"mass.X2 = \[0.4, 0.5\]; allowed"),
        ("mass", {"X1": 0, "X2": True}, "mass.X2 = True; allowed"),
        ("mass", {"X1": 0, "X2": "9" * 400}, "mass.X2 = .*; allowed|mass.X2 = .*beyond"),
        ("mass", {"X1": 0, "X2": 10**400}, "mass.X2 = .*beyond"),
        ("mass", {"X1": 0, "X2": 0.4, "X5": 1.0}, "mass.X5: unknown particle of the chain 'X5'"),
        ("mass", [0.0, 0.4], r"mass = \[0.0, 0.4\]; allowed: a table by name, each an energy"),
        ("mass", "430 MeV", "mass = '430 MeV'; allowed: a table"),
        ("mass", {"X1": 0, "X2": 0.0}, "X2"),
        ("ctau", {"X2": "3 ns"}, "ctau.X2 = '3 ns' is a time"),
        ("ctau", {"X2": -1}, "ctau.X2 = -1; allowed"),
        ("ctau", {"X2": math.nan}, "ctau.X2 = nan; allowed"),
        ("ctau", {"X7": 1.0}, "ctau.X7: unknown"),
        ("width", {"X2": "1 cm"}, "width.X2 = '1 cm' is a length"),
        ("width", {"X2": "1 MeV"}, "width of X2 = 0.001 GeV, which is always a line"),
    ],
)
def test_a_chain_refuses_in_one_line(make: Callable[..., Any], key: str, value: Any, says: str) -> None:
    with pytest.raises(DarkpairError, match=says) as caught:
        make(**(NUMBERS | {key: value}))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


PAIRS: list[tuple[Callable[..., Any], dict[str, Any], dict[str, Any]]] = [
    (Exponential, {"ctau": "5 cm"}, {"ctau": 50.0}),
    (Forced, {"region": Slab(z_min=0, z_max=1), "ctau": "5 cm"}, {"region": Slab(z_min=0, z_max=1), "ctau": 50.0}),
    (Scan, {"ctau": "3 m", "shortest": "1 um"}, {"ctau": 3e3, "shortest": 1e-3}),
    (ScanInside, {"region": Slab(z_min=0, z_max=1), "longest": "1 km"}, {"region": Slab(z_min=0, z_max=1), "longest": 1e6}),
    (Slab, {"z_min": "2 m", "z_max": "6.148 m"}, {"z_min": 2000.0, "z_max": 6148.0}),
    (Cylinder, {"radius": "1 m", "z_min": "2 m", "z_max": 3000}, {"radius": 1e3, "z_min": 2e3, "z_max": 3e3}),
    (Cone, {"z_min": 0, "z_max": "1 m", "r_min": 0, "r_max": "5 cm"}, {"z_min": 0, "z_max": 1e3, "r_min": 0, "r_max": 50}),
    (
        Frustum,
        {"z_min": 0, "z_max": "1 m", "x_front": "1 cm", "x_back": "2 cm", "y_front": 1, "y_back": 2},
        {"z_min": 0, "z_max": 1e3, "x_front": 10, "x_back": 20, "y_front": 1, "y_back": 2},
    ),
    (
        Box,
        {"x_min": "-1 m", "x_max": "1 m", "y_min": 0, "y_max": 1, "z_min": 0, "z_max": 1},
        {"x_min": -1e3, "x_max": 1e3, "y_min": 0, "y_max": 1, "z_min": 0, "z_max": 1},
    ),
    (
        Particle,
        {"name": "X2", "pdgid": 901, "mass": "430 MeV", "ctau": "5 cm", "width": "1 MeV"},
        {"name": "X2", "pdgid": 901, "mass": 0.43, "ctau": 50.0, "width": 1e-3},
    ),
    (
        lambda **settings: particle("X2", **settings),
        {"mass": "430 MeV", "ctau": "inf"},
        {"mass": 0.43, "ctau": math.inf},
    ),
    (lambda **settings: particle("K*0", **settings), {"width": "50 MeV"}, {"width": 0.05}),
]  # fmt: skip


@pytest.mark.parametrize(("make", "texts", "numbers"), PAIRS, ids=map(str, range(len(PAIRS))))
def test_objects_take_texts(make: Callable[..., Any], texts: dict[str, Any], numbers: dict[str, Any]) -> None:
    assert make(**texts) == make(**numbers)
    for key, value in texts.items():
        if isinstance(value, str) and key != "name":
            bad: tuple[Any, ...] = ("1 mrad", "", math.nan, [1.0], True, {})
            for wrong in bad:
                with pytest.raises((InputError, UnknownNameError), match=key) as caught:
                    make(**texts | {key: wrong})
                assert "\n" not in str(caught.value)


Speed = Unit("a speed", "c", {"c": 1.0, "m/s": 1.0 / 299792458.0})


def _rate(model: Any) -> Any:
    return (
        np.square(model.y)
        * model.v
        * np.asarray(model.m2)
        * (np.asarray(model.m2) > 2.0 * np.asarray(model.m1))
    )


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Strange(Model):
    """A stranger's portal."""

    MODES: ClassVar = {("X2", "gamma gamma"): Mode(_rate, "none")}

    y: Annotated[Real, Dimensionless]
    v: Annotated[Real, Speed, Ge(0.0)] = 1.0
    scale: Annotated[Real, Energy] = 1.0
    bare: Real = 2.0


def test_models_take_texts_and_arrays() -> None:
    assert ZPrimeDirac(m1="50 MeV", m2="0.4 GeV", G_X="1 GF") == ZPrimeDirac(
        m1=0.05, m2=0.4, G_X=Inputs()["G_F"]
    )
    changed = dataclasses.replace(
        ZPrimeScalar(m1=0.0, m2=0.4, G_X=1e-5, inputs=Inputs.of("paper", G_F=1e-5)), G_X="2 GF"
    )
    assert changed.G_X == 2e-5
    grid = np.geomspace(1e-6, 1e-4, 5)
    assert dataclasses.replace(changed, G_X=grid).partial_width("X2", "X1 pi0").shape == (5,)
    with pytest.raises(
        InputError, match=r"G_X = -1.0 at \[3\]; allowed: a contact coupling of 0 GeV\^-2 or more"
    ):
        dataclasses.replace(changed, G_X=np.array([1.0, 2.0, 3.0, -1.0]))
    with pytest.raises(
        InputError, match="inputs = 'pdg'; allowed: a Inputs|inputs = 'pdg'; allowed: an Inputs"
    ):
        ZPrimeScalar(m1=0.0, m2=0.4, G_X="1 GF", inputs="pdg")  # type: ignore[arg-type]
    both: Combined = combine(ZPrimeScalar(m1="0", m2=0.4, G_X=1e-5), invisible_width="1 eV")  # type: ignore[arg-type]
    assert both.invisible_width == 1e-9
    mixed = ZPrimeScalar.from_mixing(
        eps_Z=1e-3, g_X=1.0, m_Zprime="10 GeV", inputs=Inputs(), m1=0.0, m2="400 MeV"
    )
    assert mixed == ZPrimeScalar.from_mixing(
        eps_Z=1e-3, g_X=1.0, m_Zprime=10.0, inputs=Inputs(), m1=0.0, m2=0.4
    )


def test_every_number_of_every_model_has_a_unit_or_none() -> None:
    """No model is read by the names of its parameters: each says its own unit and range."""
    for name, factory in MODELS.items():
        for key, parameter in parameters(factory).items():
            kinds = parameter.kind.kinds if isinstance(parameter.kind, OneOf) else (parameter.kind,)
            numbers = [kind for kind in kinds if isinstance(kind, Number)]
            assert numbers or parameter.kind.words, (name, key)
            assert all(kind.arrays for kind in numbers), (name, key)
            assert parameter.kind.writable == (key != "inputs"), (name, key)


def test_a_strangers_model_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS.ours, "strange", Entry(Strange, "A stranger's."))
    point = build_model("strange", {"m1": "0", "m2": "1 GeV", "y": "2", "v": "299792458 m/s", "bare": "3"})
    assert (point.y, point.v, point.bare) == (2.0, 1.0, 3.0)  # type: ignore[attr-defined]
    assert rate_table(point)[0].width == 4.0
    for key, value in (("y", "1 GeV"), ("v", "1 GeV"), ("v", "-1"), ("scale", "1 m"), ("m1", [1])):
        with pytest.raises(InputError, match=f"{key} = "):
            build_model("strange", {"m1": 0, "m2": 1, "y": 1, key: value})
    with pytest.raises(
        UnknownNameError, match="known: m1, m2, invisible_width, invisible_branching_ratio, y, v, scale, bare"
    ):
        build_model("strange", {"m1": 0, "m2": 1, "y": 1, "inputs": "paper"})
