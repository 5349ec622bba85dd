"""KOTO's published numbers: sensitivities, limits on K_L -> pi0 X, decays, the beam."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.chains.models.decays import PI0_DECAY
from darkpair.detectors.data_file import Number, read_data
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import factors, kaons
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.detectors.normalisation import by_kaons
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.limits.koto_samples import PI0, SM
from darkpair.statistics import Counting, upper_limit
from darkpair.studies.experiments.validation.row import Ours, Published, Row, Size, of_number
from darkpair.studies.samples import Sample, efficiency_ratio, generate

__all__ = ["ROWS"]

_THEME: Final = "KOTO"
_row = partial(Row, theme=_THEME)
_SEED: Final = 8100
_EVENTS: Final = 1_400_000  # of each pi0 X; twice as many pi0 nu nubar

#: Efficiencies that nothing simulates, of each run: those that their sources give for 2015, and for 2021 the ones of
#: the later analyses beside the same loss to accidental hits.
_FACTORS: Final = {
    "2015": ("cluster_shape", "veto_survival"),
    "2016-18": ("cluster_shape", "veto_survival"),
    "2021": ("pulse_shape", "halo_veto", "veto_survival"),
}

_ARXIV: Final = {"2015": "arXiv:1810.09655", "2016-18": "arXiv:2012.07571", "2021": "arXiv:2411.11237"}


@cache
def _sample(selection: str, mass: float | None, n: int) -> tuple[Cutflow, float]:
    """Cut flow of K_L -> pi0 nu nubar, or of pi0 X of that mass [GeV], and its decays for each K_L at the exit."""
    invisible = mass is not None
    sample = Sample(
        descriptor=f"K_L0 -> {PI0} S" if invisible else SM,
        mass={"S": mass} if mass is not None else {},
        detector=Koto(experiment="koto", selection=selection),
        n=n if invisible else 2 * n,
        seed=_SEED + (round(1e3 * mass) + 1 if mass is not None else 0),
    )
    return generate([sample])[0].cutflow, sample.decays


def _sensitivity(size: Size, *, year: str, names: tuple[str, ...]) -> Ours:
    """Branching ratio of pi0 nu nubar of which one event is expected, from kaons, efficiency and factors."""
    flow, decays = _sample(year, None, size.events(_EVENTS))
    counted = by_kaons(kaons(year), decays=decays, factors=factors(*names))
    photons = build(f"K_L0 -> ({PI0_DECAY}) nu nubar").generated_branching_ratio
    value = 1.0 / (counted.scale * flow.acceptance * photons)
    return Ours(
        value=value,
        statistical=value * flow.acceptance_error / flow.acceptance,
        inputs=value * (counted.multiplicity or 0.0),
    )


def _over_nunu(size: Size, *, year: str, mass: float) -> Ours:
    """Efficiency of pi0 X over that of pi0 nu nubar."""
    n = size.events(_EVENTS)
    (flow, decays), (standard, reference) = _sample(year, mass, n), _sample(year, None, n)
    value, error = efficiency_ratio(flow, standard, decays / reference)
    return Ours(value=value, statistical=error)


def _decaying(size: Size, *, z_min: float, z_max: float) -> Ours:  # noqa: ARG001 (exact)
    """Part of the K_L at the exit that decay between two places [mm], in per cent."""
    return Ours(value=100.0 * KotoKL(z_min=z_min, z_max=z_max).decay_probability)


def _kaons(size: Size, *, year: str) -> Ours:  # noqa: ARG001 (exact)
    """K_L at the exit: the yield of a proton times the protons."""
    data = read_data("koto")["yield"]
    kl, per = Number(**data["kl"]), Number(**data["pot"])
    scale = run_of_koto(year).pot.value / per.value
    return Ours(value=kl.value * scale, inputs=(kl.error or 0.0) * scale)


def _limit(size: Size, *, year: str, subtracted: bool) -> Ours:  # noqa: ARG001 (exact)
    """CLs limit on the branching ratio, from candidates, background and sensitivity with their errors."""
    run = run_of_koto(year)
    sensitivity = run.single_event_sensitivity
    counting = Counting(
        observed=int(run.candidates.value),
        background=run.background.value if subtracted else 0.0,
        background_error=(run.background.error or 0.0) if subtracted else 0.0,
        efficiency_error=(sensitivity.error or 0.0) / sensitivity.value,
    )
    return Ours(value=upper_limit(counting) * sensitivity.value)


def _peak(size: Size) -> Ours:  # noqa: ARG001 (exact)
    """Most probable momentum of the K_L at the exit."""
    p = np.linspace(0.1, 6.0, 5901)
    return Ours(value=float(p[np.argmax(KotoKL().exit_spectrum(p))]))


def _sensitivity_rows() -> list[Row]:
    rows = []
    for year, names in _FACTORS.items():
        run = run_of_koto(year)
        rows.append(
            _row(
                key=f"koto-sensitivity-{year}",
                quantity=f"single-event sensitivity of K_L -> pi0 nu nubar, {year}; factors {', '.join(names)}",
                published=of_number(run.single_event_sensitivity, "abstract"),
                ours=partial(_sensitivity, year=year, names=names),
                why="the cuts of 2021 are not published, those of 2016-18 stand for them, and what the new counters' vetoes cost "
                "is not known: a sign that it is another selection",
            )
        )
    return rows


def _curve_rows() -> list[Row]:
    rows = []
    for year, of in (("2015", "3.0e-9"), ("2016-18", "4.9e-9"), ("2021", "2.2e-9")):
        run = run_of_koto(year)
        reference = of_number(run.upper_limit, "abstract", of)
        for mass, limit in run.pi0_x_limits:
            mev = round(1e3 * mass)
            printed = of_number(limit, "abstract", f"{limit.value * 1e9:.1f}e-9") if mev == 135 else None
            place, own = (
                ("abstract", printed.sigma / printed.value) if printed else ("figure 4, digitised", 0.03)
            )
            value = reference.value / limit.value
            rows.append(
                _row(
                    key=f"koto-pi0x-{year}-{mev}",
                    quantity=f"efficiency of pi0 X({mev} MeV) over pi0 nu nubar, {year}: ratio of the limits",
                    published=Published(
                        text=f"{value:.4g}",
                        error=value * math.hypot(reference.sigma / reference.value, own),
                        source=f"{_ARXIV[year]}: {of} over {limit.value:.3g}"
                        if year != "2016-18"
                        else f"PoS 405 (2022) 069 (preliminary): {of} over {limit.value:.3g}",
                        place=place,
                        confidence="derived",
                    ),
                    ours=partial(_over_nunu, year=year, mass=mass),
                )
            )
    return rows


def _beam_rows() -> list[Row]:
    window = [("2015", 3000.0, 4700.0, "3.2"), ("2016-18", 3200.0, 5000.0, "3.3")]
    rows = [
        _row(
            key=f"koto-decays-{year}",
            quantity=f"K_L that decay in the signal box, {z_min / 1e3:g} to {z_max / 1e3:g} m",
            unit="%",
            published=Published(
                text=text, source=_ARXIV[year], place="signal acceptance", confidence="memory"
            ),
            ours=partial(_decaying, z_min=z_min, z_max=z_max),
            why="which momenta and which exit plane the published number means is not known here",
        )
        for year, z_min, z_max, text in window
    ]
    rows += [
        _row(
            key=f"koto-kaons-{year}",
            quantity=f"K_L at the beam exit, {year}: yield of arXiv:1509.03386 times the protons",
            published=Published(text=text, source=_ARXIV[year], place="normalisation", confidence="memory"),
            ours=partial(_kaons, year=year),
            why="not known here: the collaboration counts K_L by their decays in the run itself",
        )
        for year, text in (("2015", "4.62e12"), ("2016-18", "6.83e12"))
    ]
    rows.append(
        _row(
            key="koto-peak-momentum",
            quantity="most probable momentum of the K_L at the beam exit",
            unit="GeV",
            published=Published(
                text="1.4", source="arXiv:2012.07571", place="beam line", confidence="memory"
            ),
            ours=_peak,
        )
    )
    return rows


def _limit_rows() -> list[Row]:
    return [
        _row(
            key=f"koto-limit-{year}{'' if subtracted else '-no-background'}",
            quantity=f"limit on K_L -> pi0 nu nubar at 90 %, {year}, from its own counts"
            + ("" if subtracted else " as if without background"),
            published=of_number(run_of_koto(year).upper_limit, "abstract", text),
            ours=partial(_limit, year=year, subtracted=subtracted),
            why="CLs takes the background into account; the publication's limit is that of Poisson statistics without it",
        )
        for year, text, subtracted in (
            ("2015", "3.0e-9", True),
            ("2016-18", "4.9e-9", True),
            ("2016-18", "4.9e-9", False),
            ("2021", "2.2e-9", True),
        )
    ]


ROWS: Final = (*_sensitivity_rows(), *_curve_rows(), *_beam_rows(), *_limit_rows())
