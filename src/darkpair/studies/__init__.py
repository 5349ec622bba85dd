"""Figures and tables: of arXiv:2005.07102 in `paper`, of what experiments publish and plan in `experiments`; each declared here.

Strangers' are entry points of the group ``darkpair.studies``: a function of a ``folder`` that gives the paths of what it wrote.
Whatever else it takes are its options, by their annotations; ``inputs``, ``quick``, ``data``, ``convention`` and ``cache`` are those
of the command line, others are given by ``--set``.
"""

from __future__ import annotations

import inspect
from typing import Any, Final

from darkpair.gen.errors import InputError
from darkpair.gen.registry import Registry
from darkpair.studies.study import Sizes, Study

__all__ = ["STUDIES", "Study"]


def _of(name: str, module: str, title: str, **more: Any) -> Study:
    return Study(f"darkpair.studies.{module}:study", title, name=name, **more)


def _stranger(study: Any) -> Any:
    """A stranger's study, if it takes the folder that it has to write into."""
    if not callable(study) or "folder" not in inspect.signature(study).parameters:
        raise InputError(
            "it does not take a folder; allowed: a function of folder, a Path, that gives the paths of what it wrote"
        )
    return study


#: Ours, as they are declared: title, options, numbers of events, seed, data files.
_OURS: Final = (
    _of("audit", "paper.audit", "every printed number and every claim of arXiv:2005.07102 beside what its amplitudes give.",
        uses=("inputs",)),
    _of("belle2", "experiments.belle2", "B+ -> K+ X1 X2 at Belle and Belle II: efficiency against q2, escape of X2, limits on G_X.",
        sizes=Sizes(full=500_000, quick=50_000, of="for each model and experiment"), seed=5000, uses=("inputs",),
        detectors=("belle", "belle2")),
    _of("belle2-displaced", "experiments.belle2_displaced",
        "acceptance of Belle II for a displaced X2 of B+ -> K+ X1 X2 against c tau, and the branching ratio it could reach.",
        sizes=Sizes(full=400_000, quick=30_000, of="of each sample"), seed=5750, uses=("cache",), detectors=("belle2",)),
    _of("charm", "experiments.charm", "expected events at CHARM and NuCal against c tau, for each generator of the eta spectrum.",
        sizes=Sizes(full=100_000, quick=20_000, of="eta of each point"), seed=4805, uses=("inputs",),
        quick="one generator but at four c tau, a point a decade", detectors=("charm", "nucal"), drawn_from=("rows",)),
    _of("dark-photon", "experiments.dark_photon_edges", "couplings of a dark photon that CHARM and NuCal exclude, beside published edges.",
        sizes=Sizes(full=100_000, quick=30_000, of="pi0 and eta for each edge"), seed=8300, quick="one mass and one spectrum",
        detectors=("charm", "nucal"), drawn_from=("rows",)),
    _of("inelastic", "experiments.inelastic_edges", "smallest coupling of inelastic dark matter that CHARM excludes, beside the published edge, factor by factor.",
        sizes=Sizes(full=100_000, quick=20_000, of="pi0 and eta for each mass"), seed=8400, quick="one mass, without the search's own selection",
        detectors=("charm",)),
    _of("edges", "experiments.edges", "by how much spectra, numbers, tails, samples and inputs move the couplings that each search excludes.",
        uses=("cache",), quick="small samples", detectors=("koto", "charm", "nucal"), drawn_from=("rows",)),
    _of("table1", "paper.table1", "which portal with which decay gives K_L events like pi0 nu nubar, by running the models.",
        uses=("inputs",)),
    _of("fig1", "paper.fig1", "the topologies of the three scenarios, drawn from the chain objects that make the events."),
    _of("fig2", "paper.fig2", "reconstructed p_T of X2 -> X1 pi0, X2 -> X1 gamma and X2 -> gamma gamma, prompt and long-lived.",
        sizes=Sizes(full=3_000_000, quick=500_000, of="for each curve"), seed=4200, detectors=("koto",)),
    _of("fig3", "paper.fig3", "scalars and the Z': KOTO's band and what is excluded, in G_X against m1 and in eps_Z against m_Z'.",
        uses=("inputs", "data", "cache"), quick="fewer points, a sixth of the K_L, one generator of the eta spectrum",
        detectors=("koto", "charm", "nucal")),
    _of("fig4", "paper.fig4", "Majorana fermions and the Z', as fig3 for scalars, with KOTO's band of Dirac fermions beside it.",
        uses=("inputs", "data", "convention", "cache"), quick="as fig3, whose samples serve here", detectors=("koto", "charm", "nucal")),
    _of("fig5", "paper.fig5", "what a dark branching ratio of X2 does to KOTO's band and to what is excluded.",
        uses=("inputs", "data", "convention", "cache"), quick="fewer points, a sixth of the K_L, one generator of the eta spectrum",
        detectors=("koto", "charm", "nucal")),
    _of("future", "paper.future",
        "which c tau of X2 beam dumps exclude, or would: what arXiv:2005.07102 says of future experiments, as numbers.",
        uses=("inputs", "cache"), quick="a sixth of the K_L, one generator of the eta spectrum", detectors=("charm", "nucal"), drawn_from=("rows",)),
    _of("fig6", "paper.fig6", "reconstructed p_T of K_L -> pi0 nu nubar beside pi0 S and pi0 Y Y with invisible S and Y.",
        sizes=Sizes(full=3_000_000, quick=500_000, of="for each curve"), seed=4600, detectors=("koto",)),
    _of("fig7", "paper.fig7", "p_T of KOTO's K_L, true at the beam exit and reconstructed from its decays to photons.",
        sizes=Sizes(full=3_000_000, quick=300_000, of="for each curve, twice as many for 3 pi0; at most a million K_L at the beam exit"),
        seed=4700, detectors=("koto",)),
    _of("fig8", "paper.fig8", "signal efficiencies over that of K_L -> pi0 nu nubar, with the third-degree polynomials of the paper.",
        sizes=Sizes(full=1_500_000, quick=100_000, of="for each point, four times as many for the denominators"), seed=4800,
        detectors=("koto",), drawn_from=("rows", "fits")),
    _of("fig9", "paper.fig9", "branching ratios of X2 by the Z', scalars and fermions, with the masses of what it decays to.",
        uses=("inputs",), quick="a fifth of the masses"),
    _of("inputs", "experiments.inputs", "every entry of the data files that was read nowhere, shifted, and what that does to its result.",
        sizes=Sizes(full=393_216, quick=32_768, of="of each simulated result, in whole blocks of 16384"), seed=120_000, drawn_from=("rows",)),
    _of("koto-band", "experiments.koto_band", "the coupling that explains three events at (430, 0) MeV, and how each assumption moves it.",
        sizes=Sizes(full=5_000_000, quick=1_000_000, of="of the sample"), uses=("inputs",), detectors=("koto",), drawn_from=("rows",)),
    _of("koto-ii", "experiments.koto_ii", "factors of KOTO II's single-event sensitivity beside the published ones, and what it could exclude against c tau.",
        sizes=Sizes(full=1_000_000, quick=100_000, of="of each sample, four times as many for the denominators"), seed=5500),
    _of("koto-limits", "experiments.koto_limits", "efficiency of K_L -> pi0 X over pi0 nu nubar against m_X, beside KOTO's published limits.",
        sizes=Sizes(full=3_000_000, quick=300_000, of="for each mass, four times as many for the denominator"), seed=4100,
        detectors=("koto",), drawn_from=("rows",)),
    _of("koto-photons", "experiments.koto_photons", "KOTO's efficiency for four photons of pairs against their mass and c tau, and for one photon.",
        sizes=Sizes(full=1_000_000, quick=60_000, of="for each mass"), seed=5700, uses=("cache",), detectors=("koto",), drawn_from=("rows", "lifetimes")),
    _of("koto-shifts", "experiments.koto_shifts", "what each cut and each input, changed alone, does to KOTO's efficiency and to its ratios.",
        sizes=Sizes(full=1_000_000, quick=100_000, of="for each decay and each change"), seed=20150, drawn_from=("rows",)),
    _of("koto-statements", "experiments.koto_statements", "numbers of KOTO's page that no figure has, each with its error.",
        sizes=Sizes(full=1_500_000, quick=100_000, of="of each sample"), seed=4400, detectors=("koto",)),
    _of("koto-upstream", "experiments.koto_upstream", "what K_L that decay upstream of KOTO's decay volume add to long-lived X2, against c tau.",
        sizes=Sizes(full=3_000_000, quick=300_000, of="for each pair of masses"), seed=5300, detectors=("koto",), drawn_from=("rows",)),
    _of("relic", "paper.relic", "couplings to a mediator that make X1 the dark matter, secluded or forbidden, and its lifetime.",
        uses=("inputs",), quick="fewer masses"),
    _of("mesons", "experiments.mesons", "what each generator says of the mesons that protons make on a target, side by side."),
    _of("validation", "experiments.validation", "every published number that the package predicts, beside ours, with errors and a verdict.",
        uses=("inputs",), quick="a tenth of the events", drawn_from=("rows",)),
)  # fmt: skip

#: Every study by name.
STUDIES: Final = Registry("studies", {study.name: study for study in _OURS}, word="study", adapt=_stranger)
