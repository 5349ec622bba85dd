"""Searches with the samples of a pair of masses, and the names of those that a set of data has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from darkpair.limits.belle2_samples import DISPLACED
from darkpair.limits.channels import Made, Sight
from darkpair.limits.dump_samples import DumpYield
from darkpair.limits.koto_photons import PHOTONS
from darkpair.limits.production import PRODUCTION
from darkpair.limits.samples import BOX, DUMPS
from darkpair.scan.acceptance import Acceptance
from darkpair.searches import DATA, PAPER, PLANNED, SEARCHES, UNSEEN
from darkpair.searches.beam_dump import MAIN, BeamDump
from darkpair.searches.search_file import DumpSearch

if TYPE_CHECKING:
    from darkpair.limits.samples import Samples
    from darkpair.searches.koto import KotoChannel
    from darkpair.searches.search import Search

__all__ = [
    "dump_searches",
    "names_of_set",
    "of_detector",
    "of_pi0",
    "searches_at",
    "sight_of",
    "unseen_names",
]

#: Acceptance of which nothing is known.
_NOTHING: Final = Acceptance(ctau=(), value=(), error=())


def of_pi0(name: str) -> bool:
    """Whether a search is one of KOTO's for a pi0 and nothing, which have its samples.

    Parameters
    ----------
    name : str
        Of the search.
    """
    return name.startswith("koto-") and name not in PHOTONS


@cache
def of_detector(experiment: str) -> DumpSearch:
    """The search of a detector's file, with all its own numbers.

    Parameters
    ----------
    experiment : str
        Name of the file.
    """
    return DumpSearch(experiment=experiment)


def sight_of(search: DumpSearch) -> Sight:
    """What a search behind a target sees.

    Parameters
    ----------
    search : DumpSearch
        Its data.
    """
    return Sight(experiment=search.experiment, parents=search.every_parent, selections=search.sight)


def searches_at(
    samples: Samples,
    data: str,
    *,
    koto_only: bool = False,
    names: Sequence[str] | None = None,
    at_koto: Mapping[str, tuple[KotoChannel, ...]] | None = None,
    seen: tuple[str, ...] = (),
) -> dict[str, tuple[str, Search]]:
    """Searches by name, with what they are: a band, an exclusion or a line.

    Parameters
    ----------
    samples : Samples
        Of a pair of masses. KOTO's searches are left out where it has none of KOTO.
    data : {"2020", "today", "projected"}
        "2020" takes KOTO's efficiency of prompt decays and the decay probability of arXiv:2005.07102, eq. 66.
    koto_only : bool
        Whether to leave out everything but KOTO.
    names : sequence of str, optional
        Of `darkpair.searches.SEARCHES`, of ours; those of the set of data unless given.
    at_koto, seen : mapping and tuple, optional
        More channels of KOTO by its selection, and the modes of X2 that leave anything there.
    """
    if names is None:
        names = list(dict.fromkeys([*names_of_set(data), *samples.dumps]))
    at_masses: dict[str, tuple[str, Search]] = {}
    for name in names:
        if name in (*PHOTONS, DISPLACED):
            continue  # (`Choice.with_photons` makes them)
        if of_pi0(name):
            box = BOX.get(name.removeprefix("koto-"), "2016-18")
            more = (at_koto or {}).get(box, ())
            if samples.koto or more:
                ratio = samples.koto.get(box, _NOTHING)
                paper = data == "2020" and name not in PLANNED  # (whose estimate is of KOTO's size)
                decay = "estimate" if paper else "included"
                of_koto = SEARCHES.factory(name)(efficiency_ratio=ratio, decay=decay, more=more, seen=seen)
                at_masses[name] = (of_koto.kind, of_koto)
        elif koto_only:
            continue
        elif name in samples.dumps:
            at_masses |= dump_searches(samples, name, of_detector(name), ())
        elif name not in DUMPS:
            search = SEARCHES.factory(name)(**(PAPER.get(name, {}) if data == "2020" else {}))
            at_masses[name] = (search.kind, search)
    return at_masses


def names_of_set(data: str) -> tuple[str, ...]:
    """Names of the searches of ours that a set of data draws, lines and the band included, in their order.

    Parameters
    ----------
    data : {"2020", "today", "projected"}
        The set.
    """
    of_koto = [name for name in DATA[data] if name.startswith("koto-")]
    others = [name for name in DATA[data] if name not in of_koto]
    return ("koto-three-events", *of_koto, *others, "b-to-k-red-line", "b-to-k-belle2-precision", *DUMPS)


def unseen_names(data: str, *, planned: bool) -> tuple[str, ...]:
    """Names of the searches for what is not seen: those of a set of data, and estimates where they are asked for or alone.

    Parameters
    ----------
    data : {"2020", "today", "projected"}
        The set.
    planned : bool
        Whether estimates are asked for.
    """
    if data == "2020":
        return ()
    of_files = (name for name, words in UNSEEN.items() if planned or not words.startswith("Estimate"))
    return (*of_files, "k-to-pi-x-na62", "k-to-pi-x-e949")


def dump_searches(
    samples: Samples, name: str, search: DumpSearch, made: Sequence[Made], seen: tuple[str, ...] = ()
) -> dict[str, tuple[str, Search]]:
    """A search behind a target: the central one, and both ends of the production uncertainty; none without samples.

    Parameters
    ----------
    samples : Samples
        Of a pair of masses.
    name : str
        What it is called.
    search : DumpSearch
        Its data.
    made : sequence of Made
        Channels beside eta and X2 -> X1 pi0.
    seen : tuple of str
        Modes of X2 that leave anything in a detector.
    """
    of_eta = samples.dumps.get(search.experiment, ()) if sight_of(search).has_main else ()
    if not of_eta and not made:
        return {}
    make = partial(
        BeamDump,
        experiment=search.experiment,
        multiplicity=1.0,
        daughters=samples.daughters,
        protons=search.protons,
        signal_limit=search.stated_limit,
        seen=seen,
        alone=bool(of_eta)
        and all(part.channel != MAIN for part in made),  # (there with the model's spin, or here)
        efficiency=search.efficiency,
    )
    of_ends: dict[str, tuple[str, Search]] = {}
    for end in ("central", "low", "high"):
        acceptance = DumpYield(samples=of_eta, end=end) if of_eta else _NOTHING
        excludes = end == "central" and search.kind == "excluded"
        dump = make(acceptance=acceptance, more=tuple(part.at_end(end) for part in made), excludes=excludes)
        of_ends[name if end == "central" else f"{name}{PRODUCTION}{end}"] = (dump.kind, dump)
    return of_ends
