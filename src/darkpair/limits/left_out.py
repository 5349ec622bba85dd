"""Productions of X2 that a search's source makes and the search does not count, each with its reason: one list."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

__all__ = ["LEFT_OUT", "SOURCES", "LeftOut", "left_out", "made_by"]

_DUMPS: Final = ("charm", "nucal", "ship", "dune-nd", "faser2", "na62-dump", "darkquest", "bebc", "sbnd")
_PI0_AT_KOTO: Final = ("koto-2*", "koto-three-events", "koto-ii")
_K: Final = ("b-to-k-belle*", "b-to-k-red-line*")

#: What the source of each search makes: names of searches, with a star for any ending, and parents of X2.
SOURCES: Final[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = (
    (("koto-*", "kl-to-pi0-koto"), ("K_L0",)),
    (("belle2-displaced",), ("B+", "B0")),
    (_DUMPS, ("eta", "eta'", "pi0", "K_L0", "K_S0", "K+", "B+", "B0")),
    ((*_K, "b-to-kstar-belle", "b-to-pi-belle"), ("B+",)),
    (("b0-*",), ("B0",)),
    (("k-to-pi-*",), ("K+",)),
    (("pi0-invisible",), ("pi0",)),
    (("eta-invisible",), ("eta",)),
    (("h-invisible", "higgs-*"), ("h",)),
    (("atomic-parity-*", "neutrino-electron"), ()),
)


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Productions that searches do not count.

    Parameters
    ----------
    searches, parents, productions : tuple of str
        Their names, with a star for anything; a star of a particle's name stands in brackets.
    reason : str
        Why, in words.
    """

    searches: tuple[str, ...]
    parents: tuple[str, ...]
    productions: tuple[str, ...]
    reason: str

    def covers(self, search: str, parent: str, production: str) -> bool:
        """Whether that production of a search is among them.

        Parameters
        ----------
        search, parent, production : str
            Names as `darkpair list searches` and ``model.modes()`` have them.
        """
        asked = (self.searches, search), (self.parents, parent), (self.productions, production)
        return all(any(fnmatchcase(name, own) for own in patterns) for patterns, name in asked)


