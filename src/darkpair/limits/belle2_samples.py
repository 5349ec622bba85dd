"""Belle II's acceptance of displaced X2 for every channel of a model against c tau: one scan sample for each, for every coupling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.chains.models.channels import Channel, channels_of, shares_of, visible_modes
from darkpair.chains.models.decays import K_SHORT_DECAY, PI0_DECAY
from darkpair.chains.models.model import NotDerivedError
from darkpair.detectors.belle2_displaced import Belle2Displaced
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.decay import Decay
from darkpair.gen.identity import identity_digest
from darkpair.gen.lifetime import Scan
from darkpair.gen.particles import Particle, spoken
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.limits.channels import FEWER, LARGE, LEAST, seed_of
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import scan, together
from darkpair.searches.belle2_displaced import PARENTS, SEEN, DisplacedAtBelle2, has_tracks, makes
from darkpair.searches.koto import KotoChannel

if TYPE_CHECKING:
    from darkpair.chains.chain import Chain
    from darkpair.chains.models.model import Model
    from darkpair.gen.decay import Daughter
    from darkpair.limits.samples import Size
    from darkpair.searches.search import Search

__all__ = [
    "CTAU",
    "DISPLACED",
    "KSTAR_DECAYS",
    "DisplacedAgainstCtau",
    "decayed",
    "displaced_channels",
    "with_displaced",
]

#: Name of the search.
DISPLACED: Final = "belle2-displaced"

#: Mean proper lengths of the table [mm].  Shorter ones need flights of hundreds of them, longer ones fall as one over c tau.
CTAU: Final = tuple(float(x) for x in np.geomspace(1e-1, 1e5, 49))

#: Decays of K*, by isospin two to one, a neutral kaon half K_S and half K_L.
KSTAR_DECAYS: Final[Mapping[str, str]] = {
    "K*+": f"K*+ -> K+ ({PI0_DECAY}) [{1 / 3}] | ({K_SHORT_DECAY}) pi+ [{1 / 3}] | K_L0 pi+ [{1 / 3}]",
    "K*0": f"K*0 -> K+ pi- [{2 / 3}] | ({K_SHORT_DECAY}) ({PI0_DECAY}) [{1 / 6}] | K_L0 ({PI0_DECAY}) [{1 / 6}]",
}

#: Effective accepted events from which on an acceptance is stated, and errors above what fewer give that bound it.
_FEW: Final = 10.0
_ABOVE: Final = 2.0

#: Generated B of a sample for each meson of a target's.
_MORE: Final = 2


@dataclass(frozen=True, kw_only=True)
class DisplacedAgainstCtau:
    """Acceptance of displaced X2 at Belle II, for each B.

    For `darkpair.scan.scan`: points are {"parent": name of the B, "chain": its `Chain`, "events": its digest}.

    Parameters
    ----------
    events : int
        Generated B mesons.
    detector : Belle2Displaced
        What sees them.
    seed : int
        Of its random numbers, together with the chain: channels that are added are independent.
    """

    events: int
    detector: Belle2Displaced = field(default_factory=Belle2Displaced)
    seed: int = 5700

    @property
    def law(self) -> Scan:
        """Flights for every c tau of the table."""
        return Scan(shortest=CTAU[0], longest=CTAU[-1], per_decade=2)

    def sample(self, parent: str, chain: Chain) -> ScanSample:
        """The sample for every c tau.

        Parameters
        ----------
        parent : {"B+", "B0"}
            The B.
        chain : Chain
            What it decays to.
        """
        law = self.law
        made = replace(chain, lifetimes=spoken({"X2": law}, chain.decay.decaying))
        pipeline = Pipeline(
            source=Upsilon4S(parent=parent),
            chain=made,
            detector=self.detector,
            seed=seed_of(self.seed, chain),
        )
        return ScanSample.of(chunks(pipeline, self.events), law=law)

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """Acceptances and errors at each c tau [mm] that the sample can tell, and ``most``.

        That is what the acceptance does not exceed at the least of them, or anywhere where there is none.
        """
        sample = self.sample(point["parent"], point["chain"])
        rows, most = [], 0.0
        for ctau in CTAU:
            accepted = sample.efficiency(ctau, effective_min=0.0)
            if accepted.effective >= _FEW and accepted.error is not None:
                rows.append((ctau, accepted.value, accepted.error))
            else:
                few = None if accepted.error is None else accepted.value + _ABOVE * accepted.error
                most = max(most, accepted.high if few is None else few)
        if rows:
            _, value, error = rows[0]
            most = value + _ABOVE * error
        columns = ("ctau", "efficiency", "error")
        return {name: [row[i] for row in rows] for i, name in enumerate(columns)} | {"most": min(most, 1.0)}


def decayed(chain: Chain) -> Chain:
    """The chain with K* that decay, isotropically: those of a model's are left whole.

    Parameters
    ----------
    chain : Chain
        Of a model.
    """
    decay = chain.decay
    if not any(_whole(daughter) for mode in decay.modes for daughter in mode.daughters):
        return chain
    modes = tuple(replace(mode, daughters=tuple(map(_decayed, mode.daughters))) for mode in decay.modes)
    return replace(chain, decay=Decay(decay.parent, modes))


def _whole(daughter: Daughter) -> bool:
    return isinstance(daughter, Particle) and daughter.name in KSTAR_DECAYS


def _decayed(daughter: Daughter) -> Daughter:
    return (
        build(KSTAR_DECAYS[daughter.name]).decay
        if isinstance(daughter, Particle) and _whole(daughter)
        else daughter
    )


def displaced_channels(model: Model) -> dict[Channel, Any]:
    """Channels of a model that the search counts, and the share of each among those of its parent [1].

    Parameters
    ----------
    model : Model
        Its points; a channel is there that is open at any.
    """
    out: dict[Channel, Any] = {}
    for parent in PARENTS:
        every = channels_of(model, [parent], SEEN)
        own = {channel: share for channel, share in every.items() if has_tracks(channel.production)}
        out |= {channel: share for channel, share in shares_of(own).items() if np.max(share) >= LEAST}
    return out


def with_displaced(
    make: Callable[[], Sequence[Mapping[str, tuple[str, Search]]]],
    models: Sequence[tuple[Model, Model]],
    size: Size,
    folder: Path | None,
    workers: int = 2,
) -> list[dict[str, tuple[str, Search]]]:
    """Searches by name, with what they are, for each model, and this one with its samples where the model makes what it sees.

    Parameters
    ----------
    make : callable
        Gives the other searches of each model.
    models : sequence of (Model, Model)
        Each at its point, and over all couplings that are asked for.
    size : Size
        Of the samples: twice its mesons of a target for a channel with more than a tenth of all that its parent has, a
        quarter of that for others. Nothing aims them, and each is worth less.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    """
    makers: list[Callable[[], Any]] = [make, partial(_searches, models, _MORE * size.etas, folder, workers)]
    made, every = together(makers, workers=workers)
    return [
        {**own} if search is None else {**own, DISPLACED: (search.kind, search)}
        for own, search in zip(made, every, strict=True)
    ]


def _searches(
    models: Sequence[tuple[Model, Model]], events: int, folder: Path | None, workers: int
) -> list[DisplacedAtBelle2 | None]:
    """The search of each model; None for one that makes nothing that it sees."""
    made: list[list[KotoChannel]] = [[] for _ in models]
    wanted: dict[int, list[tuple[int, Channel, Mapping[str, Any]]]] = {}
    for number, (point, over) in enumerate(models):
        for channel, share in displaced_channels(over).items():
            at = _point(channel, point)
            if at is None:
                unknown = Acceptance(ctau=(), value=(), error=())
                made[number].append(KotoChannel(channel=channel, ratio=unknown))
                continue
            size = events if np.max(share) > LARGE else max(events // FEWER, 1)
            wanted.setdefault(size, []).append((number, channel, at))
    makers = [
        partial(
            scan, DisplacedAgainstCtau(events=size), [at for *_, at in parts], folder=folder, workers=workers
        )
        for size, parts in wanted.items()
    ]
    for parts, tables in zip(wanted.values(), together(makers, workers=workers), strict=True):
        points = [at for *_, at in parts]
        for (number, channel, _), point_of, table in zip(parts, points, tables, strict=True):
            made[number].append(
                KotoChannel(
                    channel=channel,
                    ratio=Acceptance.of(table),
                    daughters=point_of["chain"].generated_branching_ratio,
                    most=table["most"],
                )
            )
    return [
        DisplacedAtBelle2(more=tuple(parts), seen=visible_modes(point)) if makes(point) else None
        for (point, _), parts in zip(models, made, strict=True)
    ]


def _point(channel: Channel, model: Model) -> dict[str, Any] | None:
    """Point of a channel's sample; None where nobody knows its angles."""
    try:
        chain = decayed(channel.chain(model))
    except NotDerivedError:
        return None
    return {"parent": channel.parent, "chain": chain, "events": identity_digest(chain)}
