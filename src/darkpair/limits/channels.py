"""Acceptances of beam dumps for every channel of a model against c tau: one aimed scan sample for each, for every coupling."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from darkpair.chains.models.channels import channels_of, isotropic
from darkpair.chains.models.model import NotDerivedError
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.detectors.target_mesons import FLYING, RARE, absorbed, mesons_at
from darkpair.gen.identity import identity_digest
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import ScanInside
from darkpair.gen.particles import spoken
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.reweighting import weights_at
from darkpair.gen.sources.bottom import BOTTOM
from darkpair.gen.sources.meson_spectra import EDGE_MOST
from darkpair.limits.dump_samples import CTAU, DumpYield, EtaSample, counted_parents
from darkpair.limits.tails import Places
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import scan, together
from darkpair.searches.beam_dump import MAIN, ChannelYield

if TYPE_CHECKING:
    from darkpair.chains.chain import Chain
    from darkpair.chains.models.channels import Channel
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.gen.lifetime import Lifetime
    from darkpair.gen.sources.dump_mesons import DumpMesons
    from darkpair.limits.samples import Size

__all__ = [
    "FEWER",
    "LARGE",
    "LEAST",
    "LEAST_OF_BOTTOM",
    "MORE",
    "ChannelAgainstCtau",
    "Made",
    "Sight",
    "channel_samples",
    "seed_of",
]

#: Share of all that is seen of a parent, below which a channel is left out.
LEAST: Final = 1e-3

#: Share from which on a channel has samples as large as the main one's, and how many fewer events the others have.
LARGE: Final = 0.1
FEWER: Final = 4

#: The same least share of a B meson, whose decays are many and its share of X2 small, and how many more events its large channels have.
LEAST_OF_BOTTOM: Final = 1e-2

#: Least pilot of B mesons, whose X2 fly so widely that a smaller one meets no far window.
_CELLS_OF_BOTTOM: Final = (16, 12, 8)
_THROWS_OF_BOTTOM: Final = 8
MORE: Final = 2

#: Effective accepted events from which on an acceptance is stated: the sum of all channels has to be known better.
_FEW: Final = 10.0

#: Standard errors above what few events gave that bound what is not known.
_ABOVE: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class ChannelAgainstCtau:
    """Acceptances of a beam dump for one channel, with the spectrum of each generator, from one sample.

    For `darkpair.scan.scan`: points are {"parent": name of the meson, "chain": its `Chain`, "events": its digest}.

    Parameters
    ----------
    experiment : str
        Name of its data file, or a file of the user's.
    selection : str
        Of the detector.
    spectra : tuple of str
        Generators of the mesons' spectra; the sample is made with the first, and weighted to the others.
    events : int
        Generated mesons, aimed at what the selection accepts.
    cells, throws : tuple of int
        Of the pilot, see `darkpair.gen.importance.aim`.
    seed : int
        Of its random numbers, together with the chain: channels that are added are independent.
    resolution : {"data", "none"}
        Of the detector, see `darkpair.limits.dump_samples.DumpAgainstCtau`.
    """

    experiment: str
    selection: str
    spectra: tuple[str, ...]
    events: int
    cells: tuple[int, int, int] = (40, 32, 24)
    throws: tuple[int, ...] = (8, 8)
    seed: int = 5300
    resolution: Literal["data", "none"] = "none"

    @property
    def detector(self) -> FixedTarget:
        """The experiment."""
        return FixedTarget(experiment=self.experiment, selection=self.selection, resolution=self.resolution)

    @property
    def law(self) -> ScanInside:
        """Decays in the experiment's volume, for any lifetime."""
        return ScanInside(region=self.detector.region, shortest=CTAU[0], longest=CTAU[-1])

    def law_of(self, parent: str) -> ScanInside:
        """The same of a parent: what a kaon or a B makes beside X2 is never seen, and nothing else counts."""
        return replace(self.law, needs=self.detector.needs) if parent in RARE else self.law

    def source(self, parent: str, generator: str) -> DumpMesons:
        """Mesons of a generator."""
        return mesons_at(self.experiment, parent, generator)

    def sample(self, parent: str, chain: Chain) -> tuple[ScanSample, Places]:
        """The sample for every c tau, and where its mesons lie in the spectrum."""
        law, detector, seed = self.law_of(parent), self.detector, seed_of(self.seed, chain)
        lifetimes: dict[str, Lifetime] = {**spoken({"X2": law}, chain.decay.decaying)}
        if (before := absorbed(self.experiment, parent)) is not None:
            lifetimes[parent] = before
        made = replace(chain, lifetimes=lifetimes)
        source = self.source(parent, self.spectra[0])
        aimed = aim(
            source,
            made,
            seed=seed,
            detector=detector,
            cells=self.cells,
            throws=self.throws,
            weights=partial(weights_at, law=law, ctau=law.grid),
        )
        places = Places(source=source)
        pipeline = Pipeline(source=aimed, chain=made, detector=detector, seed=seed)
        return ScanSample.of(places.of(chunks(pipeline, self.events)), law=law), places

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """For each spectrum the acceptances and errors at each c tau [mm] that the sample can tell, and ``most`` elsewhere."""
        parent = point["parent"]
        sample, places = self.sample(parent, point["chain"])
        tables = {self.spectra[0]: _table(sample, places.tail)}
        if not len(sample.weight):  # (nothing tells the spectra apart)
            return dict.fromkeys(self.spectra, tables[self.spectra[0]])
        edge = places.ends_beside()
        for name in self.spectra[1:]:
            other = self.source(parent, name)
            weight = sample.weight * places.ratio(other)
            if float(np.sum(weight * edge)) <= EDGE_MOST * float(np.sum(weight)):
                weighted = replace(sample, weight=weight, largest=None)
                tables[name] = _table(weighted, partial(places.tail, other=other))
        return tables


