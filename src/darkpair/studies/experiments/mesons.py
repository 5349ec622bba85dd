"""Study ``mesons``: what each generator says of the mesons that protons make on a target, side by side.

Spectra are integrals of the tables' densities: nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from darkpair.export.files import markdown, subplots
from darkpair.gen.sources import sanford_wang
from darkpair.gen.sources.meson_files import COLLIDER, MESONS, about, slow, stored
from darkpair.gen.sources.meson_multiplicity import generated, measured, multiplicity
from darkpair.gen.sources.meson_table import MesonTable, meson_table
from darkpair.studies.experiments.kaon_numbers import decaying_rows, kaon_rows
from darkpair.studies.experiments.table_pieces import energies_and_angles
from darkpair.studies.line_styles import GENERATOR_STYLES
from darkpair.studies.outputs import Output, Page, Picture, Run, Table

__all__ = ["energies_and_angles", "study"]

_BEAM = 400.0  # GeV, of the picture
_ANGLE = 0.010  # rad, the angle of CHARM's axis to the beam

#: Generators on a nucleus: UrQMD's and BMPT's on copper, both paler.
_ON_NUCLEUS = 0.45


def study(run: Run) -> Iterator[Output]:  # noqa: ARG001 (nothing can be chosen)
    """Table of mesons, as a page too, and its picture."""
    tables = [*_shipped(), *_analytic()]
    rows = [_row(table) for table in tables]
    beside = [
        _row(meson_table(meson, beam_energy=energy, generator=generator, target=target))
        for meson, energy, generator, target in _of_slow_beams()
    ]
    yield Table(
        rows=rows,
        more={"slow": beside, "kaons": kaon_rows(), "kaons at dumps": decaying_rows()},
        provenance={"tables": [about(key) for key in stored()], "measured": measured()},
    )
    etas = [row for row in rows if row["beam [GeV]"] == _BEAM and row["meson"] == "eta"]
    yield Page(
        text=f"# Mesons of protons on a target\n\nMade by `darkpair study mesons`. eta of {_BEAM:g} GeV protons:\n\n"
        f"{markdown(etas)}\nAll mesons, energies and targets:\n\n{markdown(rows)}"
    )
    yield Picture(figure=_picture(tables))


def _shipped() -> list[MesonTable]:
    return [
        meson_table(meson, beam_energy=key.beam_energy, generator=key.generator, target=key.target)
        for key in sorted(stored(), key=lambda key: (key.beam_energy, key.target, key.generator))
        for meson in MESONS
        if about(key)["multiplicity"].get(meson)
    ]


def _analytic() -> list[MesonTable]:
    energies = sorted({key.beam_energy for key in stored() if key.target == "p"})
    pairs = [(energy, "Be") for energy in energies] + [(_BEAM, "Cu")]
    return [
        meson_table(meson, beam_energy=energy, generator="bmpt", target=target)
        for energy, target in pairs
        for meson in MESONS
        if generated(meson, energy, "p")  # whose numbers it takes
    ]


def _of_slow_beams() -> list[tuple[str, float, str, str]]:
    """Meson, energy, generator and target of the tables that are asked by name, and of the fit beside them."""
    keys = [(key.beam_energy, key.generator, key.target) for key in slow()]
    fits = {(energy, sanford_wang.NAME, sanford_wang.TARGET) for energy, *_ in keys}
    return [
        (meson, energy, generator, target) for meson in MESONS[:1] for energy, generator, target in fits
    ] + [
        (meson, key.beam_energy, key.generator, key.target)
        for key in slow()
        for meson in MESONS
        if about(key)["multiplicity"].get(meson)
    ]


def _row(table: MesonTable) -> dict[str, Any]:
    energy, angle, weight = energies_and_angles(table)
    return {
        "meson": table.meson,
        "beam [GeV]": table.beam_energy,
        "target": table.target,
        "generator": table.generator,
        "its multiplicity": table.generator_multiplicity,
        "multiplicity used": table.multiplicity,
        "uncertainty": table.multiplicity_error,
        "mean energy [GeV]": float(np.sum(energy * weight)),
        "inside 10 mrad": float(np.sum(weight[angle < _ANGLE])),
        "counted": table.about.get("mesons", {}).get(table.meson, {}).get("counted"),  # (none: a formula)
    }


def _picture(tables: list[MesonTable]) -> Any:
    figure, axes = subplots(2, 2, figsize=(11.0, 8.0), layout="constrained")
    etas = [table for table in tables if table.meson == "eta" and table.beam_energy == _BEAM]
    for table in etas:
        energy, angle, weight = energies_and_angles(table)
        colour, _, line = GENERATOR_STYLES[table.generator]
        style = {
            "color": colour,
            "ls": line,
            "alpha": 1.0 if table.target in ("p", "Be") else _ON_NUCLEUS,
            "label": f"{table.generator} on {table.target}",
        }
        for ax, x, edges in (
            (axes[0, 0], energy, np.linspace(0.0, 150.0, 31)),
            (axes[0, 1], 1e3 * angle, np.linspace(0.0, 100.0, 51)),
        ):
            content, _ = np.histogram(x, edges, weights=weight)
            ax.stairs(content / np.diff(edges), edges, **style)
    axes[0, 0].set(xlabel="energy of the eta [GeV]", ylabel="density [1/GeV]", yscale="log", ylim=(1e-5, 0.2))
    axes[0, 1].set(xlabel="angle of the eta to the beam [mrad]", ylabel="density [1/mrad]")
    axes[0, 1].axvline(1e3 * _ANGLE, color="0.5", lw=0.8)
    axes[0, 1].text(1e3 * _ANGLE + 1.0, 0.001, "10 mrad", color="0.5", fontsize=8)
    axes[0, 0].set_title(f"eta of {_BEAM:g} GeV protons, normalised")
    axes[0, 0].legend(fontsize=8)
    _multiplicities(axes[1, 0], tables)
    _against_energy(axes[1, 1], tables)
    return figure


def _multiplicities(axes: Any, tables: list[MesonTable]) -> None:
    """Each generator's number of each meson, over the one that is used."""
    here = [table for table in tables if table.beam_energy == _BEAM and table.target in ("p", "Be")]
    for shift, (generator, (colour, marker, _)) in enumerate(GENERATOR_STYLES.items()):
        mine = [table for table in here if table.generator == generator]
        at = [
            MESONS.index(table.meson) + 0.15 * (shift - 0.5 * (len(GENERATOR_STYLES) - 1)) for table in mine
        ]
        ratio = [table.generator_multiplicity / table.multiplicity for table in mine]
        axes.plot(at, ratio, marker, color=colour, ls="none", label=generator)
    labels = []
    for i, meson in enumerate(MESONS):
        value, error = multiplicity(meson, _BEAM)
        axes.fill_between(
            [i - 0.4, i + 0.4], 1.0 - error / value, 1.0 + error / value, color="0.85", zorder=0
        )
        is_measured = any(line.meson == meson and line.beam_energy == _BEAM for line in measured())
        labels.append(f"{meson}\n{value:.3g}\n{'measured' if is_measured else 'mean'}")
    axes.axhline(1.0, color="0.5", lw=0.8)
    axes.set_xticks(range(len(MESONS)), labels, fontsize=8)
    axes.set(ylabel="generator's multiplicity / the one used", ylim=(0.0, 3.2))
    axes.set_title(f"per inelastic interaction, {_BEAM:g} GeV (bmpt: on Be); band: uncertainty", fontsize=10)
    axes.legend(fontsize=8, ncols=2)


