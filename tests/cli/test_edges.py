"""Numbers at float64's edge: refused in one line, or every number that comes out is finite, positive and closes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from darkpair.chains.descriptor import build
from darkpair.chains.models import MODELS, ZPrimeDirac
from darkpair.chains.models.rates import build_model, rate_table
from darkpair.cli import main
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto import Koto
from darkpair.gen.errors import InputError
from darkpair.gen.lifetime import Exponential, Forced, Lifetime, Scan, ScanInside
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.ranges import ENERGIES, LENGTHS
from darkpair.gen.region import Box, Cone, Cylinder, Slab
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import Streams
from darkpair.gen.units import quantity
from darkpair.testing import check_closure, check_on_shell
from tests.cli.test_bad_input import JOB, assert_one_line

SEARCH = settings(deadline=None, max_examples=150, derandomize=True, suppress_health_check=list(HealthCheck))

#: Any double, most of them of a size that means something; half of them the exact ends of what is allowed.
SIZES = st.one_of(
    st.just(0.0),
    st.floats(-24.0, 24.0).map(lambda x: 10.0**x),
    st.floats(-6.0, 3.0).map(lambda x: 10.0**x),
    st.sampled_from([*ENERGIES, *LENGTHS, math.nextafter(1e-20, 0.0), math.nextafter(1e20, math.inf)]),
    st.sampled_from([1e-100, 1e-300, 5e-324, 1e300, 1.7e308, math.inf, -math.inf, math.nan, -1.0]),
    st.floats(),
)
CHAINS = [
    "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
    "K_L0 -> X1 (X2 -> gamma gamma)",
    "K_L0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)",
    "B+ -> K+ X1 (X2 -> X1 e+ e-)",
    "eta -> X1 (X2 -> X1 gamma gamma)",
    "eta -> X1 (X2 -> X1 X1 X1 X1)",
    "X2 -> X1 X1 gamma",
    "X2 -> X1 gamma",
]
DETECTORS: dict[str, Any] = {
    "K_L0": Koto(),
    "B+": Belle2(),
    "eta": FixedTarget(experiment="nucal"),
    "X2": None,
}


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def in_one_line(error: InputError) -> None:
    assert "\n" not in str(error)


@SEARCH
@given(
    text=st.sampled_from(CHAINS),
    m2=SIZES,
    share=st.floats(0.0, 0.5),
    ctau=SIZES,
    law=st.sampled_from(["exponential", "scan", "forced", "inside"]),
    momentum=st.one_of(SIZES, st.tuples(SIZES, SIZES)),
    z=SIZES,
    cone=st.floats(0.0, math.pi),
    seen=st.booleans(),
)
@example("K_L0 -> X1 (X2 -> gamma gamma)", 1e-100, 0.0, 0.0, "exponential", 1.0, 0.0, 0.0, False)
@example("K_L0 -> X1 (X2 -> gamma gamma)", 1e-20, 0.0, 1e50, "exponential", 1e20, 1e30, 0.0, True)
@example("K_L0 -> X1 (X2 -> gamma gamma)", 0.4, 0.0, 0.0, "exponential", 1e300, 0.0, 0.0, False)
@example("X2 -> X1 gamma", 1e20, 0.5, 1e-50, "exponential", 1e-20, 0.0, 3.0, False)
def test_events_or_one_line(
    text: str,
    m2: float,
    share: float,
    ctau: float,
    law: str,
    momentum: Any,
    z: float,
    cone: float,
    seen: bool,
) -> None:
    parent = text.split(maxsplit=1)[0]
    detector = DETECTORS[parent] if seen else None
    try:
        region = detector.region if detector else Cylinder(radius=1e3, z_min=0.0, z_max=abs(z) + 1.0)
        laws: dict[str, Callable[[], Lifetime]] = {
            "exponential": lambda: Exponential(ctau),
            "scan": lambda: Scan(ctau=ctau),
            "forced": lambda: Forced(region=region, ctau=ctau),
            "inside": lambda: ScanInside(region=region),
        }
        mass = {"X2": m2} | ({"X1": m2 * share} if "X1" in text else {})
        chain = build(text, mass=mass, ctau={"X2": ctau}, lifetimes={"X2": laws[law]()})
        gun = Gun(parent=parent, momentum=momentum, cone=cone, z=z, mass=m2 if parent == "X2" else None)
        (chunk,) = chunks(Pipeline(source=gun, chain=chain, detector=detector, keep="all"), 100)
    except InputError as error:
        in_one_line(error)
        return
    assert np.isfinite(chunk.events.weight).all()
    assert (chunk.events.weight >= 0.0).all()
    for part in chunk.events.parts:
        assert np.isfinite(part.momentum).all()
        assert np.isfinite(part.vertices).all()
        assert (part.momentum[3] > 0.0).all()
        check_closure(part)
        check_on_shell(part)


@SEARCH
@given(name=st.sampled_from(sorted(MODELS)), data=st.data())
def test_rates_or_one_line(name: str, data: st.DataObject) -> None:
    """Every model with masses and couplings of any size: finite widths, no lost zero, or one line."""
    words = {"inputs", "_widths", "b_to_k", "convention", "flavour", "majorana"}
    given_: dict[str, float] = {}
    for entry in fields(MODELS[name]):
        needed = entry.default is MISSING and entry.default_factory is MISSING
        if entry.name not in words and (needed or data.draw(st.integers(0, 2)) == 0):
            given_[entry.name] = data.draw(SIZES, label=entry.name)
    if data.draw(st.booleans()):
        given_ |= {"m1": 0.04, "m2": 0.4}
    try:
        rows = rate_table(build_model(name, {key: repr(value) for key, value in given_.items()}))
    except InputError as error:
        in_one_line(error)
        return
    for row in rows:
        assert 0.0 <= row.width < math.inf, row
        assert row.branching_ratio is None or 0.0 <= row.branching_ratio < math.inf, row
        assert row.ctau > 0.0, row


@pytest.mark.parametrize("coupling", ["1e-200", "1e-150", "1e200", "1e300", "5e-324"])
def test_a_width_is_never_lost(coupling: str) -> None:
    """G_X of any size: no width that comes out as 0 or infinite because its square left the arithmetic."""
    result = CliRunner().invoke(main, ["rates", "zprime-scalar", "m1=0", "m2=0.4", f"G_X={coupling}"])
    assert_one_line(
        result, [coupling.replace("5e-324", "4.94066e-324").replace("e", "e" if "-" in coupling else "e+")]
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["rates", "dipole", "m1=0", "m2=0.4", "mu=1e-200"], ["mu = 1e-200", "comes out as 0"]),
        (["rates", "virtual-meson", "m1=0", "m2=0.4", "m_eff=1e-300"], ["m_eff = 1e-300", "comes out as 0"]),
        (
            ["limits", "zprime-scalar", "m1=0", "m2=0.4", "G_X=1e-200", "--quick"],
            ["G_X = 1e-200", "comes out as 0"],
        ),
        (["rates", "zprime-scalar", "m1=0", "m2=0.4", "G_X=1e-5", "inputs.F_K=1e-300"], ["F_K = 1e-300"]),
        (["rates", "zprime-scalar", "m1=0", "m2=0.4", "G_X=1e-5", "inputs.F_K=1e300"], ["F_K = 1e+300"]),
        (["rates", "zprime-scalar", "m1=0", "m2=1e-100", "G_X=1e-5"], ["m2 = 1e-100 GeV", "1e-20 to 1e+20"]),
    ],
)
def test_models_at_the_edge_are_one_line(words: list[str], expected: list[str]) -> None:
    assert_one_line(CliRunner().invoke(main, words), expected)


def test_small_couplings_that_the_arithmetic_carries_are_shown() -> None:
    rows = rate_table(build_model("zprime-scalar", {"m1": 0.0, "m2": 0.4, "G_X": 1e-25}))
    (row,) = [r for r in rows if (r.parent, r.mode) == ("X2", "X1 pi0")]
    (ordinary,) = [
        r
        for r in rate_table(build_model("zprime-scalar", {"m1": 0.0, "m2": 0.4, "G_X": 1e-5}))
        if (r.parent, r.mode) == ("X2", "X1 pi0")
    ]
    assert row.width == pytest.approx(1e-40 * ordinary.width, rel=1e-12)


@SEARCH
@given(a=SIZES, b=SIZES, r=SIZES, s=SIZES)
def test_regions_or_one_line(a: float, b: float, r: float, s: float) -> None:
    """Paths through every region are finite and in order, or the region is refused."""
    rng = np.random.default_rng(1)
    direction = rng.standard_normal((3, 50))
    direction /= np.sqrt((direction**2).sum(axis=0))
    origin = rng.uniform(-1e3, 1e3, (3, 50))
    for make in (
        lambda: Slab(z_min=a, z_max=b),
        lambda: Box(x_min=-r, x_max=r, y_min=-s, y_max=s, z_min=a, z_max=b),
        lambda: Cylinder(radius=r, z_min=a, z_max=b),
        lambda: Cone(r_min=r, r_max=s, z_min=a, z_max=b),
    ):
        try:
            region = make()
        except InputError as error:
            in_one_line(error)
            continue
        d_in, d_out = region.path(tuple(origin), tuple(direction))
        assert not np.isnan(d_in).any()
        assert (d_out >= d_in).all()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1e-330", "energy"),
        ("1e308 TeV", "energy"),
        ("1e-320 eV", "energy"),
        ("1e400 mm", "length"),
        ("1e306 km", "length"),
    ],
)
def test_a_unit_never_makes_zero_or_infinity(text: str, kind: str) -> None:
    with pytest.raises(InputError, match="beyond what the computer's arithmetic holds"):
        quantity(text, kind)
    assert quantity("inf", "length") == math.inf
    assert quantity("0.000 eV", "energy") == 0.0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["chain.mass.X2=1e-100"], ["1e-100", "1e-20"]),
        (["chain.mass.X2=1e-400"], ["1e-400"]),
        (["chain.ctau.X2=1e400"], ["1e400"]),
        (["chain.ctau.X2=1e300"], ["1e+300", "1e+50 mm"]),
        (["source.name=gun", "source.momentum=1e300"], ["1e+300", "1e+20 GeV"]),
        (["source.name=gun", "source.z=1e300"], ["1e+300", "1e+30 mm"]),
        (["source.z_max=1e300"], ["1e+300", "1e+30 mm"]),
        (["chain.ctau.X2=1e45", "output.layout=nano", "output.events=all"], ["float32", "cartesian"]),
    ],
)
def test_a_job_at_the_edge_is_one_line(settings: list[str], words: list[str], tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(JOB.replace("PATH", str(tmp_path / "out.root")))
    result = CliRunner().invoke(main, ["run", str(job), *[x for s in settings for x in ("--set", s)]])
    assert_one_line(result, words)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["job.toml"]


@pytest.mark.parametrize(
    ("parent", "production", "m1", "m2"),
    [
        ("K_L0", "X2 X2", 0.02, 0.22),
        ("K_L0", "X1 X2", 0.05, 0.35),
        ("B0", "K0 X1 X2", 0.1, 1.0),
        ("B0", "K*0 X1 X2", 0.1, 1.0),
    ],
)
@pytest.mark.parametrize("speed", [1e5, 1e9, 1e18])
def test_spin_at_any_speed_is_finite_or_one_line(
    parent: str, production: str, m1: float, m2: float, speed: float
) -> None:
    model = ZPrimeDirac(m1=m1, m2=m2, G_X=1e-5, c_V=1.0, c_A=1.0, c_A22=1.0)
    chain = model.chain(parent, production, modes=["X1 pi0"])
    parents = Gun(parent=parent, momentum=speed * chain.parent.mass).sample(500, np.random.default_rng(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if speed < 1e6:
            assert all(np.isfinite(part.momentum).all() for part in chain.batch(parents, Streams(1)).parts)
            return
        with pytest.raises(InputError, match="rounding hides that frame"):
            chain.batch(parents, Streams(1))


def test_the_beam_of_koto_between_any_planes() -> None:
    for z_max in (2000.0 + 1e-9, 1e5, 1e20, 1e30):
        parents = KotoKL(z_max=z_max).sample(100, np.random.default_rng(1))
        assert np.isfinite(parents.momentum).all()
        assert parents.decay_vertex is not None
        assert np.isfinite(parents.decay_vertex).all()


def test_a_strangers_parents_are_on_the_chains_mass_shell() -> None:
    class Off:
        """K_L of another energy than theirs."""

        pdgid = 130
        energy = 0.0

        def sample(self, n: int, rng: np.random.Generator) -> Any:
            made = Gun(momentum=2.0).sample(n, rng)
            made.momentum[3] = self.energy
            return made

    for energy in (math.sqrt(5.0), math.nan, math.inf):
        source = Off()
        source.energy = energy
        with pytest.raises(InputError, match=r"K_L0 of momentum 2 GeV and energy .* allowed: 2.06097 GeV"):
            next(chunks(Pipeline(source=source, chain=build("K_L0 -> gamma gamma")), 10))