def seed_of(seed: int, chain: Chain) -> int:
    """Seed of a chain's own sample: those of other chains are independent of it.

    Parameters
    ----------
    seed : int
        Of all of them.
    chain : Chain
        The chain, whose events decide.
    """
    return seed + int(identity_digest(chain)[:12], 16)


def _table(sample: ScanSample, tail: Callable[[ScanSample, float], float] = lambda *_: 0.0) -> dict[str, Any]:
    """Rows of a sample at the c tau of which it can tell, with its spectrum's own error, and a bound on the others."""
    rows, most = [], 0.0
    for ctau in CTAU:
        accepted = sample.efficiency(ctau, effective_min=0.0)
        if accepted.effective >= _FEW and accepted.error is not None:
            rows.append((ctau, accepted.value, accepted.error, tail(sample, ctau)))
        else:
            few = None if accepted.error is None else accepted.value + _ABOVE * accepted.error
            most = max(most, accepted.high if few is None else few)
    columns = ("ctau", "efficiency", "error", "tail")
    return {name: [row[i] for row in rows] for i, name in enumerate(columns)} | {"most": min(most, 1.0)}


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a search behind a target sees.

    Parameters
    ----------
    experiment : str
        Name of the detector's data file, or a file of the user's.
    parents : tuple of str
        Mesons that count.
    selections : tuple of (str, tuple of str)
        Selections of the detector, and the modes of X2 that each sees.
    """

    experiment: str
    parents: tuple[str, ...]
    selections: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def seen(self) -> tuple[str, ...]:
        """Modes of X2 that it sees."""
        return tuple(mode for _, modes in self.selections for mode in modes)

    @property
    def has_main(self) -> bool:
        """Whether the samples of eta and X2 -> X1 pi0 are what it sees of that channel."""
        first = FixedTarget(experiment=self.experiment, resolution="none").selection
        seen = any(name == first and MAIN.modes[0] in modes for name, modes in self.selections)
        return seen and MAIN.parent in self.parents

    def selection(self, channel: Channel) -> str:
        """Selection of a channel: the first that sees one of its modes; what another sees of a pair is lost, too few events."""
        return next(name for name, modes in self.selections if set(modes) & set(channel.modes))


@dataclass(frozen=True, kw_only=True)
class Made:
    """A channel of a model with its samples.

    Parameters
    ----------
    channel : Channel
        Production and decays.
    selection : str
        Of the detector.
    samples : tuple of EtaSample
        One for each generator that has the meson, the central one first; none where nobody knows its angles.
    daughters : float
        Branching ratio of what the samples have beyond X2 [1].
    """

    channel: Channel
    selection: str
    samples: tuple[EtaSample, ...]
    daughters: float = 1.0

    def at_end(self, end: str) -> ChannelYield:
        """The channel at an end of the production uncertainty, or in the middle."""
        acceptance = DumpYield(samples=self.samples, end=end, every=False) if self.samples else None
        return ChannelYield(
            channel=self.channel, acceptance=acceptance, daughters=self.daughters, selection=self.selection
        )


def channel_samples(
    sight: Sight,
    models: Sequence[tuple[Model, Model]],
    size: Size,
    folder: Path | None,
    *,
    workers: int = 2,
) -> list[tuple[Made, ...]]:
    """Channels of each model, but the one of eta and X2 -> X1 pi0 where its samples count, with their samples.

    Parameters
    ----------
    sight : Sight
        What the search sees.
    models : sequence of (Model, Model)
        Each at its point, and over all couplings that are asked for: a channel counts that has a thousandth of all
        that the search sees of its parent, at any of them.
    size : Size
        Of the samples: its mesons for a channel with more than a tenth of that, a quarter for others and for kaons; of B mesons twice
        as many, and as many for those with more than a hundredth, which count alone.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    """
    wanted: dict[ChannelAgainstCtau, list[tuple[int, Channel, Mapping[str, Any]]]] = {}
    made: list[list[Made]] = [[] for _ in models]
    for number, (point, over) in enumerate(models):
        counted = counted_parents(sight.experiment, sight.parents, over, size.generators)
        for channel, share in channels_of(over, counted, sight.seen).items():
            if np.max(share) < _least(channel) or (
                channel == MAIN and sight.has_main and isotropic(over, channel)
            ):
                continue
            try:
                chain = channel.chain(point, absorbed=True)
            except NotDerivedError:
                made[number].append(Made(channel=channel, selection=sight.selection(channel), samples=()))
                continue
            group = _group(sight, channel, size, _events(size, channel, share))
            wanted.setdefault(group, []).append((number, channel, _point(sight, channel, chain)))
    of_groups = together(
        [
            partial(scan, evaluate, [point for _, _, point in parts], folder=folder, workers=workers)
            for evaluate, parts in wanted.items()
        ],
        workers=workers,
    )
    for (evaluate, parts), tables in zip(wanted.items(), of_groups, strict=True):
        for (number, channel, at), table in zip(parts, tables, strict=True):
            made[number].append(_made(evaluate, channel, at, table))
    return [tuple(parts) for parts in made]


def _least(channel: Channel) -> float:
    """Share of all that is seen of its parent, below which a channel is left out."""
    return LEAST_OF_BOTTOM if channel.parent in BOTTOM else LEAST


def _events(size: Size, channel: Channel, share: Array) -> int:
    """Mesons of a channel's sample: many of B mesons, whose X2 fly so widely that few meet a far window."""
    large = bool(np.max(share) > LARGE)
    if channel.parent in BOTTOM:
        return size.etas * (MORE if large else 1)
    return size.etas if large and channel.parent not in FLYING else size.etas // FEWER


