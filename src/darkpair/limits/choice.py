"""Which searches `darkpair limits` asks: those of a set of data, planned ones, strangers' and data files', less what is switched off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models.beside import any_beside
from darkpair.chains.models.channels import isotropic, photon_channels, visible_modes
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.limits.belle2_samples import DISPLACED, with_displaced
from darkpair.limits.channels import Made, Sight, channel_samples
from darkpair.limits.dump_samples import DumpYield
from darkpair.limits.koto_beside import joined, koto_beside
from darkpair.limits.koto_channels import koto_channels
from darkpair.limits.koto_photons import PHOTONS, SELECTION, photon_searches
from darkpair.limits.production import PRODUCTION, WAYS, in_the_way
from darkpair.limits.samples import BOX, DUMPS, samples_at
from darkpair.limits.strangers import require_decays, search_of_stranger, searches_of_files
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import together
from darkpair.searches import DATA, FILES, PAPER, PLANNED, SEARCHES, UNSEEN
from darkpair.searches.beam_dump import MAIN, BeamDump
from darkpair.searches.data_sets import PROJECTED
from darkpair.searches.koto import OF_PION, KotoLimit
from darkpair.searches.search_file import DumpSearch
from darkpair.workers import on_executor

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from darkpair.chains.models.model import Model
    from darkpair.limits.samples import Samples, Size
    from darkpair.searches.koto import KotoChannel
    from darkpair.searches.search import Search

    _Models = Sequence[tuple[Model, Model]]

__all__ = ["PRODUCTION", "SELECTION", "Choice", "choose", "searches_at", "searches_of"]

#: Acceptance of which nothing is known.
_NOTHING: Final = Acceptance(ctau=(), value=(), error=())


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Searches for model points.

    Parameters
    ----------
    data : {"2020", "today", "projected"}
        How KOTO's efficiency is taken, see `searches_at`.
    ours : tuple of str
        Names of `darkpair.searches.SEARCHES`.
    others : mapping of str to Search or DumpSearch
        Strangers' and data files', by name.
    asked : frozenset of str
        Names that were asked for: these have to apply to the model.
    production : str
        Of `darkpair.limits.production.WAYS`.
    """

    data: str
    ours: tuple[str, ...]
    others: Mapping[str, Search | DumpSearch]
    asked: frozenset[str] = frozenset()
    production: str = "ends"

    @property
    def koto(self) -> bool:
        """Whether KOTO's samples are needed."""
        return any(map(_of_pi0, self.ours))

    @property
    def boxes(self) -> tuple[str, ...]:
        """Selections of KOTO, and KOTO II, whose samples are needed."""
        runs = [name.removeprefix("koto-") for name in self.ours if _of_pi0(name)]
        return tuple(dict.fromkeys(BOX.get(run, "2016-18") for run in runs))

    @property
    def behind_targets(self) -> dict[str, DumpSearch]:
        """Searches behind a target by name."""
        of_files = {name: s for name, s in self.others.items() if isinstance(s, DumpSearch)}
        return {name: _of_detector(name) for name in DUMPS if name in self.ours} | of_files

    @property
    def dumps(self) -> list[str]:
        """Experiments behind a target whose samples of eta and X2 -> X1 pi0 are needed."""
        wanted = (s.experiment for s in self.behind_targets.values() if _sight(s).has_main)
        return list(dict.fromkeys(wanted))

    def sampled(self, models: Sequence[Model]) -> tuple[bool, list[str]]:
        """Whether KOTO's samples are needed for these models, and the experiments behind a target of which they are.

        Modes alone say it: samples take seconds to minutes, and none is made for a model that no search could use it for.
        """
        koto, dumps = self.koto and any(map(KotoLimit.serves, models)), self.dumps
        return koto, dumps if dumps and any(map(BeamDump.serves, models)) else []

    def channels(
        self, models: _Models, size: Size, folder: Path | None, *, workers: int = 2
    ) -> list[dict[str, tuple[Made, ...]]]:
        """Channels that the searches behind a target count beside eta and X2 -> X1 pi0, by search, for each model.

        The set of 2020 counts no other, as arXiv:2005.07102. See `darkpair.limits.channels.channel_samples`.
        """
        asked = {} if self.data == "2020" else self.behind_targets
        if not asked:
            return [{} for _ in models]
        make = partial(channel_samples, models=models, size=size, folder=folder, workers=workers)
        made = together([partial(make, _sight(search)) for search in asked.values()], workers=workers)
        return [{name: own[i] for name, own in zip(asked, made, strict=True)} for i in range(len(models))]

    def at_koto(
        self, models: _Models, size: Size, folder: Path | None, *, workers: int = 2
    ) -> list[dict[str, tuple[KotoChannel, ...]]]:
        """Channels that KOTO's searches count beside K_L -> X1 X2, X2 -> X1 pi0, by selection, for each model.

        The set of 2020 counts no other. See `darkpair.limits.koto_channels.koto_channels`.
        """
        boxes = self.boxes if self.data != "2020" else ()
        over, how = [scanned for _, scanned in models if boxes], (models, boxes, size.kaons, folder)
        makers = []
        if any(any(photon_channels(m)) or (KotoLimit.serves(m) and not isotropic(m, OF_PION)) for m in over):
            makers.append(partial(koto_channels, *how, workers=workers))
        if any(map(any_beside, over)):
            makers.append(partial(koto_beside, *how, workers=workers))
        made: list[dict[str, tuple[KotoChannel, ...]]] = [{} for _ in models]
        for part in together(makers, workers=workers) if makers else []:
            made = [joined(*both) for both in zip(made, part, strict=True)]
        return made

    def with_photons(
        self, models: _Models, size: Size, folder: Path | None, *, workers: int = 2
    ) -> list[dict[str, tuple[str, Search]]]:
        """Searches with samples of their own, with what they are, for each model: KOTO's photons, Belle II's displaced decays."""
        photons: Callable[[], list[dict[str, tuple[str, Search]]]] = lambda: [{} for _ in models]
        if names := [name for name in self.ours if name in PHOTONS]:
            photons = partial(photon_searches, names, self.asked, models, size.kaons, folder, workers=workers)
        return with_displaced(photons, models, size, folder, workers) if DISPLACED in self.ours else photons()

    def at(
        self,
        samples: Samples,
        channels: Mapping[str, tuple[Made, ...]] | None = None,
        at_koto: Mapping[str, tuple[KotoChannel, ...]] | None = None,
        seen: tuple[str, ...] = (),
        photons: Mapping[str, tuple[str, Search]] | None = None,
    ) -> dict[str, tuple[str, Search]]:
        """Searches by name, with what they are, at a pair of masses with its samples, and with more channels.

        Parameters
        ----------
        samples : Samples
            Of the masses.
        channels, at_koto, photons : mapping
            Of `channels`, of `at_koto` and of `with_photons` for the model.
        seen : tuple of str
            Modes of the model's X2 that leave anything in a detector.
        """
        behind, more = self.behind_targets, channels or {}
        at_masses: dict[str, tuple[str, Search]] = {}
        for name in self.ours:
            if name in behind:
                at_masses |= _dumps(samples, name, behind[name], more.get(name, ()), seen)
            else:
                at_masses |= searches_at(samples, self.data, names=(name,), at_koto=at_koto or {}, seen=seen)
        for name, search in self.others.items():
            if isinstance(search, DumpSearch):
                at_masses |= _dumps(samples, name, search, more.get(name, ()), seen)
            else:
                at_masses[name] = (search.kind, search)
        at_masses |= dict(photons or {})
        return at_masses if self.production == WAYS[0] else in_the_way(self.production, at_masses, behind)


