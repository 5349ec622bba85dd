"""Figures and tables of arXiv:2005.07102, one a module; each leaves its data before its picture.

Strangers' are entry points of the group ``darkpair.studies``: a function of a ``folder`` that gives the paths of what it wrote.
Whatever else it takes are its options, by their annotations; ``inputs``, ``quick``, ``data``, ``convention`` and ``cache`` are those
of the command line, others are given by ``--set``.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, Final

from darkpair.gen.errors import InputError
from darkpair.gen.registry import Entry, Registry

__all__ = ["STUDIES", "Study"]


@dataclass(frozen=True)
class Study(Entry):
    """A study of ours.

    Parameters
    ----------
    detectors : tuple of str
        Data files of ``detectors/data`` that it rests on, whose cuts and numbers may be changed.
    """

    detectors: tuple[str, ...] = ()


def _of(module: str, summary: str, *detectors: str) -> Study:
    return Study(f"darkpair.studies.{module}:run", summary, detectors=detectors)


def _stranger(study: Any) -> Any:
    """A stranger's study, if it takes the folder that it has to write into."""
    if not callable(study) or "folder" not in inspect.signature(study).parameters:
        raise InputError(
            "it does not take a folder; allowed: a function of folder, a Path, that gives the paths of what it wrote"
        )
    return study


#: Every study by name; the first line of its module says what it is.
STUDIES: Final = Registry(
    "studies",
    {
        "audit": _of(
            "paper.audit",
            "every printed number and every claim of arXiv:2005.07102 beside what its amplitudes give.",
        ),
        "belle2": _of(
            "experiments.belle2",
            "B+ -> K+ X1 X2 at Belle and Belle II: efficiency against q2, escape of X2, limits on G_X.",
            "belle",
            "belle2",
        ),
        "charm": _of(
            "experiments.charm",
            "expected events at CHARM and NuCal against c tau, for each generator of the eta spectrum.",
            "charm",
            "nucal",
        ),
        "table1": _of(
            "paper.table1",
            "which portal with which decay gives K_L events like pi0 nu nubar, by running the models.",
        ),
        "fig1": _of(
            "paper.fig1",
            "the topologies of the three scenarios, drawn from the chain objects that make the events.",
        ),
        "fig2": _of(
            "paper.fig2",
            "reconstructed p_T of X2 -> X1 pi0, X2 -> X1 gamma and X2 -> gamma gamma, prompt and long-lived.",
            "koto",
        ),
        "fig3": _of(
            "paper.fig3",
            "scalars and the Z': KOTO's band and what is excluded, in G_X against m1 and in eps_Z against m_Z'.",
            "koto",
            "charm",
            "nucal",
        ),
        "fig4": _of(
            "paper.fig4",
            "Majorana fermions and the Z', as fig3 for scalars, with KOTO's band of Dirac fermions beside it.",
            "koto",
            "charm",
            "nucal",
        ),
        "fig5": _of(
            "paper.fig5",
            "what a dark branching ratio of X2 does to KOTO's band and to what is excluded.",
            "koto",
            "charm",
            "nucal",
        ),
        "fig6": _of(
            "paper.fig6",
            "reconstructed p_T of K_L -> pi0 nu nubar beside pi0 S and pi0 Y Y with invisible S and Y.",
            "koto",
        ),
        "fig7": _of(
            "paper.fig7",
            "p_T of KOTO's K_L, true at the beam exit and reconstructed from its decays to photons.",
            "koto",
        ),
        "fig8": _of(
            "paper.fig8",
            "signal efficiencies over that of K_L -> pi0 nu nubar, with the third-degree polynomials of the paper.",
            "koto",
        ),
        "fig9": _of(
            "paper.fig9",
            "branching ratios of X2 by the Z', scalars and fermions, with the masses of what it decays to.",
        ),
        "inputs": _of(
            "experiments.inputs",
            "every entry of the data files that was read nowhere, shifted, and what that does to its result.",
        ),
        "koto-band": _of(
            "experiments.koto_band",
            "the coupling that explains three events at (430, 0) MeV, and how each assumption moves it.",
            "koto",
        ),
        "koto-limits": _of(
            "experiments.koto_limits",
            "efficiency of K_L -> pi0 X over pi0 nu nubar against m_X, beside KOTO's published limits.",
            "koto",
        ),
        "koto-shifts": _of(
            "experiments.koto_shifts",
            "what each cut and each input, changed alone, does to KOTO's efficiency and to its ratios.",
        ),
        "koto-statements": _of(
            "experiments.koto_statements",
            "numbers of KOTO's page that no figure has, each with its error.",
            "koto",
        ),
        "koto-upstream": _of(
            "experiments.koto_upstream",
            "what K_L that decay upstream of KOTO's decay volume add to long-lived X2, against c tau.",
            "koto",
        ),
        "relic": _of(
            "paper.relic",
            "couplings to a mediator that make X1 the dark matter, secluded or forbidden, and its lifetime.",
        ),
        "mesons": _of(
            "experiments.mesons",
            "what each generator says of the mesons that protons make on a target, side by side.",
        ),
        "validation": _of(
            "experiments.validation",
            "every published number that the package predicts, beside ours, with errors and a verdict.",
        ),
    },
    word="study",
    adapt=_stranger,
)
