"""Dark-particle pair production in meson decays, as awkward arrays and ROOT files (arXiv:2005.07102)."""

from __future__ import annotations

from importlib.metadata import version

from darkpair.chains.angular_density import angular_density
from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.errors import ClosedChannelError, DarkpairError, InputError, UnknownNameError
from darkpair.gen.events import Batch, Parents, total_weight
from darkpair.gen.particles import Particle, particle
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.streams import Streams

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
    "particle",
    "total_weight",
]

__version__ = version("darkpair")
