"""Channels of a model: a production of X2 times what each X2 does, with its share of the parents and its events.

A search that counts everything adds up channels.  Each is one sample: its events depend on masses and on shapes of amplitudes,
not on the size of a coupling, so that one sample serves every coupling.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.chain import Chain
from darkpair.chains.dark_currents import FermionCurrent
from darkpair.chains.models.decays import model_chain
from darkpair.chains.models.model import NotDerivedError
from darkpair.chains.models.remembered import once_a_model
from darkpair.chains.spin import DipoleAmplitude
from darkpair.gen.data_files import changes_in_force
from darkpair.gen.decay import Daughter, Decay, Mode
from darkpair.gen.errors import InputError

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.gen.lifetime import Lifetime

__all__ = [
    "INVISIBLE_MODES",
    "OUTSIDE",
    "UNSEEN",
    "Channel",
    "channels_of",
    "isotropic",
    "leaves_nothing",
    "photon_channels",
    "production_rate",
    "shares_of",
    "stated_modes",
    "visible_modes",
]

#: What an X2 does of which a search sees nothing, whatever it is.
UNSEEN: Final = "unseen"

#: What an X2 does that would be seen and decays beyond the detector, whatever it is.
OUTSIDE: Final = "outside"

#: Decays of X2 without anything that a detector sees.
INVISIBLE_MODES: Final = ("X1 nu nubar", "X1 X1", "X1 X1 X1", "invisible")

#: Daughters that no detector sees, but for X2, which decays.
_DARK: Final = frozenset(
    ["X1", "X1~", "psi1", "psi1~", "nu", "nubar", "invisible"]
    + [f"{bar}nu_{flavour}" for bar in ("", "anti-") for flavour in ("e", "mu", "tau")]
)

#: Photons of a mode of X2 of which two may be taken for a pi0.
_PHOTONS: Final = {"X1 pi0": 2, "gamma gamma": 2, "X1 gamma gamma": 2, "X1 gamma": 1, UNSEEN: 0}

#: Mesons whose decays a model states for the antiparticle: rates are the same, daughters the antiparticles.
_STATED_FOR: Final = {"K-": "K+"}

#: Names of X2 in a chain.
_HEAVY: Final = ("X2", "psi2", "psi2~")

#: c tau that X2 has in a channel's chain [mm], where a law of lifetimes stands for it.
_ANY: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A parent's decay with up to two X2, and what each does.

    Parameters
    ----------
    parent, production : str
        As in ``model.modes()``: "eta" and "X1 X2"; a K- with what the K+ decays to, of which the events are the conjugates.
    modes : tuple of str
        Mode of each X2 of the production, in alphabetical order; "unseen" for all that leaves nothing, last.  Beside a
        production that is seen itself "outside" is every other mode, beyond the detector.
    """

    parent: str
    production: str
    modes: tuple[str, ...]

    def __post_init__(self) -> None:
        number = self.production.split().count("X2")
        seen = not all(word in _DARK | {"X2"} for word in self.production.split())
        if number != len(self.modes) or not (0 if seen else 1) <= number <= 2:
            raise InputError(
                f"{self.parent} -> {self.production} with {len(self.modes)} decays of X2; allowed: one for each X2, one or two"
            )
        if set(self.modes) == {UNSEEN} and not seen:
            raise InputError(f"{self.parent} -> {self.production} with nothing that is seen; name a mode")

    def __str__(self) -> str:
        return ", ".join([f"{self.parent} -> {self.production}", *(f"X2 -> {mode}" for mode in self.modes)])

    def rate(self, model: Model, seen: Collection[str]) -> Array:
        """Branching ratio of all that [1]; zero where the model does not have it.

        Parameters
        ----------
        model : Model
            Its points; arrays broadcast.
        seen : collection of str
            Modes of X2 that leave anything, `visible_modes`: the others are "unseen".
        """
        return self._rate(model, tuple(seen))

    @once_a_model(by_value=True)
    def _rate(self, model: Model, seen: tuple[str, ...]) -> Array:
        own, parent = model.modes(), _STATED_FOR.get(self.parent, self.parent)
        if (parent, self.production) not in own:
            return np.zeros(())
        total = model.width("X2")
        size = np.where(total > 0.0, total, 1.0)

        def part(mode: str) -> Array:
            if mode in (UNSEEN, OUTSIDE):
                inside = sum((part(other) for other in seen), start=np.zeros(()))
                return 1.0 - inside if mode == UNSEEN else inside
            return model.partial_width("X2", mode) / size if ("X2", mode) in own else np.zeros(())

        # (without any decay at all nothing is seen)
        product = np.prod(np.broadcast_arrays(np.ones(()), *map(part, self.modes)), axis=0)
        ways = len(set(self.modes)) or 1  # of two X2 either may do the one or the other
        return np.asarray(model.branching_ratio(parent, self.production) * ways * np.maximum(product, 0.0))

    def chain(
        self, model: Model, *, lifetimes: Mapping[str, Lifetime] | None = None, absorbed: bool = False
    ) -> Chain:
        """Events of it alone, with the model's amplitudes and spin.

        Its ``generated_branching_ratio`` is that of what the visible daughters decay to.  Strengths of amplitudes are 1, and
        so is c tau of X2: nothing of it knows how large a coupling is.

        Parameters
        ----------
        model : Model
            One point.
        lifetimes : mapping of str to Lifetime, optional
            Laws by the names of the particles, as `Chain` takes them.
        absorbed : bool
            Whether what is made beside X2 ends where it is made, in a target, and does not decay.

        Raises
        ------
        InputError, NotDerivedError
            As `darkpair.chains.models.decays.model_chain`.
        """
        try:
            make = _kept if not changes_in_force() else _chain_of
            made = make(self, model, absorbed)
        except TypeError:  # (a stranger's model without a hash)
            made = _chain_of(self, model, absorbed)
        return made if not lifetimes else replace(made, lifetimes=lifetimes)


