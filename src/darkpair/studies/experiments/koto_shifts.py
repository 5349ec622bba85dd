"""Study ``koto-shifts``: what each cut and each input, changed alone, does to KOTO's efficiency and to its ratios.

The 2015 selection; the ratios are those of K_L -> pi0 S at two masses to K_L -> pi0 nu nubar.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from darkpair.detectors.koto import Koto
from darkpair.export.files import markdown, save_picture, write_rows
from darkpair.export.numbers import written
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import BLOCK
from darkpair.limits.koto_samples import PI0, SM
from darkpair.studies.options import Events
from darkpair.studies.samples import Sample, generate_parts

__all__ = ["run"]

_SEED = 20150

#: Masses of S [GeV]: the light end, where the published ratio is largest, and the heavy one, where it falls.
_MASSES = (0.0, 0.24)

_SM = "SM efficiency per K_L"

_Setup = tuple[str, Koto, KotoKL]


def run(
    folder: Path,
    inputs: None,  # noqa: ARG001 (no coupling enters)
    *,
    quick: bool,
    events: Events = None,
) -> list[Path]:
    """Paths of the table and its picture.

    Parameters
    ----------
    folder : Path
    inputs : None
        Without effect: no coupling enters.
    quick : bool
        A tenth of the events.
    events : int, optional
        For each decay and each change; 1 000 000 unless given.
    """
    n = events or (100_000 if quick else 1_000_000)
    if n < 2 * BLOCK:
        raise InputError(
            f"{n} events are one block of {BLOCK}: no error can be told; generate {2 * BLOCK} or more"
        )
    setups = _setups()
    samples = [
        Sample(descriptor=descriptor, mass=mass, detector=detector, source=source, n=n, seed=_SEED + i)
        for _, detector, source in setups
        for i, (descriptor, mass) in enumerate([(SM, {}), *((f"K_L0 -> {PI0} S", {"S": m}) for m in _MASSES)])
    ]
    parts = [[chunk.cutflow for chunk in of] for of in generate_parts(samples, span=1)]
    kinds = 1 + len(_MASSES)
    # per setup and kind: accepted weights and K_L of each part; parts of a number share their random numbers
    accepted = np.array([[flow.stages[-1].sum_w for flow in of] for of in parts])
    made = np.array([[flow.generated for flow in of] for of in parts], dtype=float)
    decays = np.array([sample.decays for sample in samples])
    rows: list[dict[str, Any]] = []
    for i, (name, _, _) in enumerate(setups):
        row: dict[str, Any] = {"changed": name}
        mine, base = (slice(kinds * k, kinds * (k + 1)) for k in (i, 0))
        values, errors = _jackknife(_quantities, accepted[mine], made[mine], decays[mine])
        if not (values > 0.0).all():
            raise InputError(f"{n} events leave none for {name}: no shift of it can be told; generate more")
        pair = np.r_[mine, base]
        shifts, spreads = _jackknife(_shifts, accepted[pair], made[pair], decays[pair])
        for key, value, error, shift, spread in zip(_shifted(), values, errors, shifts, spreads, strict=True):
            row |= {
                key: value,
                f"{key}, error": error,
                f"{key}, shift %": shift,
                f"{key}, shift error %": spread,
            }
        rows.append(row)
    told = {"seed": _SEED, "events": n, "parts": len(parts[0]), "selection": Koto(selection="2015")}
    (folder / "koto-shifts.md").write_text(
        "# One cut, one input at a time\n\nMade by `darkpair study koto-shifts`, with the same random numbers in every row, also where the source "
        "changes.\nErrors in the last digits, by leaving out a block of 16384 K_L at a time (jackknife) from the row and from the first one\n"
        f"together: what both share cancels. Without an error: not one event changed.\n\n{markdown([_cells(row) for row in rows])}",
        encoding="utf-8",
    )
    paths = write_rows(folder, "koto-shifts", rows, told)
    return [*paths, folder / "koto-shifts.md", *save_picture(_picture(rows), folder, "koto-shifts")]


def _quantities(accepted: Array, made: Array, decays: Array) -> Array:
    """The Standard Model's efficiency per K_L, and the ratios of the others to it."""
    efficiency = decays * accepted / made
    return np.append(efficiency[0], efficiency[1:] / efficiency[0])


