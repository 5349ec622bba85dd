"""Study ``koto-shifts``: what each cut and each input, changed alone, does to KOTO's efficiency and to its ratios.

The 2015 selection; the ratios are those of K_L -> pi0 S at two masses to K_L -> pi0 nu nubar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np

from darkpair.detectors.koto import Koto
from darkpair.export.files import markdown, subplots
from darkpair.export.numbers import written
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import BLOCK
from darkpair.limits.koto_samples import PI0, SM
from darkpair.report.picture_style import PALETTE
from darkpair.studies.outputs import Output, Page, Picture, Run, Table, column
from darkpair.studies.samples import Sample, generate_parts

__all__ = ["picture", "study"]

#: Masses of S [GeV]: the light end, where the published ratio is largest, and the heavy one, where it falls.
_MASSES: Final = (0.0, 0.24)

#: Each decay with its masses: the Standard Model's first.
_DECAYS: Final = ((SM, {}), *((f"K_L0 -> {PI0} S", {"S": mass}) for mass in _MASSES))

_SM: Final = "SM efficiency per K_L"
_QUANTITIES: Final = (_SM, *(f"ratio at {1e3 * mass:.0f} MeV" for mass in _MASSES))

_Setup = tuple[str, Koto, KotoKL]

_PAGE: Final = """# One cut, one input at a time

Made by `darkpair study koto-shifts`, with the same random numbers in every row, also where the source changes.
Errors in the last digits, by leaving out a block of 16384 K_L at a time (jackknife) from the row and from the first one
together: what both share cancels. Without an error: not one event changed.

"""


def study(run: Run) -> Iterator[Output]:
    """Table of shifts, as a page too, and its picture."""
    if run.events < 2 * BLOCK:
        raise InputError(
            f"{run.events} events are one block of {BLOCK}: no error can be told; generate {2 * BLOCK} or more"
        )
    setups = _setups()
    samples = [
        Sample(
            descriptor=descriptor,
            mass=mass,
            detector=detector,
            source=source,
            n=run.events,
            seed=run.seed + i,
        )
        for _, detector, source in setups
        for i, (descriptor, mass) in enumerate(_DECAYS)
    ]
    parts = [[chunk.cutflow for chunk in chunks] for chunks in generate_parts(samples, span=1)]
    # accepted weights and K_L, (setup, decay, part): parts of a number share their random numbers
    shape = len(setups), len(_DECAYS), -1
    accepted = np.array([[flow.stages[-1].sum_w for flow in flows] for flows in parts]).reshape(shape)
    made = np.array([[flow.generated for flow in flows] for flows in parts], dtype=float).reshape(shape)
    decays = np.array([sample.decays for sample in samples]).reshape(shape[:2])
    rows = [
        _row(name, *(numbers[[i, 0]] for numbers in (accepted, made, decays)))
        for i, (name, _, _) in enumerate(setups)
    ]
    yield Table(rows=rows, provenance={"parts": len(parts[0]), "selection": Koto(selection="2015")})
    yield Page(text=_PAGE + markdown([_cells(row) for row in rows]))
    yield Picture(figure=picture(rows))


def _row(name: str, accepted: Array, made: Array, decays: Array) -> dict[str, Any]:
    """Row of a change, from its sums and those of the default, (2, decay, part)."""
    values, errors = _jackknife(_quantities, accepted[0], made[0], decays[0])
    if not (values > 0.0).all():
        raise InputError(
            f"{made[0, 0].sum():.0f} events leave none for {name}: no shift of it can be told; generate more"
        )
    shifts, spreads = _jackknife(_shifts, accepted, made, decays)
    row: dict[str, Any] = {"changed": name}
    for key, value, error, shift, spread in zip(_QUANTITIES, values, errors, shifts, spreads, strict=True):
        row |= {key: value, f"{key}, error": error, f"{key}, shift %": shift, f"{key}, shift error %": spread}
    return row


def _quantities(accepted: Array, made: Array, decays: Array) -> Array:
    """The Standard Model's efficiency per K_L, and the ratios of the others to it."""
    efficiency = decays * accepted / made
    return np.append(efficiency[0], efficiency[1:] / efficiency[0])


