"""Slopes of docs/spin.md, from thrown events."""

from __future__ import annotations

from typing import Any, Final

from darkpair.chains.models import Dipole, Model, ZPrimeDirac, combine
from tests.laws.test_spin import mean_slopes

_MIXED: Final[dict[str, Any]] = {"G_X": 1e-5, "c_V": 1.0, "c_A": 1.0}
_NAMES: Final = {"along 0": "along", "across 0": "across", "normal 0": "normal", "each other": "each other"}


def slopes(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    n = 50_000 if quick else 4_000_000
    heavy = ZPrimeDirac(m1=0.1, m2=1.0, **_MIXED)
    light = ZPrimeDirac(m1=0.05, m2=0.35, **_MIXED)
    pair = ZPrimeDirac(m1=0.02, m2=0.22, c_A22=1.0, **_MIXED)
    dipole = combine(light, Dipole(m1=0.05, m2=0.35, mu=1e-6, d=1e-6))
    cases: list[tuple[str, Model, str, str, str]] = [
        ("B0 -> K0 X1 X2", heavy, "B0", "K0 X1 X2", "X1 pi0"),
        ("B0 -> X1 X2", heavy, "B0", "X1 X2", "X1 pi0"),
        ("K_L0 -> X1 X2", light, "K_L0", "X1 X2", "X1 pi0"),
        ("K_L0 -> X2 X2", pair, "K_L0", "X2 X2", "X1 pi0"),
        ("B+ -> K+ X1 X2", dipole, "B+", "K+ X1 X2", "X1 gamma"),
    ]
    rows = []
    for seed, (name, model, parent, production, mode) in enumerate(cases, 31):
        found: dict[str, list[tuple[float, float]]] = {}
        blocks = max(1, n // 500_000)
        for block in range(blocks):  # a million events at a time would fill the memory
            chain = model.chain(parent, production, modes=[mode])
            for axis, one in mean_slopes(chain, n // blocks, 1000 * seed + block).items():
                found.setdefault(axis, []).append(one)
        rows += [
            {
                "production": name,
                "decay": mode,
                "axis": _NAMES[axis],
                "slope": sum(value for value, _ in many) / blocks,
                "slope error": sum(error**2 for _, error in many) ** 0.5 / blocks,
            }
            for axis, many in found.items()
            if axis in _NAMES
        ]
    return rows, {"events": n, "couplings": _MIXED, "seed": 31}