#: The list.
LEFT_OUT: Final = (
    LeftOut(
        searches=("nucal", "dune-nd", "darkquest", "sbnd"),
        parents=("B+", "B0"),
        productions=("*",),
        reason="protons of 120 GeV and less hardly make B mesons, or none: twice a B and the protons are 12.4 GeV",
    ),
    LeftOut(
        searches=("bebc",),
        parents=("B+", "B0"),
        productions=("*",),
        reason="its pairs are to have less transverse mass than a charmed meson, which cuts nothing of an eta and is not asked",
    ),
    LeftOut(
        searches=("faser2",),
        parents=("B+", "B0"),
        productions=("*",),
        reason="B mesons of colliding beams: nothing here has their spectrum",
    ),
    LeftOut(
        searches=("belle2-displaced",),
        parents=("B0",),
        productions=("X1 X2", "X2 X2", "X2 X1", "pi0 *"),
        reason="a track beside X2 is asked for: without one nothing says where the B decayed",
    ),
    LeftOut(
        searches=("faser2", "sbnd"),
        parents=("K_L0", "K_S0", "K+"),
        productions=("*",),
        reason="kaons of a target of which nothing says what stops them before they decay",
    ),
    LeftOut(
        searches=("sbnd",),
        parents=("eta", "eta'"),
        productions=("*",),
        reason="nothing here has eta of protons of 8 GeV",
    ),
    LeftOut(
        searches=_PI0_AT_KOTO,
        parents=("K_L0",),
        productions=("gamma X2", "pi0 pi0 *", "pi0 gamma *", "*+ *", "*- *"),
        reason="more than two photons, or charged particles, are vetoed; gamma and one scalar is no decay",
    ),
    LeftOut(
        searches=("koto-four-photons",),
        parents=("K_L0",),
        productions=("X1 X2", "pi0 *", "gamma *", "*+ *", "*- *"),
        reason="its two pairs of photons have one mass, that of X2 outside of the pi0's: two X2 alone make them",
    ),
    LeftOut(
        searches=("koto-gamma-x",),
        parents=("K_L0",),
        productions=("pi0 *", "*+ *", "*- *"),
        reason="the pi0 has two photons, and one that is missed is vetoed as anything charged is",
    ),
    LeftOut(
        searches=("kl-to-pi0-koto",),
        parents=("K_L0",),
        productions=("X1 X2", "X2 X2", "pi0 X2", "pi0 pi0 *", "gamma *", "*+ *", "*- *"),
        reason="a pi0 that is made with a pair, and nothing else; koto-2021 has the others",
    ),
    LeftOut(
        searches=(*_K,),
        parents=("B+",),
        productions=("pi+ *", "K[*]+ *", "K+ X2"),
        reason="a K+ and a pair are asked for: one X, a peak, is for a likelihood, and the other mesons have searches of their own",
    ),
    LeftOut(
        searches=("b-to-kstar-belle",),
        parents=("B+",),
        productions=("pi+ *", "K+ *"),
        reason="a K*+ and nothing else is asked for; the other mesons have searches of their own",
    ),
    LeftOut(
        searches=("b-to-pi-belle",),
        parents=("B+",),
        productions=("K+ *", "K[*]+ *"),
        reason="a pi+ and nothing else is asked for; the other mesons have searches of their own",
    ),
    LeftOut(
        searches=("b0-to-k0-belle",),
        parents=("B0",),
        productions=("X1 X2", "X2 X2", "pi0 *", "K[*]0 *"),
        reason="a K0 and nothing else is asked for; the other decays have searches of their own",
    ),
    LeftOut(
        searches=("b0-to-kstar0-belle",),
        parents=("B0",),
        productions=("X1 X2", "X2 X2", "pi0 *", "K0 *"),
        reason="a K*0 and nothing else is asked for; the other decays have searches of their own",
    ),
    LeftOut(
        searches=("b0-to-pi0-belle",),
        parents=("B0",),
        productions=("X1 X2", "X2 X2", "K0 *", "K[*]0 *"),
        reason="a pi0 and nothing else is asked for; the other decays have searches of their own",
    ),
    LeftOut(
        searches=("b0-invisible",),
        parents=("B0",),
        productions=("K0 *", "K[*]0 *", "pi0 *"),
        reason="nothing may be seen, and a meson is",
    ),
    LeftOut(
        searches=("k-to-pi-na62", "k-to-pi-e949"),
        parents=("K+",),
        productions=("pi+ X2",),
        reason="two bodies: a peak in the missing mass, k-to-pi-x-na62 and a table of limits have it",
    ),
    LeftOut(
        searches=("k-to-pi-x-*",),
        parents=("K+",),
        productions=("pi+ X1 X2", "pi+ X2 X2"),
        reason="one X of a sharp mass; pairs are those of k-to-pi-na62 and k-to-pi-e949",
    ),
    LeftOut(
        searches=("pi0-invisible", "eta-invisible"),
        parents=("pi0", "eta"),
        productions=("gamma *", "pi0 *", "*+ *", "*- *"),
        reason="nothing may be seen, and a photon, a pi0 or what is charged is",
    ),
    LeftOut(
        searches=("higgs-*",),
        parents=("h",),
        productions=("*",),
        reason="widths into Z' and not into X2; h-invisible has dark pairs",
    ),
)


def made_by(search: str) -> tuple[str, ...]:
    """Parents of X2 that a search's source makes; none of a search without a source, or of somebody else's.

    Parameters
    ----------
    search : str
        Its name.
    """
    return next(
        (parents for names, parents in SOURCES if any(fnmatchcase(search, name) for name in names)), ()
    )


def left_out(search: str, parent: str, production: str) -> str | None:
    """Why a search does not count a production that its source makes; None where it does.

    Parameters
    ----------
    search, parent, production : str
        Names as `darkpair list searches` and ``model.modes()`` have them: "koto-gamma-x", "K_L0", "pi0 X1 X2".
    """
    return next((entry.reason for entry in LEFT_OUT if entry.covers(search, parent, production)), None)