def _shifts(accepted: Array, made: Array, decays: Array) -> Array:
    """Shifts [%] of the quantities of the first samples from those of the second, each (2, decay)."""
    changed, base = map(_quantities, accepted, made, decays)
    return 100.0 * (changed / base - 1.0)


def _jackknife(of: Any, accepted: Array, made: Array, decays: Array) -> tuple[Array, Array]:
    """Values of all parts together, and their errors from leaving out one part at a time in all samples.

    Parameters
    ----------
    of : callable
        Of sums and decays, (...,) each.
    accepted, made : ndarray, (..., parts)
        Sums of weights, and K_L.
    decays : ndarray, (...,)
        See `Sample.decays`.

    References
    ----------
    Efron, Stein, Ann. Stat. 9 (1981) 586.
    """
    total, whole, n = accepted.sum(axis=-1), made.sum(axis=-1), made.shape[-1]
    left = np.array([of(total - accepted[..., i], whole - made[..., i], decays) for i in range(n)])
    return of(total, whole, decays), np.sqrt((n - 1) / n * np.square(left - left.mean(axis=0)).sum(axis=0))


def _cells(row: dict[str, Any]) -> dict[str, str]:
    """The row as text: each number to the digits that its error allows."""
    out = {"changed": row["changed"]}
    for key in _QUANTITIES:
        out[key] = written(row[key], "1e" if key == _SM else "1", row[f"{key}, error"])
    for key in _QUANTITIES:
        shift, error = row[f"{key}, shift %"], row[f"{key}, shift error %"]
        out[f"{key}, shift %"] = written(shift, "+1", error) if error > 0.0 else written(shift, ".2g")
    return out


def _setups() -> list[_Setup]:
    """The default first, then each cut left out, then each input changed."""
    default, beam = Koto(selection="2015"), KotoKL()
    cuts = [cut.name for cut in default.cuts.cuts]

    def smeared(**changes: float) -> Koto:
        return replace(default, resolution=replace(default.resolution, **changes))

    return [
        ("nothing", default, beam),
        *((f"without {cut}", Koto(selection="2015", without=[cut]), beam) for cut in cuts),
        ("no smearing of energies", smeared(constant=0.0, stochastic=0.0), beam),
        ("no smearing of positions", smeared(position=0.0), beam),
        # .66 % and 1.81 %/sqrt(E), of KOTO's beam test; recalled, to be verified
        ("resolution of the beam test", smeared(constant=0.0066, stochastic=0.0181), beam),
        ("image on the target since 2015-04", default, replace(beam, image="2015-04")),
        ("fitted beam profile", default, replace(beam, profile="fitted")),
        ("momentum spectrum of 2011", default, replace(beam, spectrum="shiomi")),
        ("K_L decays from z = 0 on", default, replace(beam, z_min=0.0)),
    ]


def picture(rows: list[dict[str, Any]]) -> Any:
    """Figure of the rows of the study, or of its stored output."""
    size = 11.0, 0.27 * len(rows) + 1.3
    figure, panels = subplots(1, len(_QUANTITIES), figsize=size, sharey=True, layout="constrained")
    names = [row["changed"] for row in rows[1:]]
    for axes, key in zip(panels, _QUANTITIES, strict=True):
        shifts, errors = (column(rows[1:], f"{key}, {what} %") for what in ("shift", "shift error"))
        axes.barh(range(len(names)), shifts, xerr=errors, color=PALETTE["sky"], ecolor="black", capsize=2)
        axes.axvline(0.0, color="0.5", lw=0.8)
        axes.set(xlabel=f"shift of the {key} [%]")
    panels[0].set_yticks(range(len(names)), names, fontsize=8)
    panels[0].invert_yaxis()
    figure.suptitle("KOTO, 2015 selection: one cut or one input changed at a time")
    return figure
