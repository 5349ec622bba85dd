"""B factories: Belle II's efficiencies and reconstructed q2, beams, and B -> K nu nubar with its form factors."""

from __future__ import annotations

from functools import cache, partial
from typing import Final

from darkpair.chains import standard_model_rates as sm
from darkpair.chains.form_factors import form_factor
from darkpair.chains.models.inputs import Inputs
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.data_file import Number, read_data
from darkpair.gen.sources.upsilon4s import MACHINES
from darkpair.studies.experiments.belle2 import q2_rows, simulated
from darkpair.studies.experiments.belle2_recast import mean_efficiency, neutrino_spectrum
from darkpair.studies.experiments.validation.row import (
    CONSISTENCY,
    Ours,
    Published,
    Row,
    Size,
    of_number,
    propagated,
)

__all__ = ["ROWS"]

_THEME: Final = "B factories"
_row = partial(Row, theme=_THEME)
_SEED: Final = 5000  # of the study `belle2`, too
_BELLE2: Final = "arXiv:2311.14647"
_EOS: Final = "as in EOS (github.com/eos/eos, eos/constraints/theoretical/B-to-P-form-factors.yaml)"

#: Transition, form factors of ours, f+ or f0, lattice collaboration, q2 [GeV²], value and error (root of the variance).
_LATTICE: Final = (
    ("B -> K", "bcl", "zero", "HPQCD, arXiv:2207.12468", "HPQCD:2022A", 0.0, "0.3319", 0.0116),
    ("B -> K", "bcl", "zero", "HPQCD, arXiv:2207.12468", "HPQCD:2022A", 12.0, "0.4757", 0.0090),
    ("B -> K", "bcl", "zero", "HPQCD, arXiv:2207.12468", "HPQCD:2022A", 22.9, "0.8504", 0.0172),
    ("B -> K", "bcl", "plus", "HPQCD, arXiv:2207.12468", "HPQCD:2022A", 12.0, "0.7425", 0.0224),
    ("B -> K", "bcl", "plus", "HPQCD, arXiv:2207.12468", "HPQCD:2022A", 22.9, "2.793", 0.108),
    ("B -> K", "bcl", "zero", "FNAL and MILC, arXiv:1509.06235", "FNAL+MILC:2015D", 17.0, "0.5908", 0.0149),
    ("B -> K", "bcl", "zero", "FNAL and MILC, arXiv:1509.06235", "FNAL+MILC:2015D", 20.0, "0.6969", 0.0140),
    ("B -> K", "bcl", "zero", "FNAL and MILC, arXiv:1509.06235", "FNAL+MILC:2015D", 23.0, "0.8619", 0.0181),
    ("B -> K", "bcl", "plus", "FNAL and MILC, arXiv:1509.06235", "FNAL+MILC:2015D", 17.0, "1.1790", 0.0301),
    ("B -> K", "bcl", "plus", "FNAL and MILC, arXiv:1509.06235", "FNAL+MILC:2015D", 20.0, "1.6942", 0.0394),
    ("B -> K", "bcl", "plus", "FNAL and MILC, arXiv:1509.06235", "FNAL+MILC:2015D", 23.0, "2.7387", 0.0675),
    (
        "B -> K",
        "ali-ball",
        "plus",
        "FNAL and MILC, arXiv:1509.06235",
        "FNAL+MILC:2015D",
        20.0,
        "1.6942",
        0.0394,
    ),
    (
        "B -> pi",
        "ball-zwicky",
        "plus",
        "FNAL and MILC, arXiv:1503.07839",
        "FNAL+MILC:2015C",
        21.0,
        "1.6345",
        0.0525,
    ),
    (
        "B -> pi",
        "ball-zwicky",
        "zero",
        "FNAL and MILC, arXiv:1503.07839",
        "FNAL+MILC:2015C",
        21.0,
        "0.5548",
        0.0205,
    ),
)

#: The lattice whose fit the package's "bcl" is.
_FIT: Final = "FNAL+MILC:2015D"

#: Boosts as printed.
_BOOSTS: Final = (
    ("belle2", "0.28", "Belle II technical design report, arXiv:1011.0352", "introduction"),
    ("belle", "0.425", "Belle detector, NIM A479 (2002) 117", "introduction"),
    ("babar", "0.56", "BaBar detector, hep-ex/0105044", "introduction"),
)


