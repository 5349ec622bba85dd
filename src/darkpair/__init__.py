"""Dark-particle pair production in meson decays, as awkward arrays and ROOT files (arXiv:2005.07102).

What this package exports, and what docs/ describes, keeps its meaning within a major version; everything else may move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from darkpair.gen.lazy import lazily

if TYPE_CHECKING:
    from darkpair.chains.angular_density import angular_density
    from darkpair.chains.chain import Chain
    from darkpair.chains.descriptor import build
    from darkpair.expected import expected_events
    from darkpair.gen.decay import Decay, Mode
    from darkpair.gen.errors import (
        ClosedChannelError,
        DarkpairError,
        DarkpairWarning,
        InputError,
        UnknownNameError,
    )
    from darkpair.gen.events import Batch, Parents, total_weight
    from darkpair.gen.particles import Particle, particle
    from darkpair.gen.pipeline import Pipeline, chunks
    from darkpair.gen.streams import Streams

    __version__: str

__all__ = [
    "Batch",
    "Chain",
    "ClosedChannelError",
    "DarkpairError",
    "DarkpairWarning",
    "Decay",
    "InputError",
    "Mode",
    "Parents",
    "Particle",
    "Pipeline",
    "Streams",
    "UnknownNameError",
    "__version__",
    "angular_density",
    "build",
    "chunks",
    "expected_events",
    "particle",
    "total_weight",
]

_public = lazily(
    __name__,
    {
        "Batch": "gen.events",
        "Chain": "chains.chain",
        "ClosedChannelError": "gen.errors",
        "DarkpairError": "gen.errors",
        "DarkpairWarning": "gen.errors",
        "Decay": "gen.decay",
        "InputError": "gen.errors",
        "Mode": "gen.decay",
        "Parents": "gen.events",
        "Particle": "gen.particles",
        "Pipeline": "gen.pipeline",
        "Streams": "gen.streams",
        "UnknownNameError": "gen.errors",
        "angular_density": "chains.angular_density",
        "build": "chains.descriptor",
        "chunks": "gen.pipeline",
        "expected_events": "expected",
        "particle": "gen.particles",
        "total_weight": "gen.events",
    },
)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("darkpair")
    return _public(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