def _against_energy(axes: Any, tables: list[MesonTable]) -> None:
    """Multiplicity of eta against the beam's energy."""
    etas = [t for t in tables if t.meson == "eta" and t.target in ("p", "Be") and t.target != COLLIDER]
    for generator, (colour, marker, line) in GENERATOR_STYLES.items():
        mine = sorted((t.beam_energy, t.generator_multiplicity) for t in etas if t.generator == generator)
        axes.plot(*zip(*mine, strict=True), marker=marker, ls=line, color=colour, label=generator)
    used = sorted({(t.beam_energy, t.multiplicity, t.multiplicity_error) for t in etas if t.target == "p"})
    energy, value, error = (np.array(column) for column in zip(*used, strict=True))
    axes.fill_between(energy, value - error, value + error, color="0.85", zorder=0, label="used, uncertainty")
    axes.plot(energy, value, "--", color="0.5", label="used")
    for line in measured():
        if line.meson == "eta":
            axes.errorbar(
                line.beam_energy,
                line.value,
                line.error,
                fmt="*",
                ms=11,
                color="black",
                label="measured",
            )
    axes.set(
        xlabel="beam energy [GeV]", ylabel="eta per inelastic interaction", xscale="log", ylim=(0.0, None)
    )
    axes.set_xticks(energy, [f"{e:g}" for e in energy])
    axes.minorticks_off()
    axes.legend(fontsize=8)