def _integral(size: Size, *, tag: str) -> Ours:  # noqa: ARG001 (an integral)
    efficiency = Belle2(experiment="belle2", selection=tag).published_efficiency
    return Ours(value=100.0 * mean_efficiency(neutrino_spectrum(), efficiency))


@cache
def _flow(tag: str, n: int) -> tuple[float, float]:
    flow = simulated(tag, n, _SEED + 100)
    return flow.acceptance, flow.acceptance_error


def _from_events(size: Size, *, tag: str) -> Ours:
    value, error = _flow(tag, size.events(400_000))
    return Ours(value=100.0 * value, statistical=100.0 * error)


@cache
def _moved(n: int) -> tuple[dict[str, float], ...]:
    return tuple(q2_rows(n, _SEED + 200))


def _migration(size: Size, *, index: int, part: str) -> Ours:
    row = _moved(size.events(400_000))[index]
    return Ours(value=row[f"ours, {part}"], statistical=row[f"error, {part}"] or 0.0)


def _migration_rows() -> list[Row]:
    """The reconstructed q2 where true bins are shared between two ranges."""
    table = read_data("belle2")["tags"]["inclusive"]
    edges, efficiency = table["by_q2_rec"]["edges"], table["by_q2_rec"]["efficiency"]
    rows = []
    for i, index in ((0, 3), (0, 4), (1, 6), (1, 7), (2, 8), (2, 9)):
        total = sum(part[index] for part in efficiency)
        part = f"{edges[i]:g} to {edges[i + 1]:g} GeV^2"
        rows.append(
            _row(
                key=f"belle2-q2rec-{i}-{index}",
                quantity=f"part with reconstructed q2 from {part} of true q2 about {table['q2'][index]:.2f} GeV^2",
                published=Published(
                    text=f"{efficiency[i][index] / total:.4f}",
                    curve=True,
                    source="arXiv:2507.12393 (HEPData 10.17182/hepdata.166082)",
                    place="number densities of the inclusive tag, region A",
                    confidence="derived",
                ),
                ours=partial(_migration, index=index, part=part),
                why="the tag's own dependence on the kaon's flight is not simulated; bins of .9 GeV^2 are as wide as the smearing",
            )
        )
    return rows


def _efficiency_rows() -> list[Row]:
    rates = (
        ("inclusive", "6.0", "definition of the signal region: eta(BDT2) > 0.94 is the signal's inefficiency", "region A, by construction"),
        ("inclusive_b", "2.0", "definition of the signal region: 0.92 < eta(BDT2) < 0.94 is the signal's inefficiency", "region B, by construction"),
        ("hadronic", "0.4", "signal selection", "whole selection"),
    )  # fmt: skip
    return [
        _row(
            key=f"belle2-efficiency-{tag}-{way}",
            quantity=f"efficiency for B+ -> K+ nu nubar, {tag.partition('_')[0]} tag, {words}, {how}",
            unit="%",
            published=Published(text=text, source=_BELLE2, place=place, confidence="memory"),
            ours=partial(function, tag=tag),
        )
        for tag, text, place, words in rates
        for way, how, function in (("integral", "integral", _integral), ("events", "simulated", _from_events))
    ]


def _beam_rows() -> list[Row]:
    rows = [
        _row(
            key=f"boost-{machine}",
            quantity=f"boost of the centre of mass, {machine}",
            published=Published(text=text, source=source, place=place, confidence="memory"),
            ours=partial(_boost, machine=machine),
            why="the printed number is rounded down",
        )
        for machine, text, source, place in _BOOSTS
    ]
    rows += [
        _row(
            key=f"sqrt-s-{machine}",
            quantity=f"energy of the collision against the mass of the Upsilon(4S), {machine}",
            unit="GeV",
            published=Published(text="10.5794", error=0.0012, source="Particle Data Group 2022", place="Upsilon(4S)", confidence="memory"),
            ours=partial(_sqrt_s, machine=machine),
        )
        for machine in MACHINES
    ]  # fmt: skip
    return rows


def _boost(size: Size, *, machine: str) -> Ours:  # noqa: ARG001 (exact)
    return Ours(value=MACHINES[machine].boost)


def _sqrt_s(size: Size, *, machine: str) -> Ours:  # noqa: ARG001 (exact)
    return Ours(value=MACHINES[machine].nominal_sqrt_s)


