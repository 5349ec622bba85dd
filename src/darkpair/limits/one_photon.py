"""KOTO's acceptance of one photon of K_L -> X1 X2 and X2 X2, X2 -> X1 gamma, over that of K_L -> gamma X with a massless X."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.chains.models.channels import UNSEEN, Channel, visible_modes
from darkpair.chains.models.model import NotDerivedError
from darkpair.detectors.koto_one_photon import KotoOnePhoton
from darkpair.gen.identity import identity_digest
from darkpair.gen.particles import spoken
from darkpair.limits.channels import seed_of
from darkpair.limits.koto_nested import flying, prompt, seen_of
from darkpair.limits.koto_samples import CTAU, PROMPT
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import scan, together
from darkpair.searches.koto import KotoChannel
from darkpair.searches.koto_photons import LEAST_PHOTON

if TYPE_CHECKING:
    from darkpair.chains.chain import Chain
    from darkpair.chains.models.model import Model
    from darkpair.gen.lifetime import Lifetime

__all__ = ["ONE_PHOTON", "OnePhotonAgainstCtau", "photon_channels_at", "reference"]

#: The channels with one photon: of two X2 one flies out of the detector, or leaves nothing.
ONE_PHOTON: Final = (
    Channel(parent="K_L0", production="X1 X2", modes=("X1 gamma",)),
    Channel(parent="K_L0", production="X2 X2", modes=("X1 gamma", "X1 gamma")),
    Channel(parent="K_L0", production="X2 X2", modes=("X1 gamma", UNSEEN)),
)

#: Value over error from which on an efficiency is stated, and errors above it that bound what is not.
_CLEAR: Final = 3.0
_ABOVE: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class OnePhotonAgainstCtau:
    """Efficiencies of one photon above each least energy, for each K_L at the beam exit.

    For `darkpair.scan.scan`: points are {"chain": of the channel, "events": its digest}, or {"mass": of X in GeV} for
    K_L -> gamma X, which does not decay.

    Parameters
    ----------
    events : int
        Generated K_L that decay from the beam exit on; a quarter as many upstream of it.
    least : tuple of float [GeV]
        Least energies of the photon, growing.
    seed : int
        Of its random numbers, together with the chain.
    """

    events: int
    least: tuple[float, ...] = LEAST_PHOTON
    seed: int = 5600

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """By least energy the efficiencies and errors at each c tau [mm] that the sample can tell, and ``most`` elsewhere."""
        detector = KotoOnePhoton(least=self.least)
        if "mass" in point:
            chain = build("K_L0 -> gamma X1", mass={"X1": point["mass"]})
            at_once = prompt(chain, detector, events=self.events, seed=self.seed)
            return {name: {"efficiency": value, "error": error} for name, (value, error) in at_once.items()}
        flies: Chain = point["chain"]

        def law_of(law: Lifetime) -> Chain:
            return replace(flies, lifetimes=spoken({"X2": law}, flies.decay.decaying))

        made = flying(law_of, detector, CTAU, events=self.events, seed=seed_of(self.seed, flies))
        tables = {}
        for name, parts in made.items():
            each = [(ctau, *seen_of(parts, ctau)) for ctau in CTAU]
            rows = [(ctau, value, error) for ctau, value, error in each if value > _CLEAR * error]
            rest = [value + _ABOVE * error for _, value, error in each if not value > _CLEAR * error]
            columns = {key: [row[i] for row in rows] for i, key in enumerate(("ctau", "efficiency", "error"))}
            tables[name] = {**columns, "most": max([0.0, *(most for most in rest if np.isfinite(most))])}
        return tables


def reference(mass: float, events: int, folder: Path | None) -> dict[str, tuple[float, float]]:
    """Efficiency of K_L -> gamma X above each least energy for each K_L at the beam exit, and its error.

    Parameters
    ----------
    mass : float [GeV]
        Mass of X.
    events : int
        Generated K_L, see `OnePhotonAgainstCtau`.
    folder : Path, optional
        The cache of samples.
    """
    (table,) = scan(OnePhotonAgainstCtau(events=events), [{"mass": mass}], folder=folder, workers=1)
    return {name: (own["efficiency"], own["error"]) for name, own in table.items()}


def photon_channels_at(
    models: Sequence[tuple[Model, Model]], events: int, folder: Path | None, *, workers: int = 2
) -> list[dict[str, tuple[KotoChannel, ...]]]:
    """Channels of each model with one photon, by its least energy, with their efficiency over that of a massless X.

    Parameters
    ----------
    models : sequence of (Model, Model)
        Each at its point, and over all couplings that are asked for: a channel counts that is open at any.
    events : int
        Generated K_L, see `OnePhotonAgainstCtau`.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    """
    wanted = [
        (number, channel)
        for number, (_, over) in enumerate(models)
        for channel in ONE_PHOTON
        if np.any(channel.rate(over, visible_modes(over)) > 0.0)
    ]
    points = [_point(channel, models[number][0]) for number, channel in wanted]
    able = [point for point in points if point is not None]
    tables: Iterator[dict[str, Any]] = iter(())
    below: dict[str, tuple[float, float]] = {}
    if able:
        evaluate = OnePhotonAgainstCtau(events=events)
        makes: list[Callable[[], Any]] = [
            partial(scan, evaluate, able, folder=folder, workers=workers),
            partial(reference, 0.0, events, folder),
        ]
        made, below = together(makes, workers=workers)
        tables = iter(made)
    out: list[dict[str, tuple[KotoChannel, ...]]] = [{} for _ in models]
    for (number, channel), point in zip(wanted, points, strict=True):
        table = None if point is None else next(tables)
        for least in LEAST_PHOTON:
            made = _made(channel, table, f"{least:g}", below)
            out[number][f"{least:g}"] = (*out[number].get(f"{least:g}", ()), made)
    return out


def _point(channel: Channel, model: Model) -> dict[str, Any] | None:
    """Point of a channel's samples; None where nobody knows its angles."""
    try:
        chain = channel.chain(model)
    except NotDerivedError:
        return None
    return {"chain": chain, "events": identity_digest(chain)}


def _made(
    channel: Channel, table: Mapping[str, Any] | None, least: str, below: Mapping[str, tuple[float, float]]
) -> KotoChannel:
    """A channel above a least energy; of which nothing is known where it has no sample."""
    if table is None:
        return KotoChannel(channel=channel, ratio=Acceptance(ctau=(), value=(), error=()))
    value, error = below[least]
    ratio = Acceptance.of(table[least], prompt=PROMPT).over(value, error)
    return KotoChannel(channel=channel, ratio=ratio, most=table[least]["most"] / value)
