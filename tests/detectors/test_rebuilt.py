"""A detector made again from a file's provenance is the one that made the file, and has parts that can be drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.detectors import DETECTORS
from darkpair.detectors.koto import Koto
from darkpair.detectors.rebuilt import detector_of
from darkpair.detectors.shapes import Window
from darkpair.gen.data_files import altered
from darkpair.gen.provenance import describe_object, environment
from tests.shared.own_files import CLASSES, based

OURS = [name for name in DETECTORS.ours if name != "fixed_target"]


def said(detector: Any) -> dict[str, Any]:
    """What a file keeps of a detector."""
    plain: dict[str, Any] = json.loads(json.dumps(environment() | {"detector": describe_object(detector)}))
    return plain


@pytest.mark.parametrize("name", OURS)
def test_ours_come_back(name: str) -> None:
    made = DETECTORS.make(name)
    again = detector_of(said(made))
    assert again is not None
    assert type(again) is type(made)
    assert again.region == made.region
    assert again.cuts == made.cuts


def test_settings_come_back() -> None:
    made = Koto(
        selection="2015",
        cuts={"pt": {"min": "140 MeV"}},
        numbers={"geometry.radius": "1.1 m"},
        without=["z_vtx"],
    )
    again = detector_of(said(made))
    assert again == made
    assert again is not None
    assert again.region.radius == 1100.0
    assert [cut.name for cut in again.cuts.cuts] == [cut.name for cut in made.cuts.cuts]


def test_changes_in_force_come_back() -> None:
    with altered({"koto.toml": {"geometry.radius": 1200.0}}):
        provenance = said(Koto())
    again = detector_of(provenance)
    assert again is not None
    assert again.region.radius == 1200.0
    assert Koto().region.radius != 1200.0


@pytest.mark.parametrize("kind", CLASSES)
def test_a_data_file_need_not_be_there_any_more(tmp_path: Path, kind: str) -> None:
    make, file = CLASSES[kind]
    path = based(tmp_path, file, 'title = "Mine."\n')
    made = make(experiment=path)
    provenance = said(made)
    Path(path).unlink()
    again = detector_of(provenance)
    assert again is not None
    assert again.region == made.region


@pytest.mark.parametrize(
    "detector",
    [
        None,
        {"type": "TheirDetector"},
        {"type": "Koto", "experiment": "koto", "selection": "1999"},
        {"type": "Koto"},
        3,
    ],
)
def test_what_is_not_ours_is_none(detector: Any) -> None:
    made = detector_of({"detector": detector})
    assert made is None or made == Koto()


@pytest.mark.parametrize("name", OURS)
def test_every_detector_has_parts(name: str) -> None:
    """What is seen of a decay in the region is inside of a part, and dumps and KOTO have a plane where it is measured."""
    made = DETECTORS.make(name)
    solids = made.solids()
    assert made.region in solids.values()
    planes = [solid for solid in solids.values() if isinstance(solid, Window)]
    assert len(planes) == (0 if hasattr(made, "crystals") else 1)


def test_a_ray_meets_a_window_and_not_its_hole() -> None:
    window = Window.disc(radius=1000.0, z=6000.0, hole_half=75.0)
    x = np.array([500.0, 0.0, 1100.0, 500.0, 500.0])
    origin = x, np.zeros(5), np.array([0.0, 0.0, 0.0, 7000.0, 0.0])
    direction = np.zeros(5), np.zeros(5), np.array([1.0, 1.0, 1.0, 1.0, -1.0])
    assert window.path(origin, direction)[1].tolist() == [6000.0, 0.0, 0.0, 0.0, 0.0]
