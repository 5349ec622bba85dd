"""KOTO's efficiency for every channel of a model that leaves two photons, against c tau: one scan sample for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.chains.models.beside import decays_inside
from darkpair.chains.models.channels import Channel, isotropic, photon_channels, shares_of, visible_modes
from darkpair.chains.models.decays import PI0_DECAY
from darkpair.chains.models.model import NotDerivedError
from darkpair.gen.identity import identity_digest
from darkpair.limits.channels import FEWER, LARGE, LEAST, seed_of
from darkpair.limits.koto_samples import CTAU, PROMPT, EfficiencyAgainstCtau, parts, summed
from darkpair.limits.samples import data_of
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import scan, together
from darkpair.searches.koto import KotoChannel

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model

__all__ = ["KotoChannelAgainstCtau", "koto_channels", "standard_efficiency"]

#: Value over error from which on an efficiency is stated, and errors above it that bound what is not.
_CLEAR: Final = 3.0
_ABOVE: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class KotoChannelAgainstCtau:
    """Efficiencies of KOTO for one channel, for each K_L at the beam exit.

    For `darkpair.scan.scan`: points are {"chain": of the channel, "events": its digest}.

    Parameters
    ----------
    events : int
        Generated K_L that decay from z = 2000 mm on; others as of `darkpair.limits.koto_samples.parts`.
    selection : str
        Of KOTO.
    seed : int
        Of its random numbers, together with the chain: channels that are added are independent.
    data : str
        As of `EfficiencyAgainstCtau`.
    """

    events: int
    selection: str
    seed: int = 5400
    data: str = ""

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """Efficiencies and errors at each c tau [mm] that the sample can tell, and ``most`` elsewhere."""
        seed = seed_of(self.seed, point["chain"])
        made = parts(point, events=self.events, seed=seed, selection=self.selection)
        rows, most = [], 0.0
        for ctau in CTAU:
            value, error = summed(made, ctau)
            if value > _CLEAR * error:
                rows.append((ctau, value, error))
            else:
                most = max(most, value + _ABOVE * error)
        table = {name: [row[i] for row in rows] for i, name in enumerate(("ctau", "efficiency", "error"))}
        return table | {"most": most}


def koto_channels(
    models: Sequence[tuple[Model, Model]],
    boxes: Sequence[str],
    events: int,
    folder: Path | None,
    *,
    workers: int = 2,
) -> list[dict[str, tuple[KotoChannel, ...]]]:
    """Channels of each model by KOTO's selection, with their efficiency over that of K_L -> pi0 nu nubar.

    Parameters
    ----------
    models : sequence of (Model, Model)
        Each at its point, and over all couplings that are asked for: a channel counts that has a thousandth of all
        that may leave two photons, at any of them.
    boxes : sequence of str
        Selections of KOTO.
    events : int
        Generated K_L of the main channel, as of `EfficiencyAgainstCtau`; a channel with less than a tenth of that has a
        quarter.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    """
    wanted = {
        large: [
            (i, channel, _point(channel, models[i][0]))
            for i, (_, over) in enumerate(models)
            for channel, size in _there(over)
            if size == large
        ]
        for large in (True, False)
    }
    groups = [(box, large) for box in boxes for large in wanted]
    how: dict[str, Any] = {"folder": folder, "workers": workers}
    made = together(
        [partial(_channels_of, wanted[large], box, events, large, **how) for box, large in groups],
        workers=workers,
    )
    out: list[dict[str, tuple[KotoChannel, ...]]] = [{} for _ in models]
    for (box, large), of_group in zip(groups, made, strict=True):
        for (number, _, _), channel in zip(wanted[large], of_group, strict=True):
            out[number][box] = (*out[number].get(box, ()), channel)
    return out


def _channels_of(
    wanted: Sequence[tuple[int, Channel, dict[str, Any] | None]],
    box: str,
    events: int,
    large: bool,
    *,
    folder: Path | None,
    workers: int,
) -> list[KotoChannel]:
    """Channels with samples of the same size in one selection."""
    fewer = events // (1 if large else FEWER)
    own = KotoChannelAgainstCtau(events=fewer, selection=box, data=data_of(box))
    able = [point for _, _, point in wanted if point is not None]
    if not able:
        return [KotoChannel(channel=channel, ratio=_NOTHING) for _, channel, _ in wanted]
    made, (reference,) = together(
        [
            partial(scan, own, able, folder=folder, workers=workers),
            partial(scan, _standard(events, box), [{}], folder=folder, workers=workers),
        ],
        workers=workers,
    )
    tables, below, error = iter(made), reference["efficiency"][0], reference["error"][0]
    daughters = build(PI0_DECAY).generated_branching_ratio
    channels = []
    for _, channel, point in wanted:
        if point is None:
            channels.append(KotoChannel(channel=channel, ratio=_NOTHING))
            continue
        table = next(tables)
        channels.append(
            KotoChannel(
                channel=channel,
                ratio=Acceptance.of(table, prompt=PROMPT, power=float(decays_inside(channel) or 1)).over(
                    below, error
                ),
                daughters=point["chain"].generated_branching_ratio / daughters,
                most=table["most"] / below,
            )
        )
    return channels


def _point(channel: Channel, model: Model) -> dict[str, Any] | None:
    """Point of a channel's samples; None where nobody knows its angles."""
    try:
        chain = channel.chain(model)
    except NotDerivedError:
        return None
    return {"chain": chain, "events": identity_digest(chain)}


def standard_efficiency(events: int, box: str, folder: Path | None) -> tuple[float, float]:
    """Efficiency of K_L -> pi0 nu nubar for each K_L at the beam exit, and its error: the sample of the main channel.

    Parameters
    ----------
    events : int
        As of `koto_channels`.
    box : str
        Selection of KOTO.
    folder : Path, optional
        The cache of samples.
    """
    (reference,) = scan(_standard(events, box), [{}], folder=folder, workers=1)
    return reference["efficiency"][0], reference["error"][0]


def _standard(events: int, box: str) -> EfficiencyAgainstCtau:
    """What makes the efficiency of K_L -> pi0 nu nubar for each K_L at the beam exit: the sample of the main channel."""
    own = EfficiencyAgainstCtau(events=events, selection=box, data=data_of(box))
    return replace(own, events=4 * events, seed=own.seed + 1)


#: Ratio of which nothing is known.
_NOTHING: Final = Acceptance(ctau=(), value=(), error=())


def _there(model: Model) -> Iterator[tuple[Channel, bool]]:
    """Those that have a thousandth of what may leave two photons at any point, and whether they have more than a tenth."""
    seen, main = visible_modes(model), Channel(parent="K_L0", production="X1 X2", modes=("X1 pi0",))
    shares = shares_of({channel: channel.rate(model, seen) for channel in (main, *photon_channels(model))})
    own = (
        () if main not in shares or isotropic(model, main) else (main,)
    )  # (that sample is of isotropic decays)
    for channel in (*own, *photon_channels(model)):
        share = float(np.max(shares.get(channel, 0.0)))
        if share >= LEAST:
            yield channel, share > LARGE
