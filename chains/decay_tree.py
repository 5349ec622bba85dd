"""The tree of a decay: how it is spelled, what is in it, and its conjugate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from darkpair.gen.decay import Decay
from darkpair.gen.particles import Particle, conjugate

__all__ = ["antiparticle", "conjugate_decay", "decays_of", "particles_of", "spell"]


def spell(decay: Decay) -> str:
    """Descriptor of a decay, as `darkpair.chains.spelling.parse` reads it."""
    modes = []
    for mode in decay.modes:
        words = [f"({spell(d)})" if isinstance(d, Decay) else d.name for d in mode.daughters]
        share = (
            f" [{mode.branching_ratio:.12g}]" if len(decay.modes) > 1 or mode.branching_ratio != 1.0 else ""
        )
        modes.append(" ".join(words) + share)
    return f"{decay.parent.name} -> {' | '.join(modes)}"


def decays_of(decay: Decay) -> Iterator[Decay]:
    """The decay and those of its daughters, down to the last."""
    yield decay
    for mode in decay.modes:
        for daughter in mode.daughters:
            if isinstance(daughter, Decay):
                yield from decays_of(daughter)


def particles_of(decay: Decay) -> Iterator[Particle]:
    """Every particle of a decay, the parent first."""
    yield decay.parent
    for mode in decay.modes:
        for daughter in mode.daughters:
            if isinstance(daughter, Decay):
                yield from particles_of(daughter)
            else:
                yield daughter


def conjugate_decay(decay: Decay, own: frozenset[int]) -> Decay:
    """The decay of the antiparticle; particles of the ids `own` are their own antiparticles."""
    modes = []
    for mode in decay.modes:
        daughters = tuple(
            conjugate_decay(d, own) if isinstance(d, Decay) else antiparticle(d, own) for d in mode.daughters
        )
        polariser = mode.polariser and mode.polariser.conjugate()
        analyser = mode.analyser and mode.analyser.conjugate()
        modes.append(replace(mode, daughters=daughters, polariser=polariser, analyser=analyser))
    return replace(decay, parent=antiparticle(decay.parent, own), modes=tuple(modes))


def antiparticle(particle: Particle, own: frozenset[int]) -> Particle:
    """Antiparticle; the particle itself of those ids."""
    return particle if particle.pdgid in own else conjugate(particle)
