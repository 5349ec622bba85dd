"""Study ``koto-shifts``: what each cut and each input, changed alone, does to KOTO's efficiency and to its ratios.

The 2015 selection; the ratios are those of K_L -> pi0 S at two masses to K_L -> pi0 nu nubar.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from darkpair.chains.models.inputs import Inputs
from darkpair.detectors.koto import Koto
from darkpair.gen.errors import InputError
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.studies.files import markdown, save_picture, write_rows
from darkpair.studies.samples import PI0, SM, Sample, efficiency_ratio, generate

__all__ = ["run"]

_SEED = 20150

#: Masses of S [GeV]: the light end, where the published ratio is largest, and the heavy one, where it falls.
_MASSES = (0.0, 0.24)

_SM = "SM efficiency per K_L"

_Setup = tuple[str, Koto, KotoKL]


def run(
    folder: Path,
    inputs: Inputs | None,  # noqa: ARG001 (no coupling enters)
    *,
    quick: bool,
    events: int | None = None,
) -> list[Path]:
    """Paths of the table and its picture.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
        Without effect: no coupling enters.
    quick : bool
        A tenth of the events.
    events : int, optional
        For each decay and each change; 1 000 000 unless given.
    """
    n = events or (100_000 if quick else 1_000_000)
    setups = _setups()
    samples = [
        Sample(descriptor=descriptor, mass=mass, detector=detector, source=source, n=n, seed=_SEED + i)
        for _, detector, source in setups
        for i, (descriptor, mass) in enumerate([(SM, {}), *((f"K_L0 -> {PI0} S", {"S": m}) for m in _MASSES)])
    ]
    flows = [chunk.cutflow for chunk in generate(samples)]
    rows: list[dict[str, Any]] = []
    for i, (name, _, _) in enumerate(setups):
        standard, *found = flows[3 * i : 3 * i + 3]
        below, *others = samples[3 * i : 3 * i + 3]
        row: dict[str, Any] = {"changed": name, _SM: below.decays * standard.acceptance}
        for mass, own, flow in zip(_MASSES, others, found, strict=True):
            ratio, error = efficiency_ratio(flow, standard, own.decays / below.decays)
            row |= {f"ratio at {1e3 * mass:.0f} MeV": ratio, f"error at {1e3 * mass:.0f} MeV": error}
        base = rows[0] if rows else row
        for key in _shifted():
            if base[key] <= 0.0:
                raise InputError(
                    f"{n} events leave none for the {key}: no shift of it can be told; generate more"
                )
            row[f"{key}, shift %"] = 100.0 * (row[key] / base[key] - 1.0)
        rows.append(row)
    told = {"seed": _SEED, "events": n, "selection": Koto(selection="2015")}
    shown = [
        {key: row[key] for key in ("changed", *_shifted(), *(f"{k}, shift %" for k in _shifted()))}
        for row in rows
    ]
    (folder / "koto-shifts.md").write_text(
        "# One cut, one input at a time\n\nMade by `darkpair study koto-shifts`; the same seeds throughout, so that the shifts of cuts are\n"
        f"surer than the ratios themselves (whose errors are in the CSV).\n\n{markdown(shown)}",
        encoding="utf-8",
    )
    paths = write_rows(folder, "koto-shifts", rows, told)
    return [*paths, folder / "koto-shifts.md", *save_picture(_picture(rows), folder, "koto-shifts")]


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
        axes.barh(range(len(names)), [row[f"{key}, shift %"] for row in rows[1:]], color="steelblue")
        axes.axvline(0.0, color="grey", lw=0.8)
        axes.set(xlabel=f"shift of the {key} [%]")
    panels[0].set_yticks(range(len(names)), names, fontsize=8)
    panels[0].invert_yaxis()
    figure.suptitle("KOTO, 2015 selection: one cut or one input changed at a time")
    return figure
