"""SHiP: a vessel that widens, another one for charged particles, and a second recast's; events counted by hand.

Fixed seeds; a comparison of two samples fails by chance once in 16 000 (4 standard errors).
"""

from __future__ import annotations

import json
import math
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from darkpair import Batch, Chain, Streams, build
from darkpair.detectors.data_file import read_data
from darkpair.detectors.fixed_target import FixedTarget, experiments
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Exponential, Forced, Lifetime, ScanInside
from darkpair.gen.region import Frustum, covers, extent
from darkpair.gen.sources.gun import Gun

#: Half widths at the ends of the vessel [m] along x and y, where it begins and ends [m], and the window's plane and size.
VESSELS = {
    "showers": ((0.645, 2.145), (1.495, 3.145), (33.5, 94.15), 94.15, (2.59, 3.31)),
    "muons": ((0.645, 2.145), (1.495, 3.145), (33.5, 83.5), 93.6, (2.0, 3.0)),
    "eventcalc": ((0.5, 2.0), (1.35, 3.1), (32.0, 82.0), 82.0, (2.0, 3.1)),
}
PI0, MUONS = "eta -> X1 (X2 -> X1 gamma gamma)", "eta -> X1 (X2 -> X1 mu+ mu-)"
CTAU, BLOCK = 1e3, 16384


def chain(selection: str, law: Lifetime) -> Chain:
    return build(
        MUONS if selection == "muons" else PI0,
        mass={"X1": 0.02, "X2": 0.4},
        ctau={"X2": CTAU},
        lifetimes={"X2": law},
    )


def events(made: Chain, block: int) -> Batch:
    streams = Streams(11, block)
    return made.batch(
        Gun(parent="eta", momentum=(5.0, 80.0), cone=0.05).sample(BLOCK, streams.rng("source")), streams
    )