def choose(
    data: str = "today",
    *,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    files: Sequence[str | Path] = (),
    planned: bool = False,
    production: str = "ends",
) -> Choice:
    """Searches of a set of data, strangers' that belong to it, and those of data files.

    Parameters
    ----------
    data : {"2020", "today", "projected"}
    only, without : sequence of str
        Names of those that are wanted, of whichever set, all unless given; and of those that are not.
    files : sequence of str or path
        See `darkpair.searches.load_search`; a search has the name of its file.
    planned, production
        Whether to ask the package's projections and estimates too, `darkpair.searches.FILES` and `darkpair.searches.PLANNED`; and how a
        dump's production uncertainty counts, of `darkpair.limits.production.WAYS`.

    Raises
    ------
    UnknownNameError, InputError
        For a name that does not exist; a file that is none of a search; a plug-in that cannot be used; names that leave nothing.
    """
    if data not in DATA:
        raise UnknownNameError("set of data", data, DATA)
    planned, measured = planned or data == PROJECTED, "today" if data == PROJECTED else data
    if production not in WAYS:
        raise UnknownNameError("way of the production uncertainty", production, WAYS)
    of_files = searches_of_files(files) if files else {}
    only, without = ([*dict.fromkeys(n.partition(PRODUCTION)[0] for n in names)] for names in (only, without))
    for name in (*only, *without):
        if name not in SEARCHES and name not in of_files:
            raise UnknownNameError("search", name, [*SEARCHES, *of_files])
    others: dict[str, Search | DumpSearch] = {}
    for name in SEARCHES:
        if name not in SEARCHES.ours and name not in without and (name in only or not only):
            made = search_of_stranger(name, asked=name in only)
            if made is not None and (name in only or measured in made.sets):
                others[name] = made
    for name in FILES:
        if name not in without and (name in only or (planned and not only)):
            others[name] = SEARCHES.factory(name)()
    others |= {
        name: search
        for name, search in of_files.items()
        if name not in without and (name in only or not only)
    }
    ours: Sequence[str] = [n for n in only if n in SEARCHES.ours and n not in FILES]
    if not only:
        ours = (*_names(data), *_unseen(data, planned=planned), *(PLANNED if planned else ()))
    choice = Choice(
        data=data,
        ours=tuple(name for name in ours if name not in without),
        others=others,
        asked=frozenset(only) | frozenset(of_files),
        production=production,
    )
    if not choice.ours and not choice.others:
        raise InputError(f"without = {', '.join(without)} leaves no search; leave some")
    return choice