def _chain_of(channel: Channel, model: Model, absorbed: bool) -> Chain:
    """Events of a channel, of prompt X2."""
    listed = list(dict.fromkeys(mode for mode in channel.modes if mode not in (UNSEEN, OUTSIDE)))
    stated = _STATED_FOR.get(channel.parent, channel.parent)
    whole = model_chain(model, stated, channel.production, modes=listed).decay
    at = {mode: listed.index(mode) for mode in listed}
    ways = (
        [channel.modes]
        if len(set(channel.modes)) <= 1
        else [channel.modes, channel.modes[::-1]][: len(channel.modes)]
    )
    split = tuple(
        _unit(
            replace(
                made,
                daughters=_each(made, way, at, absorbed=absorbed),
                branching_ratio=made.branching_ratio / len(ways),
            )
        )
        for made in whole.modes
        for way in ways
    )
    made = Chain(decay=Decay(whole.parent, split))
    return made if stated == channel.parent else made.conjugate()


#: Several searches ask for the same chain, whose amplitudes take their time to be tabled.
_kept: Final = lru_cache(maxsize=64)(_chain_of)


def _each(
    made: Mode, way: tuple[str, ...], at: Mapping[str, int], *, absorbed: bool = False
) -> tuple[Daughter, ...]:
    """Daughters of a production in which every X2 does what it is to do; one that is not seen flies away."""
    left: list[str] = list(way)
    daughters: list[Daughter] = []
    for daughter in made.daughters:
        own = daughter.parent if isinstance(daughter, Decay) else daughter
        if own.name not in _HEAVY:
            daughters.append(own if absorbed else daughter)
            continue
        mode, heavy = left.pop(0), replace(own, ctau=_ANY)
        if mode in (UNSEEN, OUTSIDE):
            daughters.append(heavy)
        else:
            assert isinstance(daughter, Decay)  # (the modes that are wanted were asked for)
            then = replace(_unit(daughter.modes[at[mode]]), branching_ratio=1.0)
            daughters.append(Decay(heavy, (then,)))
    return tuple(daughters)


def _unit(mode: Mode) -> Mode:
    """The mode with amplitudes of strength 1: their shapes alone."""
    laws = {name: _shape(getattr(mode, name)) for name in ("matrix_element", "polariser", "analyser")}
    return replace(mode, **laws)


def _shape(law: Any) -> Any:
    """A law of angles or of a three-body decay without its size, which decides about no event."""
    if isinstance(law, DipoleAmplitude):
        size = float(np.hypot(abs(law.mu), abs(law.d)))
        return replace(law, mu=law.mu / size, d=law.d / size)
    if isinstance(law, FermionCurrent):
        size = float(np.hypot(abs(law.c_V), abs(law.c_A)))
        return replace(law, c_V=law.c_V / size, c_A=law.c_A / size)
    if not is_dataclass(law) or isinstance(law, type):
        return law
    changed = {entry.name: _shape(getattr(law, entry.name)) for entry in fields(law) if entry.init}
    if "strength" in changed:
        changed["strength"] = 1.0
    return replace(law, **changed)