def inside(selection: str, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
    """Whether points [mm] are in the vessel, by its walls."""
    (x0, x1), (y0, y1), (z0, z1), *_ = VESSELS[selection]
    f = (1e-3 * z - z0) / (z1 - z0)
    within: NDArray[np.bool_] = (f >= 0.0) & (f <= 1.0) & (np.abs(x) <= 1e3 * (x0 + (x1 - x0) * f))
    within &= np.abs(y) <= 1e3 * (y0 + (y1 - y0) * f)
    return within


@pytest.mark.parametrize("selection", VESSELS)
def test_the_vessel_and_what_leaves_it_are_counted_by_hand(selection: str) -> None:
    detector = FixedTarget(experiment="ship", selection=selection, resolution="none")
    assert isinstance(detector.region, Frustum)
    # decays everywhere along the way, most of them beside the vessel or before it
    truth = events(chain(selection, Exponential(CTAU)), 0)
    reco = detector.observe(truth, Streams(1).rng("detector"))
    mask = detector.select(reco, truth.weight).mask
    *_, plane, (wide, high) = VESSELS[selection]
    seen = truth.final_state(13, -13) if selection == "muons" else truth.final_state(22)
    px, py, pz, energy = seen.momentum
    x, y, z, _ = seen.vertex
    t = (1e3 * plane - z) / np.where(pz > 0.0, pz, np.inf)
    hits = (pz > 0.0) & (z <= 1e3 * plane)
    hits &= (np.abs(x + px * t) <= 1e3 * wide) & (np.abs(y + py * t) <= 1e3 * high)
    good = inside(selection, x, y, z) & hits
    if selection != "eventcalc":
        good &= (energy > 1.0) & (z >= 34_500.0)
    expected = np.bincount(seen.event, weights=good, minlength=BLOCK) == 2
    if selection == "showers":
        a, b = np.flatnonzero(expected[seen.event]).reshape(-1, 2).T
        apart = np.hypot((x + px * t)[a] - (x + px * t)[b], (y + py * t)[a] - (y + py * t)[b])
        expected[seen.event[a[apart < 100.0]]] = False
    assert (mask == expected).all()
    assert mask.sum() > 100


@pytest.mark.parametrize("selection", VESSELS)
def test_forced_exponential_and_scanned_decays_are_one(selection: str) -> None:
    detector = FixedTarget(experiment="ship", selection=selection)
    found = {}
    scan = ScanInside(region=detector.region, shortest=0.1 * CTAU, longest=10.0 * CTAU)
    laws: dict[str, Lifetime] = {
        "exponential": Exponential(CTAU),
        "forced": Forced(region=detector.region, ctau=CTAU),
        "scan": scan,
    }
    for name, law in laws.items():
        made, accepted = chain(selection, law), []
        for block in range(8 if name == "exponential" else 3):
            truth = events(made, block)
            reco = detector.observe(truth, Streams(2, block).rng("detector"))
            weight = truth.weight
            if name == "scan":
                (part,) = truth.parts
                start, end = part.vertices[:, 1], part.vertices[:, 2]
                x2 = part.momentum[:, 2]
                flown = np.linalg.norm(end[:3] - start[:3], axis=0) * 0.4 / np.linalg.norm(x2[:3], axis=0)
                weight = weight * scan.weight(flown, CTAU)
            accepted.append(np.where(detector.select(reco, truth.weight).mask, weight, 0.0))
        every = np.concatenate(accepted)
        found[name] = every.mean(), every.std() / math.sqrt(len(every))
    value, error = found["exponential"]
    assert value > 20.0 * error
    for name in ("forced", "scan"):
        other, its = found[name]
        assert abs(other - value) < 4.0 * math.hypot(error, its), (name, found)
        assert its < error


@pytest.mark.parametrize("name", experiments())
def test_every_selection_has_a_vessel_and_a_window_behind_it(name: str) -> None:
    for selection in read_data(name)["selections"]:
        detector = FixedTarget(experiment=name, selection=selection)
        assert covers(detector.veto_volume, detector.region)
        assert detector.z_face >= detector.region.z_max
        (x0, x1), (y0, y1), _ = extent(detector.face)
        assert x1 > x0
        assert y1 > y0


def test_ship_has_no_cut_on_the_sum_of_energies() -> None:
    assert "shower_energy_sum" not in [cut.name for cut in FixedTarget(experiment="ship").cuts.cuts]


VOLUME: dict[str, Any] = {
    "x_front": 645.0, "x_back": 2145.0, "y_front": 1495.0, "y_back": 3145.0, "z_min": 33500.0, "z_max": 94150.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"x_front": -1.0}, r"\[decay_volume\]: x_front = -1"),
        ({"x_front": 0.0, "x_back": 0.0}, "not both 0"),
        ({"x_front": math.nan}, "x_front = nan"),
        ({"x_back": math.inf}, "x_back = inf"),
        ({"z_min": 94150.0, "z_max": 33500.0}, "growing order"),
        ({"z_min": 95000.0, "z_max": 99000.0}, "begins at z = 95000 mm, and the calorimeter is at 94150 mm"),
        ({"x_back": None}, "a frustum of .*; allowed: z_min, z_max, x_front, x_back, y_front, y_back; give these"),
        ({"radius": 1.0}, "a frustum of .*radius; allowed: z_min"),
        ({"y_back": "3 m"}, "y_back = '3 m'; allowed: a number in mm"),
        ({"y_back": True}, "y_back = True; allowed: a number in mm"),
        ({"y_back": [1.0]}, r"y_back = \[1.0\]; allowed: a number in mm"),
        ({"shape": "Frustum"}, "did you mean 'frustum'"),
        ({"shape": ["frustum"]}, "unknown shape"),
        ({"shape": None}, "unknown shape"),
    ],
)  # fmt: skip
def test_a_wrong_frustum_is_one_line(tmp_path: Path, changed: dict[str, Any], says: str) -> None:
    shape = changed.get("shape", "frustum")
    lines = [] if shape is None else [f"shape = {json.dumps(shape)}"]
    for name, value in ({**VOLUME, **changed}).items():
        if name != "shape" and value is not None:
            number = json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf")
            lines.append(
                f'{name} = {{ value = {number}, unit = "mm", source = "test", confidence = "choice" }}'
            )
    text = (files("darkpair.detectors") / "data" / "ship.toml").read_text()
    start, stop = text.index("[decay_volume]"), text.index("[calorimeter]")
    path = tmp_path / "own.toml"
    path.write_text(text[:start] + "\n".join(["[decay_volume]", *lines, "", text[stop:]]))
    with pytest.raises((InputError, UnknownNameError), match=says) as refusal:
        FixedTarget(experiment=str(path))
    assert "\n" not in str(refusal.value)
    path.write_text("decay_volume = 3\n" + text[:start] + text[stop:])
    with pytest.raises(InputError, match="decay_volume = 3; allowed: a table"):
        FixedTarget(experiment=str(path))