def _form(size: Size, *, transition: str, name: str, which: str, q2: float) -> Ours:  # noqa: ARG001 (exact)
    form = form_factor(transition, name)
    return Ours(value=float(form.plus(q2) if which == "plus" else form.zero(q2)))


def _form_rows() -> list[Row]:
    return [
        Row(
            key=f"form-{transition}-{name}-{which}-{key}-{q2:g}".replace(" -> ", "-").lower(),
            theme=CONSISTENCY if (name, key) == ("bcl", _FIT) else _THEME,
            quantity=f"f{'+' if which == 'plus' else '0'} of {transition} at q2 = {q2:g} GeV^2, {name}",
            published=Published(text=text, error=error, source=source, place=f"{_EOS}, {key}"),
            ours=partial(_form, transition=transition, name=name, which=which, q2=q2),
            why="light-cone sum rules, which hold below 14 GeV^2, against a lattice at the other end of the spectrum"
            if name != "bcl"
            else "the package has another lattice's fit",
        )
        for transition, name, which, source, key, q2, text, error in _LATTICE
    ]


def _b_to_k(size: Size, *, form: str) -> Ours:
    """BR with the error of the inputs, and half of the distance between the two form factors."""

    def rate(inputs: Inputs) -> float:
        return sm.b_to_k_nunu(inputs, form)

    both = [sm.b_to_k_nunu(size.inputs, form) for form in ("bcl", "ali-ball")]
    return propagated(rate, size.inputs, 0.5 * abs(both[0] - both[1]))


def _excess(size: Size) -> Ours:  # noqa: ARG001 (exact)
    """Standard errors of Belle II's combined measurement above the Standard Model's number."""
    data = read_data("belle2")
    measured, standard = (
        data["results"]["combined"]["branching_ratio"],
        Number(**data["standard_model"]["branching_ratio"]),
    )
    return Ours(value=(measured["value"] - standard.value) / measured["down"])


def _rate_rows() -> list[Row]:
    standard = {name: Number(**entry) for name, entry in read_data("belle2")["standard_model"].items()}
    why = "goes with |V_ts|^2, which is larger where it comes from inclusive V_cb"
    short = standard["short_distance"]
    return [
        _row(
            key="b-to-k-nunu-short-distance",
            quantity="BR(B+ -> K+ nu nubar) without the tau, form factors of the lattice",
            published=Published(
                text=f"{short.value:.3g}",
                error=short.value * (standard["branching_ratio"].error or 0.0) / standard["branching_ratio"].value,
                source=f"{short.source}; relative error of the whole",
                place="introduction",
            ),
            ours=partial(_b_to_k, form="bcl"),
            why=why,
        ),
        _row(
            key="b-to-k-nunu-buras",
            quantity="BR(B+ -> K+ nu nubar) without the tau, form factors of the lattice",
            published=Published(
                text="3.98e-6", error=0.47e-6, source="arXiv:1409.4557: (3.98 ± 0.43 ± 0.19)e-6", place="abstract", confidence="memory"
            ),
            ours=partial(_b_to_k, form="bcl"),
        ),
        _row(
            key="b-to-k-nunu-flavio",
            quantity="BR(B+ -> K+ nu nubar) without the tau, form factors of the lattice",
            published=Published(
                text="4.68e-6",
                error=0.2 * 4.68e-6,
                source="flavio (github.com/flav-io/flavio), flavio/physics/bdecays/test_bpnunu.py: to 20 %",
                place="test_bknunu",
            ),
            ours=partial(_b_to_k, form="bcl"),
        ),
        Row(
            key="belle2-excess",
            theme=CONSISTENCY,
            quantity="Belle II's combined measurement above the Standard Model",
            unit="standard errors",
            published=Published(text="2.7", source=_BELLE2, place="abstract"),
            ours=_excess,
        ),
        _row(
            key="belle2-measured",
            quantity="BR(B+ -> K+ nu nubar) as measured, against the Standard Model's without the tau",
            published=of_number(
                Number(value=2.3e-5, error=0.64e-5, unit="", source=f"{_BELLE2}: lower errors added in squares", confidence="read"),
                "abstract",
            ),
            ours=partial(_b_to_k, form="bcl"),
            why="Belle II sees more than the Standard Model; the combination's own excess is under consistency",
        ),
    ]  # fmt: skip


ROWS: Final = (*_efficiency_rows(), *_migration_rows(), *_beam_rows(), *_rate_rows(), *_form_rows())
