"""Dark-particle pair production in meson decays, as awkward arrays and ROOT files (arXiv:2005.07102)."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from darkpair.chains.angular_density import angular_density
from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.errors import ClosedChannelError, DarkpairError, InputError, UnknownNameError
from darkpair.gen.events import Batch, Parents, total_weight
from darkpair.gen.particles import Particle, particle
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.streams import Streams

if TYPE_CHECKING:
    from darkpair.expected import expected_events

__all__ = [
    "Batch",
    "Chain",
    "ClosedChannelError",
    "DarkpairError",
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

__version__ = version("darkpair")


def __getattr__(name: str) -> Any:
    """`expected_events` when it is asked for: it knows models and detectors, which take as long to import as all else."""
    if name == "expected_events":
        from darkpair.expected import expected_events

        return expected_events
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
