"""Whether another process makes the same events: versions, lines of this package, arithmetic of its processor."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from darkpair.gen.code_digest import lines_digest
from darkpair.gen.errors import InputError
from darkpair.gen.provenance import PACKAGES, environment

__all__ = ["Likeness", "arithmetic", "likeness", "where"]

#: No module's name, for which every module counts: workers run what limits and studies ask for, too.
_ALL: Final = frozenset({"*"})

#: Functions of numpy with a path of their own for some processors.
_FUNCTIONS: Final = (
    np.exp, np.log, np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh,
    np.exp2, np.log2, np.log10, np.expm1, np.log1p, np.cbrt, np.sqrt,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """What decides about the bits of events, in one process.

    Parameters
    ----------
    versions : mapping
        Of `darkpair.gen.provenance.PACKAGES`.
    code : str
        Hash of this package's lines and data files.
    arithmetic : str
        Of `arithmetic`.
    features : tuple of str
        What numpy uses of its processor, as NPY_DISABLE_CPU_FEATURES takes it.
    """

    versions: Mapping[str, str]
    code: str
    arithmetic: str
    features: tuple[str, ...]

    def unlike(self) -> str:
        """What to say of this process if its arithmetic rounds otherwise than there; else empty.

        Raises
        ------
        InputError
            If this process has other versions, or other lines under the same version.
        """
        own = likeness()
        differ = [
            f"{name} {own.versions[name]} (here {version})"
            for name, version in self.versions.items()
            if own.versions[name] != version
        ]
        if not differ and own.code != self.code:
            differ = [f"other lines of darkpair {own.versions['darkpair']}"]
        if differ:
            raise InputError(
                f"{where()} has {', '.join(differ)}: its events could differ; give the workers the environment of this "
                "process, and start them again"
            )
        if own.arithmetic == self.arithmetic:
            return ""
        features = set(self.features) ^ set(own.features)
        return (
            f"{where()} rounds exp, log or sin otherwise than here, by a path of numpy for its processor: events agree in all but "
            "their last digits, not bit for bit; set "
            f'NPY_DISABLE_CPU_FEATURES="{" ".join(sorted(features))}" where a processor has these, if the bits count'
        )


@cache
def likeness() -> Likeness:
    """Of this process."""
    versions = environment()["versions"]
    return Likeness(
        versions={name: versions[name] for name in PACKAGES},
        code=lines_digest(_ALL),
        arithmetic=arithmetic(),
        features=_features(),
    )


@cache
def arithmetic() -> str:
    """Hash of the bits that numpy's functions give here: they differ in the last ones from processor to processor."""
    x = np.linspace(1e-3, 1.0 - 1e-3, 4096)
    digest = hashlib.sha256()
    for function in _FUNCTIONS:
        digest.update(function(x).tobytes())
        digest.update(function(50.0 * x).tobytes() if function not in (np.arcsin, np.arccos) else b"")
    digest.update(np.power(50.0 * x, 1.3).tobytes())
    digest.update(np.arctan2(x, 1.0 - x).tobytes())
    return digest.hexdigest()


def where() -> str:
    """Number and machine of the process, for somebody on another one."""
    return f"the worker {os.getpid()} on {platform.node()}"


def _features() -> tuple[str, ...]:
    """What numpy chooses paths by, on this processor."""
    said: Any = np.show_config(mode="dicts")
    return tuple(said.get("SIMD Extensions", {}).get("found", ()))