def channels_of(model: Model, parents: Iterable[str], seen: Iterable[str]) -> dict[Channel, Array]:
    """Channels of a model in which a search sees something, and their share of all of them that their parent has [1].

    What nothing sees does not count: however rarely X2 is seen, its channels are there.  A second X2 is "unseen" only where
    it leaves nothing: what the search does not look for may still break its selection, and is made.

    Parameters
    ----------
    model : Model
        Its points; a channel is there that is open at any.
    parents : iterable of str
        Mesons that the search's source makes.
    seen : iterable of str
        Modes of X2 that it sees.
    """
    own = model.modes()
    modes, looked_for = sorted(visible_modes(model)), {mode for mode in seen if ("X2", mode) in own}
    out: dict[Channel, Array] = {}
    for parent in parents:
        productions = [name for _, name in stated_modes(model, parent) if 1 <= name.split().count("X2") <= 2]
        rates = {
            channel: channel.rate(model, modes)
            for production in productions
            for way in combinations_with_replacement([*modes, UNSEEN], production.split().count("X2"))
            if looked_for & set(way)
            for channel in [Channel(parent=parent, production=production, modes=way)]
        }
        out |= shares_of(rates)
    return out


def stated_modes(model: Model, parent: str) -> tuple[tuple[str, str], ...]:
    """Modes of a parent as the model states them: of a K- those of the K+.

    Parameters
    ----------
    model : Model
        The model.
    parent : str
        Name of the meson.
    """
    return tuple(model.modes(_STATED_FOR.get(parent, parent)))


def production_rate(model: Model, parent: str) -> Array:
    """Branching ratio of all that a parent makes with an X2 [1].

    Parameters
    ----------
    model : Model
        Its points; arrays broadcast.
    parent : str
        Name of the meson.
    """
    rates = [
        model.branching_ratio(stated, production)
        for stated, production in stated_modes(model, parent)
        if "X2" in production.split()
    ]
    return np.asarray(sum(rates, start=np.zeros(())))


def isotropic(model: Model, channel: Channel) -> bool:
    """Whether X2 of a channel with one X2 decays isotropically at every point: as the samples of X2 -> X1 pi0 have it."""
    try:
        slope = model.spin(channel.parent, channel.production, channel.modes[0]).slope
    except NotDerivedError:
        return False
    return slope is not None and not np.any(slope)


def shares_of(rates: Mapping[Channel, Array]) -> dict[Channel, Array]:
    """Rates over their sum, of those that are open at any point [1]."""
    whole = sum(rates.values(), start=np.zeros(()))
    shares = {channel: np.divide(rate, np.where(whole > 0.0, whole, 1.0)) for channel, rate in rates.items()}
    return {channel: share for channel, share in shares.items() if np.any(share > 0.0)}


def leaves_nothing(mode: str) -> bool:
    """Whether a detector sees nothing of a mode of X2: all its daughters are X1 and neutrinos.

    Parameters
    ----------
    mode : str
        As in ``model.modes("X2")``.
    """
    return mode in INVISIBLE_MODES or all(name in _DARK for name in mode.split())


def visible_modes(model: Model) -> tuple[str, ...]:
    """Modes of X2 that leave anything in a detector."""
    return tuple(mode for _, mode in model.modes("X2") if not leaves_nothing(mode))


def photon_channels(model: Model) -> Iterator[Channel]:
    """Channels of K_L in which two photons may be all that is seen, but K_L -> X1 X2, X2 -> X1 pi0.

    Of two X2 each may leave photons, because one of them may fly out of the detector.
    """
    modes = [mode for mode in visible_modes(model) if mode in _PHOTONS]
    for production in ("X1 X2", "X2 X2"):
        number = production.split().count("X2")
        if ("K_L0", production) not in model.modes():
            continue
        for way in combinations_with_replacement([*sorted(modes), UNSEEN], number):
            if sum(_PHOTONS[mode] for mode in way) >= 2 and (production, way) != ("X1 X2", ("X1 pi0",)):
                yield Channel(parent="K_L0", production=production, modes=way)
