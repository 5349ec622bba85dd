"""KOTO, for every K_L at the beam exit: from where on its decays are followed is no matter, once nothing is lost.

Statistical tests compare independent samples at four standard errors: failure rate 6e-5 each, fixed seeds.  Small
samples and some of the chains; `nox -s laws` runs sixteen times the events, and every chain of KOTO.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from darkpair import Pipeline, build
from darkpair.detectors.efficiency import estimate
from darkpair.detectors.koto import Koto
from darkpair.gen.lifetime import Scan
from darkpair.gen.pipeline import chunks
from darkpair.gen.sources.koto_kl import Z_EXIT, Z_NEAR, Z_TARGET, KotoKL
from darkpair.gen.sources.koto_range import LEFT_OUT, followed
from darkpair.gen.streams import BLOCK
from tests.laws.figures import compared
from tests.laws.pairs import PAIRS, Pair
from tests.laws.size import FULL

PI0 = "(pi0 -> gamma gamma)"
PION = f"K_L0 -> X1 (X2 -> X1 {PI0})"
DIPOLE = "K_L0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)"

#: Samples of the full size over those of the suite.
SIZE = 16 if FULL else 1

#: Everything from the target on; slower K_L have less energy than the selections ask for.
WHOLE = KotoKL(z_min=Z_TARGET, p_min=0.25, share=0.5)


def per_exit(source: KotoKL, chain: Any, detector: Any, blocks: int, seed: int) -> tuple[float, float]:
    """Accepted events for each K_L at the beam exit, and the standard error; the upper end at 68 % of none."""
    made = Pipeline(source=source, chain=chain, detector=detector, seed=seed)
    flows = [chunk.cutflow for chunk in chunks(made, SIZE * blocks * BLOCK)]
    flow = sum(flows[1:], start=flows[0])
    found = estimate(flow)
    error = found.high if found.error is None else found.error
    return source.decay_probability * found.value, source.decay_probability * error


def close(one: tuple[float, float], other: tuple[float, float], part: float = 0.0) -> bool:
    difference, error = abs(one[0] - other[0]), math.hypot(one[1], other[1])
    compared(max(difference - part * other[0], 0.0), error)
    return difference <= 4.0 * error + part * other[0]


#: Chains whose photons come from the long-lived particle, or a pi0 beside a pair of them: all K_L count.
FAR = (
    "kl_x1x2_pi0",
    "kl_x1x2_gammagamma",
    "kl_x1x2_x1gammagamma",
    "kl_x2x2_pi0",
    "kl_x2x2_gamma",
    "kl_pi0s_gammagamma",
)
SEEN = [pair for pair in PAIRS if pair.detector == "koto" and (FULL or pair.chain in FAR)]


@pytest.mark.parametrize("ctau", [30.0, 3000.0])
@pytest.mark.parametrize("pair", SEEN, ids=str)
def test_the_range_leaves_nothing_out(pair: Pair, ctau: float) -> None:
    detector = pair.apparatus()
    chain = pair.made(ctau)
    source = followed(KotoKL(), chain, detector)
    chosen, whole = per_exit(source, chain, detector, 6, 1), per_exit(WHOLE, chain, detector, 6, 2)
    print(
        f"\n  {pair} from {source.z_min:g} mm: {chosen[0]:.3g} ± {chosen[1]:.1g}, all: {whole[0]:.3g} ± {whole[1]:.1g}"
    )
    assert close(chosen, whole, LEFT_OUT)
    if ctau > 1e3 and whole[0] > 4.0 * whole[1] and pair.chain in FAR:
        assert source.z_min == Z_TARGET


@pytest.mark.parametrize("ctau", [0.0, 300.0])
@pytest.mark.parametrize("descriptor", [PION, DIPOLE])
def test_ranges_add_up(descriptor: str, ctau: float) -> None:
    """[a, c] is [a, b] and [b, c] for each K_L at the exit: in decays exactly, in accepted events within errors."""
    chain = build(descriptor, mass={"X1": 0.0, "X2": 0.2}, ctau={"X2": ctau})
    a, b, c = -3000.0, 1000.0, 6148.0
    whole, first, second = (KotoKL(z_min=low, z_max=high) for low, high in ((a, c), (a, b), (b, c)))
    assert whole.decay_probability == pytest.approx(
        first.decay_probability + second.decay_probability, rel=1e-9
    )
    everything, one, other = (
        per_exit(source, chain, Koto(), 12, 3 + i) for i, source in enumerate((whole, first, second))
    )
    assert close(everything, (one[0] + other[0], float(np.hypot(one[1], other[1]))))
    # and with a share of the events near, weighted: the same again
    assert close(everything, per_exit(replace(whole, share=0.6), chain, Koto(), 12, 6))


def test_prompt_pions_keep_their_events() -> None:
    source = KotoKL()
    for descriptor, masses in (
        (f"K_L0 -> {PI0} nu nubar", {}),
        (f"K_L0 -> {PI0} S", {"S": 0.1}),
        (PION, {"X1": 0.0, "X2": 0.43}),
    ):
        chain = build(descriptor, mass=masses, ctau={"X2": 0.0} if "X2" in masses else {})
        for year in ("2015", "2016-18", "2021"):
            for without in ((), ("z_vtx", "pt")):  # no cut changes an event of theirs
                assert followed(source, chain, Koto(selection=year, without=without)) is source
    # a range that is given, free decays, and an apparatus that knows nothing of what is upstream
    chain = build(PION, mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 1000.0})
    for own in (KotoKL(z_min=0.0), KotoKL(decay="free")):
        assert followed(own, chain, Koto()) is own
    assert followed(source, chain, None) is source


def test_what_the_selection_accepts_decides() -> None:
    """The dipole's prompt pair gains some per cent: its vertex is not a pi0's."""
    dipole = build(DIPOLE, mass={"X1": 0.0, "X2": 0.2}, ctau={"X2": 0.0})
    source = followed(KotoKL(), dipole, Koto())
    assert source.z_min == Z_EXIT  # photons of further upstream end in the collimator
    assert followed(KotoKL(profile="fitted"), dipole, Koto()).z_min == Z_EXIT
    near, all_ = (per_exit(one, dipole, Koto(), 24, 7) for one in (KotoKL(), source))
    assert 1.05 < all_[0] / near[0] < 1.25
    # the range is the same whoever asks
    assert followed(KotoKL(), dipole, Koto()) == source


def test_a_scan_has_the_range_of_its_longest_lifetime() -> None:
    chain = build(PION, mass={"X1": 0.0, "X2": 0.43}, lifetimes={"X2": Scan()})
    source = followed(KotoKL(), chain, Koto())
    assert source.z_min == Z_TARGET
    assert source.share is not None
    assert source.share >= 0.5  # prompt decays keep half of the events


@pytest.mark.parametrize(
    ("ctau", "expected", "error"),
    [(50.0, 1.007, 0.012), (300.0, 1.19, 0.02), (1000.0, 1.56, 0.03), (3000.0, 1.87, 0.05)],
)
def test_gain_from_the_exit_on(ctau: float, expected: float, error: float) -> None:
    """(430, 0) MeV, decays from Z = -1000 mm over those from 2000 mm on; an independent simulation's numbers."""
    chain = build(PION, mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": ctau})
    near = per_exit(KotoKL(), chain, Koto(), 12, 8)
    far = per_exit(KotoKL(z_min=Z_EXIT, z_max=Z_NEAR), chain, Koto(), 12, 9)
    gain = 1.0 + far[0] / near[0]
    own = (gain - 1.0) * np.hypot(near[1] / near[0], far[1] / max(far[0], 1e-300))
    print(f"\n  c tau = {ctau:g} mm: {gain:.3f} ± {own:.3f}")
    compared(gain - expected, float(np.hypot(own, error)))
    assert abs(gain - expected) < 4.0 * np.hypot(own, error)
