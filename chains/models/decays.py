"""Decay chains of a model: masses, lifetimes, branching ratios, matrix elements and spin from the couplings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.chains.matrix_elements import KstarTransition
from darkpair.chains.models.edge import require_not_lost
from darkpair.gen.decay import Daughter, Decay, Mode
from darkpair.gen.errors import InputError
from darkpair.gen.lifetime import Lifetime
from darkpair.gen.particles import Particle, particle

if TYPE_CHECKING:
    from darkpair.chains.models.portal import Portal
    from darkpair.chains.spin import DecaySpin, PairSpin, TripleSpin

__all__ = ["K_SHORT_DECAY", "PI0_DECAY", "model_chain"]

#: The pi0's decay where a chain lets it decay: BR .98823 +- .00034, PDG (as public codes carry it).
PI0_DECAY = "pi0 -> gamma gamma [0.98823]"

#: The K_S's decays where a chain lets it decay: BR .6920 +- .0005 and .3069 +- .0005, PDG; memory.
K_SHORT_DECAY = f"K_S0 -> pi+ pi- [0.6920] | ({PI0_DECAY}) ({PI0_DECAY}) [0.3069]"

#: What a neutral kaon of a rate's spelling is in an event: half a K_S, half a K_L.
_NEUTRAL_KAON = {"K0": ("K_S0", "K_L0"), "anti-K0": ("K_S0", "K_L0")}


def model_chain(
    model: Portal,
    parent: str = "K_L0",
    production: str = "X1 X2",
    *,
    modes: Sequence[str] | None = None,
    decays: Mapping[str, str] | None = None,
    lifetimes: Mapping[str, Lifetime] | None = None,
) -> Chain:
    """Chain of ``parent -> production`` in which X2 decays as the model says.

    A Dirac pair X1 X2 stands for psi1~ psi2 and psi1 psi2~ in equal parts, a K0 for K_S and K_L in equal parts.
    Events are generated in the listed modes of X2 only; `Chain.generated_branching_ratio` is their share.  The branching ratio of the
    production is not in it: it is the model's ``branching_ratio(parent, production)``.

    Parameters
    ----------
    model : Model
        Portal at one point: masses and couplings are numbers.
    parent, production : str
        Parent and what it decays to, as in ``model.modes()``.
    modes : sequence of str, optional
        Modes of X2 that are generated; every open one unless given, the invisible one apart.
    decays : mapping of str to str, optional
        Descriptors of what visible daughters decay to; the pi0's two photons and the K_S's two pions unless given.
    lifetimes : mapping of str to Lifetime, optional
        Laws by the names of the particles, as in `Chain`.

    Raises
    ------
    UnknownNameError
        For a parent or a mode that the model does not have.
    ClosedChannelError
        Below threshold.
    InputError
        For arrays of points, and for an angular correlation that is not derived.
    """
    if any(np.ndim(model.width(name)) for name in ("X1", "X2")):
        raise InputError("a chain needs one model point; this model holds arrays of masses or couplings")
    model.mode(parent, production)
    ours = {"pi0": PI0_DECAY, "K_S0": K_SHORT_DECAY}
    builder = _Builder(model, parent, production, modes, dict(decays or ours))
    return Chain(decay=builder.root(), lifetimes=lifetimes or {})


def _of_channel(element: Any, channel: int) -> Any:
    """Squared amplitude of psi1~ psi2 (1) or psi1 psi2~ (-1), which differ beside a K* alone."""
    return replace(element, channel=channel) if isinstance(element, KstarTransition) else element


@dataclass(frozen=True)
class _Builder:
    model: Portal
    parent: str
    production: str
    modes: Sequence[str] | None
    decays: Mapping[str, str]

    def root(self) -> Decay:
        """The parent's decay; both members of a Dirac pair take either role."""
        words = self.production.split()
        conjugate = not self.model.self_conjugate()
        both = conjugate and {"X1", "X2"} <= set(words)
        spellings = self._spellings(words)
        share = 1.0 / (len(spellings) * (2 if both else 1))
        element = self._matrix_element(self.parent, self.production, len(words))
        laws = [self._laws(mode) for mode in self._open_modes()] if "X2" in words else []
        law = next((polariser for polariser, _ in laws if polariser is not None), None)
        aligned = [w for w in words if w.startswith("K*") and w in self.decays]
        if law is not None and aligned:
            raise InputError(
                f"{self.parent} -> {self.production} aligns {aligned[0]} with the spin of X2, and how its own decay shows "
                f"that is not derived; leave the decay of {aligned[0]} out, or take modes of X2 that do not depend on its spin"
            )
        channels = []
        for bar in (False, True) if both else (False,):
            anti = {"X1": not bar, "X2": bar} if both else {}
            for spelling in spellings:
                daughters, seen = [], set()
                for word in spelling:
                    # of two equal Dirac particles the second is the antiparticle
                    is_anti = anti.get(word, conjugate and word in seen)
                    seen.add(word)
                    daughters.append(self.daughter(word, anti=is_anti))
                polariser = law.exchanged() if law is not None and bar else law
                amplitude = _of_channel(element, -1 if bar else 1) if both else element
                channels.append(Mode(tuple(daughters), share, matrix_element=amplitude, polariser=polariser))
        return Decay(particle(self.parent), tuple(channels))

    @staticmethod
    def _spellings(words: list[str]) -> list[tuple[str, ...]]:
        """The production with every neutral kaon as the state that flies."""
        return list(product(*(_NEUTRAL_KAON.get(word, (word,)) for word in words)))

    def daughter(self, word: str, *, anti: bool) -> Daughter:
        """A particle of a mode's spelling, with its own decay where it has one."""
        if word == "X2":
            return self._heavy(anti=anti)
        if word == "X1":
            return self._dark(word, anti=anti)
        if word in self.decays:
            return build(self.decays[word]).decay
        return particle(word)

    def _heavy(self, *, anti: bool) -> Daughter:
        own = self._dark("X2", anti=anti)
        listed = self._open_modes()
        return Decay(own, tuple(self._mode(mode, anti=anti) for mode in listed)) if listed else own

    def _open_modes(self) -> list[str]:
        if self.modes is not None:
            return list(self.modes)
        modes = [mode for parent, mode in self.model.modes("X2") if parent == "X2"]
        for mode in modes:
            require_not_lost(self.model, "X2", mode)
        return [mode for mode in modes if self.model.partial_width("X2", mode) > 0.0]

    def _mode(self, mode: str, *, anti: bool) -> Mode:
        words = mode.split()
        if anti and len(words) == 3:
            words[1:] = words[:0:-1]  # the antiparticle's pair: particle and antiparticle change roles
        daughters = []
        for i, word in enumerate(words):
            partner = word == "X1" and "X1" in words[:i] and not self.model.self_conjugate()
            daughters.append(self.daughter(word, anti=anti != (partner and i == len(words) - 1)))
        spin = self.model.spin(self.parent, self.production, mode)
        settings: dict[str, Any] = {}
        if spin.axis in {"flight", "sister"}:
            settings = {"slope": float(spin.slope), "axis": spin.axis}
        _, analyser = self._laws(mode)
        if analyser is not None:
            settings["analyser"] = analyser.conjugate() if anti else analyser
        return Mode(
            tuple(daughters),
            float(self.model.branching_ratio("X2", mode)),
            matrix_element=self._matrix_element("X2", mode, len(words)),
            **settings,
        )

    def _laws(self, mode: str) -> tuple[PairSpin | None, DecaySpin | TripleSpin | None]:
        return self.model.spin_laws(self.parent, self.production, mode)

    def _matrix_element(self, parent: str, mode: str, daughters: int) -> Any:
        return self.model.matrix_element(parent, mode) if daughters == 3 else None

    def _dark(self, word: str, *, anti: bool) -> Particle:
        stem = "psi" if self.model.fermions() else "X"
        name = f"{stem}{word[1]}{'~' if anti and not self.model.self_conjugate() else ''}"
        mass = float(np.asarray(self.model.m1 if word == "X1" else self.model.m2))
        return particle(name, mass=mass, ctau=float(self.model.ctau(word)))
