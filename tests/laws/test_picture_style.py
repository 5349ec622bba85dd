"""Pictures of the package look the same for everybody: the colour-blind, and users with a style of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from darkpair.limits.region_style import BAND, KINDS
from darkpair.report.picture_style import CYCLE, PALETTE, in_style, shade

mpl = pytest.importorskip("matplotlib")

SOURCE = Path(__file__).parents[2] / "src" / "darkpair"

#: Linear RGB as somebody without the middle cones sees it: G. Machado et al., IEEE TVCG 15 (2009) 1291, severity 1.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)

#: Linear RGB to XYZ (IEC 61966-2-1), of the white D65.
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], dtype=np.float64
)


def seen(colour: tuple[float, float, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """CIE L*a*b* of a colour for a deuteranope."""
    rgb = np.asarray(colour)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(DEUTERANOPIA @ linear, 0.0, 1.0) / TO_XYZ.sum(axis=1)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def least(colours: list[tuple[float, float, float]]) -> float:
    """Smallest distance of two of them; about 2 is just seen."""
    return min(float(np.linalg.norm(seen(a) - seen(b))) for a, b in combinations(colours, 2))


def test_a_deuteranope_tells_lines_apart() -> None:
    assert least([shade(colour, 1.0) for colour in PALETTE.values()]) > 10.0
    assert least([shade(kind.colour, 1.0) for kind in KINDS.values()]) > 10.0
    assert least([kind.face for kind in KINDS.values()] + [(1.0, 1.0, 1.0)]) > 6.0
    assert least([shade("#2ca02c", 1.0), shade("#d62728", 1.0)]) < 10.0  # (matplotlib's own green and red)


def test_the_band_differs_from_every_kind() -> None:
    for kind in KINDS.values():
        assert least([shade(BAND, 1.0), shade(kind.colour, 1.0)]) > 10.0


def test_a_users_style_is_no_part_of_it_and_comes_back() -> None:
    with mpl.rc_context({"lines.linewidth": 9.0, "font.size": 3.0, "savefig.facecolor": "red"}):
        with in_style():
            assert mpl.rcParams["lines.linewidth"] == 1.5
            assert mpl.rcParams["font.size"] == 10.0
            assert mpl.rcParams["savefig.facecolor"] == "auto"
            assert [entry["color"] for entry in mpl.rcParams["axes.prop_cycle"]] == list(CYCLE)
        assert mpl.rcParams["font.size"] == 3.0


def test_a_study_draws_the_same_whatever_the_users_style(tmp_path: Path) -> None:
    """A matplotlibrc in the folder, as a user has it: the picture is the same to the byte."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "matplotlibrc").write_text(
        "font.size: 19\naxes.prop_cycle: cycler('color', ['pink', 'red'])\nfigure.facecolor: yellow\n",
        encoding="utf-8",
    )
    pictures = []
    for name in ("own", "none"):
        (tmp_path / name).mkdir(exist_ok=True)
        words = [sys.executable, "-m", "darkpair", "study", "fig9", "-o", "out"]
        subprocess.run(words, cwd=tmp_path / name, env=os.environ.copy(), check=True, capture_output=True)
        pictures.append((tmp_path / name / "out" / "fig9.png").read_bytes())
    assert pictures[0] == pictures[1]


def test_studies_name_no_colour_of_their_own() -> None:
    """Colours are those of the style's room: a word or a code of a colour elsewhere is one that nobody looked at."""
    names = "|".join(sorted(name for name in mpl.colors.CSS4_COLORS if name not in ("black", "white", "tan")))
    own = re.compile(rf'(?<!PALETTE\[)"(?:#[0-9a-fA-F]{{6}}|C\d|{names})"')
    wrong = [
        f"{path.relative_to(SOURCE)}: {match[0]}"
        for room in ("studies", "run")
        for path in sorted((SOURCE / room).rglob("*.py"))
        for match in own.finditer(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_without_matplotlib_it_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with in_style():
        assert sys.modules["matplotlib"] is None
