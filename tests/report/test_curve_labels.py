"""Names at curves: whole inside of the frame, nearer to their own line than to any other one or joined to it by a leader with a dot."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from darkpair.gen.kinematics import Array
from darkpair.report.curve_labels import CurveLabel, place_labels
from darkpair.report.picture_style import in_style

pytest.importorskip("matplotlib")

SEEDS = (0, 1, 2, 4, 7)


def bundle(seed: int) -> tuple[Any, Any, list[CurveLabel]]:
    """Axes with lines close to each other and along the frame, of any slope, and their names."""
    from matplotlib.figure import Figure

    rng = np.random.default_rng(seed)
    figure = Figure(figsize=(5.0, 4.0))
    ax = figure.add_subplot()
    ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    x = np.linspace(0.0, 1.0, 30)
    lines = [
        np.stack([x, at + slope * x], axis=1)
        for middle, slope in zip(rng.uniform(0.0, 1.0, 3), rng.uniform(-0.7, 0.7, 3), strict=True)
        for at in middle + 0.012 * np.arange(3)
    ]
    lines += [np.stack([x, np.full(30, at)], axis=1) for at in (0.985, 0.012)]  # (along the frame)
    labels = [
        CurveLabel(text=f"search of {i}", colour="#000000", lines=[each]) for i, each in enumerate(lines)
    ]
    for label in labels:
        ax.plot(*label.lines[0].T, lw=0.8)
    return figure, ax, labels


def distance(pixels: Array, points: Array) -> float:
    return float(np.hypot(*(pixels[:, None, :] - points[None, :, :]).T).min())


@cache
def drawn(seed: int) -> tuple[Any, list[CurveLabel], dict[str, Array], dict[str, Array], Array]:
    """Axes, names, the corners of their boxes, their leaders [pixels], and the middles of the names."""
    with in_style():
        figure, ax, labels = bundle(seed)
        place_labels(figure, [(ax, labels)])
        figure.canvas.draw()
    boxes, leaders, middles = {}, {}, []
    for text in ax.texts:
        middle, angle = ax.transData.transform(text.get_position()), np.radians(text.get_rotation())
        text.set_rotation(0.0)
        box = text.get_window_extent()
        half = 0.5 * np.array(
            [
                [-box.width, -box.height],
                [box.width, -box.height],
                [box.width, box.height],
                [-box.width, box.height],
            ]
        )
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        boxes[text.get_text()] = middle + half @ turn
        middles.append(middle)
    names, at = list(boxes), np.array(middles)
    for line in ax.lines[len(labels) :]:
        ends = ax.transData.transform(line.get_xydata())
        nearest = names[int(np.argmin(np.hypot(*(at - ends[0]).T)))]
        leaders[nearest] = ends
    return ax, labels, boxes, leaders, at


@pytest.mark.parametrize("seed", SEEDS)
def test_names_are_inside_and_told_apart(seed: int) -> None:
    ax, labels, boxes, leaders, at = drawn(seed)
    lines = {label.text: ax.transData.transform(_fine(label.lines[0])) for label in labels}
    assert len(boxes) >= 6
    for (name, corners), middle in zip(boxes.items(), at, strict=True):
        assert all(ax.bbox.contains(*corner) for corner in corners), name
        own = distance(lines[name], middle[None, :])
        if name in leaders:
            assert distance(lines[name], leaders[name][1:]) < 1.0, name
            continue
        if own > 2.0:  # (beside its line, without a leader)
            along = 0.5 * (corners[1] + corners[2] - corners[0] - corners[3])
            body = middle + np.linspace(-0.45, 0.45, 20)[:, None] * along
            others = min(distance(line, body) for other, line in lines.items() if other != name)
            assert others > 1.5 * own, name


@pytest.mark.parametrize("seed", SEEDS)
def test_a_leader_crosses_no_other_name(seed: int) -> None:
    from matplotlib.path import Path

    _, _, boxes, leaders, _ = drawn(seed)
    for name, ends in leaders.items():
        steps = ends[0] + np.linspace(0.0, 1.0, 40)[:, None] * (ends[1] - ends[0])
        for other, corners in boxes.items():
            if other != name:
                assert not Path(corners).contains_points(steps).any(), (name, other)


def _fine(line: Array) -> Array:
    """More points of a straight line."""
    points: Array = line[0] + np.linspace(0.0, 1.0, 600)[:, None] * (line[-1] - line[0])
    return points