def searches_of(
    choice: Choice,
    models: Sequence[tuple[Model, Model]],
    size: Size,
    folder: Path | None,
    *,
    workers: int = 2,
    executor: Executor | None = None,
) -> list[dict[str, tuple[str, Search]]]:
    """Searches that apply to each model, with their samples: by name, with what they are.

    Parameters
    ----------
    choice, size : Choice, Size
        What is asked, and how large samples are.
    models : sequence of (Model, Model)
        Each at its point, and over all couplings that are asked for.
    folder, workers, executor
        The cache of samples, the number of processes, and what makes the samples instead of them.

    Raises
    ------
    InputError
        For a search that was asked for and has nothing to say of a model.
    """
    points = [point for point, _ in models]
    for name in choice.asked & choice.others.keys() - FILES.keys():
        for point in points:
            require_decays(name, choice.others[name], point)
    masses = [(float(np.asarray(point.m1)), float(np.asarray(point.m2))) for point in points]
    wanted: dict[str, Any] = dict(zip(("koto", "dumps"), choice.sampled(points), strict=True))
    more = (choice.channels, choice.at_koto, choice.with_photons)
    makers: list[Callable[[], Any]] = [
        partial(samples_at, masses, size, folder, workers=workers, boxes=choice.boxes, **wanted)
    ]
    makers += [partial(make, models, size, folder, workers=workers) for make in more]
    sampled = choice.boxes or choice.behind_targets or {*PHOTONS, DISPLACED} & set(choice.ours)
    with nullcontext() if executor is None else on_executor(executor):
        made = together(makers, workers=workers) if sampled else [make() for make in makers]
    every = [
        choice.at(samples, behind, of_koto, visible_modes(point), own)
        for point, samples, behind, of_koto, own in zip(points, *made, strict=True)
    ]
    return [
        {name: entry for name, entry in at_point.items() if entry[1].applies(point)}
        for point, at_point in zip(points, every, strict=True)
    ]


def _of_pi0(name: str) -> bool:
    """Whether a search is one of KOTO's for a pi0 and nothing, which have its samples."""
    return name.startswith("koto-") and name not in PHOTONS


@cache
def _of_detector(experiment: str) -> DumpSearch:
    """The search of a detector's file, with all its own numbers."""
    return DumpSearch(experiment=experiment)


def _sight(search: DumpSearch) -> Sight:
    """What a search behind a target sees."""
    return Sight(experiment=search.experiment, parents=search.with_heavy, selections=search.sight)


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
    koto_only, names
        Whether to leave out everything but KOTO; and names, of ours, those of the set of data unless given.
    at_koto, seen : mapping and tuple, optional
        More channels of KOTO by its selection, and the modes of X2 that leave anything there.
    """
    if names is None:
        names = list(dict.fromkeys([*_names(data), *samples.dumps]))
    at_masses: dict[str, tuple[str, Search]] = {}
    for name in names:
        if name in (*PHOTONS, DISPLACED):
            continue  # (`Choice.with_photons` makes them)
        if _of_pi0(name):
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
            at_masses |= _dumps(samples, name, _of_detector(name), ())
        elif name not in DUMPS:
            search = SEARCHES.factory(name)(**(PAPER.get(name, {}) if data == "2020" else {}))
            at_masses[name] = (search.kind, search)
    return at_masses


def _names(data: str) -> tuple[str, ...]:
    """Names of the searches of ours that a set of data draws, lines and the band included, in their order."""
    of_koto = [name for name in DATA[data] if name.startswith("koto-")]
    others = [name for name in DATA[data] if name not in of_koto]
    return ("koto-three-events", *of_koto, *others, "b-to-k-red-line", "b-to-k-belle2-precision", *DUMPS)


def _unseen(data: str, *, planned: bool) -> tuple[str, ...]:
    """Names of the searches for what is not seen: those of a set of data, and estimates where they are asked for or alone."""
    if data == "2020":
        return ()
    of_files = (name for name, words in UNSEEN.items() if planned or not words.startswith("Estimate"))
    return (*of_files, "k-to-pi-x-na62", "k-to-pi-x-e949")


def _dumps(
    samples: Samples, name: str, search: DumpSearch, made: Sequence[Made], seen: tuple[str, ...] = ()
) -> dict[str, tuple[str, Search]]:
    """A search behind a target: the central one, and both ends of the production uncertainty; none without samples."""
    of_eta = samples.dumps.get(search.experiment, ()) if _sight(search).has_main else ()
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
        alone=bool(of_eta) and all(part.channel != MAIN for part in made),  # (with the model's spin, or here)
        efficiency=search.efficiency,
    )
    of_ends: dict[str, tuple[str, Search]] = {}
    for end in ("central", "low", "high"):
        acceptance = DumpYield(samples=of_eta, end=end) if of_eta else _NOTHING
        excludes = end == "central" and search.kind == "excluded"
        dump = make(acceptance=acceptance, more=tuple(part.at_end(end) for part in made), excludes=excludes)
        of_ends[name if end == "central" else f"{name}{PRODUCTION}{end}"] = (dump.kind, dump)
    return of_ends