def _group(sight: Sight, channel: Channel, size: Size, events: int) -> ChannelAgainstCtau:
    """What makes a channel's samples."""
    least, most = ((1, 1, 1), 1) if channel.parent not in BOTTOM else (_CELLS_OF_BOTTOM, _THROWS_OF_BOTTOM)
    x, y, z = (max(own, other) for own, other in zip(size.cells, least, strict=True))
    return ChannelAgainstCtau(
        experiment=sight.experiment,
        selection=sight.selection(channel),
        spectra=tuple(size.generators(sight.experiment, channel.parent)),
        events=events,
        cells=(x, y, z),
        throws=size.throws if max(size.throws) >= most else (most,),
    )


def _point(sight: Sight, channel: Channel, chain: Chain) -> dict[str, Any]:
    """Point of a channel's samples: what is kept goes with the chain's events, and with the content of a user's file."""
    own: dict[str, Any] = {}
    if sight.experiment.endswith(".toml"):
        own["file"] = hashlib.sha256(Path(sight.experiment).read_bytes()).hexdigest()
    return {"parent": channel.parent, "chain": chain, "events": identity_digest(chain), **own}


def _made(
    evaluate: ChannelAgainstCtau, channel: Channel, point: Mapping[str, Any], tables: Mapping[str, Any]
) -> Made:
    samples = []
    for generator, table in tables.items():
        number = evaluate.source(channel.parent, generator).table
        samples.append(
            EtaSample(
                generator=generator,
                multiplicity=number.multiplicity,
                multiplicity_error=number.multiplicity_error,
                acceptance=Acceptance.of(table),
                most=table["most"],
                tail=tuple(table["tail"]),
            )
        )
    chain: Chain = point["chain"]
    return Made(
        channel=channel,
        selection=evaluate.selection,
        samples=tuple(samples),
        daughters=chain.generated_branching_ratio,
    )