def _shifts(accepted: Array, made: Array, decays: Array) -> Array:
    """Shifts [%] of the quantities of the first half of the samples from those of the second."""
    half = len(decays) // 2
    changed, base = (
        _quantities(accepted[s], made[s], decays[s]) for s in (slice(None, half), slice(half, None))
    )
    return 100.0 * (changed / base - 1.0)


def _jackknife(of: Any, accepted: Array, made: Array, decays: Array) -> tuple[Array, Array]:
    """Values of all parts together, and their errors from leaving out one part at a time in all samples.

    Parameters
    ----------
    of : callable of sums (samples,), (samples,) and decays (samples,)
    accepted, made : ndarray, (samples, parts)
    decays : ndarray, (samples,)

    References
    ----------
    Efron, Stein, Ann. Stat. 9 (1981) 586.
    """
    total, whole = accepted.sum(axis=1), made.sum(axis=1)
    left = np.array([of(total - a, whole - m, decays) for a, m in zip(accepted.T, made.T, strict=True)])
    n = len(left)
    return of(total, whole, decays), np.sqrt((n - 1) / n * np.square(left - left.mean(axis=0)).sum(axis=0))


def _cells(row: dict[str, Any]) -> dict[str, str]:
    """The row as text: each number to the digits that its error allows."""
    out = {"changed": row["changed"]}
    for key in _shifted():
        out[key] = written(row[key], "1e" if key == _SM else "1", row[f"{key}, error"])
    for key in _shifted():
        shift, error = row[f"{key}, shift %"], row[f"{key}, shift error %"]
        out[f"{key}, shift %"] = written(shift, "+1", error) if error > 0.0 else written(shift, ".2g")
    return out


def _shifted() -> list[str]:
    return [_SM, *(f"ratio at {1e3 * mass:.0f} MeV" for mass in _MASSES)]


def _setups() -> list[_Setup]:
    """The default first, then each cut left out, then each input changed."""
    default, beam = Koto(selection="2015"), KotoKL()
    sharp = default.resolution
    return [
        ("nothing", default, beam),
        *(
            (f"without {cut.name}", Koto(selection="2015", without=[cut.name]), beam)
            for cut in default.cuts.cuts
        ),
        (
            "no smearing of energies",
            replace(default, resolution=replace(sharp, constant=0.0, stochastic=0.0)),
            beam,
        ),
        ("no smearing of positions", replace(default, resolution=replace(sharp, position=0.0)), beam),
        # .66 % and 1.81 %/sqrt(E), of KOTO's beam test; recalled, to be verified
        (
            "resolution of the beam test",
            replace(default, resolution=replace(sharp, constant=0.0066, stochastic=0.0181)),
            beam,
        ),
        ("image on the target since 2015-04", default, replace(beam, image="2015-04")),
        ("fitted beam profile", default, replace(beam, profile="fitted")),
        ("momentum spectrum of 2011", default, replace(beam, spectrum="shiomi")),
        ("K_L decays from z = 0 on", default, replace(beam, z_min=0.0)),
    ]


def _picture(rows: list[dict[str, Any]]) -> Any:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(
        1, len(_shifted()), figsize=(11.0, 0.27 * len(rows) + 1.3), sharey=True, layout="constrained"
    )
    names = [row["changed"] for row in rows[1:]]
    for axes, key in zip(panels, _shifted(), strict=True):
        axes.barh(
            range(len(names)),
            [row[f"{key}, shift %"] for row in rows[1:]],
            xerr=[row[f"{key}, shift error %"] for row in rows[1:]],
            color="steelblue",
            ecolor="black",
            capsize=2,
        )
        axes.axvline(0.0, color="grey", lw=0.8)
        axes.set(xlabel=f"shift of the {key} [%]")
    panels[0].set_yticks(range(len(names)), names, fontsize=8)
    panels[0].invert_yaxis()
    figure.suptitle("KOTO, 2015 selection: one cut or one input changed at a time")
    return figure
