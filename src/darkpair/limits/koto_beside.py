"""What KOTO sees of productions with a pi0 or a photon beside X2: channels with their efficiencies, from the cache of samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.chains.models.beside import channels_beside, decays_inside, open_beside
from darkpair.chains.models.channels import OUTSIDE, photon_channels, shares_of, visible_modes
from darkpair.chains.models.decays import PI0_DECAY
from darkpair.chains.models.model import NotDerivedError
from darkpair.gen.errors import InputError
from darkpair.gen.identity import identity_digest
from darkpair.limits.channels import FEWER, LARGE, LEAST
from darkpair.limits.flown_out import FAR, FlownOut, OnePhotonFlownOut
from darkpair.limits.koto_channels import KotoChannelAgainstCtau, standard_efficiency
from darkpair.limits.koto_samples import PROMPT
from darkpair.limits.samples import data_of
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import scan, together
from darkpair.searches.koto import KotoChannel
from darkpair.searches.koto_photons import LEAST_PHOTON

if TYPE_CHECKING:
    from darkpair.chains.models.channels import Channel
    from darkpair.chains.models.model import Model

__all__ = ["beside_photon", "joined", "koto_beside"]

#: Photons that are made beside X2: those of a pi0 for its searches, one for K_L -> gamma X.
_PION, _PHOTON = 2, 1

_Models = Sequence[tuple["Model", "Model"]]


def joined(
    own: Mapping[str, tuple[KotoChannel, ...]], more: Mapping[str, tuple[KotoChannel, ...]]
) -> dict[str, tuple[KotoChannel, ...]]:
    """Channels of both, by what they are called.

    Parameters
    ----------
    own, more : mapping of str to tuple of KotoChannel
        By selection, or by least energy.
    """
    return {name: (*own.get(name, ()), *more.get(name, ())) for name in dict.fromkeys([*own, *more])}


def koto_beside(
    models: _Models, boxes: Sequence[str], events: int, folder: Path | None, *, workers: int = 2
) -> list[dict[str, tuple[KotoChannel, ...]]]:
    """Channels of each model by KOTO's selection, with their efficiency over that of K_L -> pi0 nu nubar.

    Those whose production leaves two photons count where every X2 is unseen or flies out, and have a sample without decays of X2; the
    others of `darkpair.chains.models.beside` have samples as those of `darkpair.limits.koto_channels`.

    Parameters
    ----------
    models : sequence of (Model, Model)
        Each at its point, and over all couplings that are asked for: a channel counts that is open at any, and where X2 has to
        decay inside has a thousandth of these.
    boxes : sequence of str
        Selections of KOTO.
    events : int
        Generated K_L, as of `darkpair.limits.koto_samples.EfficiencyAgainstCtau`.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    """
    out: list[dict[str, tuple[KotoChannel, ...]]] = [{} for _ in models]
    pion = build(PI0_DECAY).generated_branching_ratio
    made = together(
        [partial(_of_box, models, box, events, folder, workers, pion) for box in boxes], workers=workers
    )
    for box, (flown, inside) in zip(boxes, made, strict=True):
        for own, first, second in zip(out, flown, inside, strict=True):
            both = (*first.get(box, ()), *second)
            if both:
                own[box] = both
    return out


def _of_box(
    models: _Models, box: str, events: int, folder: Path | None, workers: int, pion: float
) -> tuple[list[dict[str, tuple[KotoChannel, ...]]], list[tuple[KotoChannel, ...]]]:
    """Channels of one selection that need no decay inside, and those that do."""

    def below() -> dict[str, tuple[float, float]]:
        return {box: standard_efficiency(events, box, folder)}

    sample = FlownOut(events=events, selection=box, data=data_of(box))
    makers: list[Callable[[], Any]] = [
        partial(_flown, models, _PION, sample, folder, workers, partial(_named, box), below, pion),
        partial(_decaying, models, box, events, folder, workers, below, pion),
    ]
    flown, inside = together(makers, workers=workers)
    return flown, inside


def beside_photon(
    models: _Models,
    events: int,
    folder: Path | None,
    below: Mapping[str, tuple[float, float]],
    *,
    workers: int = 2,
) -> list[dict[str, tuple[KotoChannel, ...]]]:
    """Channels with one photon that is made beside X2, by its least energy, with their efficiency over that of a massless X.

    Parameters
    ----------
    models, events, folder, workers
        As of `koto_beside`.
    below : mapping of str to (float, float)
        Efficiency of K_L -> gamma X by least energy, and its error.
    """
    sample = OnePhotonFlownOut(events=events, least=LEAST_PHOTON)
    return _flown(models, _PHOTON, sample, folder, workers, _as_it_is, lambda: below, 1.0)


def _named(box: str, table: Any) -> dict[str, Any]:
    """The table of one selection by its name."""
    return {box: table}


def _as_it_is(tables: Any) -> Any:
    """Tables that have the names of theirs."""
    return tables


def _flown(
    models: _Models,
    photons: int,
    sample: FlownOut | OnePhotonFlownOut,
    folder: Path | None,
    workers: int,
    named: Callable[[Any], Mapping[str, Mapping[str, Any]]],
    of_standard: Callable[[], Mapping[str, tuple[float, float]]],
    pion: float,
) -> list[dict[str, tuple[KotoChannel, ...]]]:
    """Channels by what ``named`` calls the tables of a sample, with their efficiencies over those below."""
    wanted = [(i, channel) for i, (_, over) in enumerate(models) for channel in open_beside(over, photons)]
    points = [_point(channel, models[i][0]) for i, channel in wanted]
    able = {point["events"]: point for point in points if point is not None}
    makers: list[Callable[[], Any]] = [
        partial(scan, sample, list(able.values()), folder=folder, workers=workers),
        of_standard,
    ]
    results, below = together(makers, workers=workers)
    of_chain = dict(zip(able, results, strict=True))
    out: list[dict[str, tuple[KotoChannel, ...]]] = [{} for _ in models]
    for (i, channel), point in zip(wanted, points, strict=True):
        tables = dict.fromkeys(below) if point is None else named(of_chain[point["events"]])
        for name, table in tables.items():
            made = KotoChannel(channel=channel, ratio=Acceptance(ctau=(), value=(), error=()))
            if point is not None and table is not None:
                own = table[str(channel.modes.count(OUTSIDE))]
                made = KotoChannel(
                    channel=channel,
                    ratio=Acceptance.of(own, prompt=FAR, power=0.0).over(*below[name]),
                    daughters=point["chain"].generated_branching_ratio / pion,
                    most=own["most"] / below[name][0],
                )
            out[i][name] = (*out[i].get(name, ()), made)
    return out


def _decaying(
    models: _Models,
    box: str,
    events: int,
    folder: Path | None,
    workers: int,
    of_standard: Callable[[], Mapping[str, tuple[float, float]]],
    pion: float,
) -> list[tuple[KotoChannel, ...]]:
    """Channels in which an X2 has to decay inside, with their efficiency over that of K_L -> pi0 nu nubar."""
    out: list[tuple[KotoChannel, ...]] = [() for _ in models]
    every = [(i, *entry) for i, (_, over) in enumerate(models) for entry in _with_a_share(over)]
    tables: dict[tuple[int, Channel], Any] = {}
    points = {(i, channel): _point(channel, models[i][0]) for i, channel, _ in every}
    groups: list[Mapping[tuple[int, Channel], Any]] = []
    makers: list[Callable[[], Any]] = [of_standard]
    for large in (True, False):
        number = events // (1 if large else FEWER)
        sample = KotoChannelAgainstCtau(events=number, selection=box, data=data_of(box))
        able = {(i, c): points[i, c] for i, c, size in every if size == large and points[i, c] is not None}
        asked = [point for point in able.values() if point is not None]
        groups.append(able)
        makers.append(partial(scan, sample, asked, folder=folder, workers=workers))
    standard, *made_of = together(makers, workers=workers)
    below = standard[box]
    for group, results in zip(groups, made_of, strict=True):
        tables |= dict(zip(group, results, strict=True))
    for i, channel, _ in every:
        made = KotoChannel(channel=channel, ratio=Acceptance(ctau=(), value=(), error=()))
        point = points[i, channel]
        if point is not None:
            table = tables[i, channel]
            power = float(decays_inside(channel) or 1)
            made = KotoChannel(
                channel=channel,
                ratio=Acceptance.of(table, prompt=PROMPT, power=power).over(*below),
                daughters=point["chain"].generated_branching_ratio / pion,
                most=table["most"] / below[0],
            )
        out[i] = (*out[i], made)
    return out


def _with_a_share(model: Model) -> Iterator[tuple[Channel, bool]]:
    """Channels with a decay inside that have a thousandth of all that leaves two photons so, and whether they have a tenth."""
    seen, own = visible_modes(model), tuple(channels_beside(model))
    rates = {channel: channel.rate(model, seen) for channel in (*photon_channels(model), *own)}
    shares = shares_of(rates) if own else {}
    for channel in own:
        share = float(np.max(shares.get(channel, 0.0)))
        if share >= LEAST:
            yield channel, share > LARGE


def _point(channel: Channel, model: Model) -> dict[str, Any] | None:
    """Point of a channel's samples; None where nobody knows its events."""
    try:
        chain = channel.chain(model)
    except (NotDerivedError, InputError):
        return None
    return {"chain": chain, "events": identity_digest(chain)}
