"""The built-in chains by name: what the parent makes, and how the heavier dark particle ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from darkpair.gen.registry import Entry, Registry

if TYPE_CHECKING:
    from darkpair.chains.chain import Chain

__all__ = ["CHAINS", "ENDINGS", "PRODUCTIONS", "NamedChain"]

_PI0 = "(pi0 -> gamma gamma)"

#: Daughters of X2, by the name of the ending.
ENDINGS: dict[str, str] = {
    "pi0": f"X1 {_PI0}",
    "gamma": "X1 gamma",
    "gammagamma": "gamma gamma",
    "x1gammagamma": "X1 gamma gamma",
}

#: Parents and what they make; {X2} is the heavier dark particle with its ending.
PRODUCTIONS: dict[str, str] = {
    "kl_x1x2": "K_L0 -> X1 {X2}",
    "kl_x2x2": "K_L0 -> {X2} {X2}",
    "eta_x1x2": "eta -> X1 {X2}",
    "bplus_kx1x2": "B+ -> K+ X1 {X2}",
    "kplus_pix1x2": "K+ -> pi+ X1 {X2}",
}

_OTHERS: dict[str, str] = {
    "kl_x1x2_four_gamma": "K_L0 -> (X1 -> gamma gamma) (X2 -> gamma gamma)",
    "kl_pi0s": f"K_L0 -> {_PI0} S",
    "kl_pi0yy": f"K_L0 -> {_PI0} Y Y",
    "kl_pi0nunu": f"K_L0 -> {_PI0} nu nubar",
    "kl_2pi0": f"K_L0 -> {_PI0} {_PI0}",
    "kl_3pi0": f"K_L0 -> {_PI0} {_PI0} {_PI0}",
    "kl_gammagamma": "K_L0 -> gamma gamma",
}


@dataclass(frozen=True)
class NamedChain:
    """A factory of chains of one descriptor.

    Parameters
    ----------
    descriptor : str
        Decays of the chain, as `darkpair.chains.spelling.parse` reads them.
    """

    descriptor: str

    @property
    def summary(self) -> str:
        """The descriptor."""
        return self.descriptor

    @property
    def recipes(self) -> dict[str, str]:
        """How each mode is made, by its spelling: no masses are needed to know."""
        from darkpair.chains.recipes import spelled_recipes
        from darkpair.chains.spelling import parse

        return spelled_recipes(parse(self.descriptor))

    def __call__(self, **settings: Any) -> Chain:
        """The chain; keyword arguments as in `darkpair.chains.descriptor.build`."""
        from darkpair.chains.descriptor import build

        return build(self.descriptor, **settings)


def _all() -> dict[str, NamedChain]:
    named = {
        f"{production}_{ending}": NamedChain(text.format(X2=f"(X2 -> {daughters})"))
        for production, text in PRODUCTIONS.items()
        for ending, daughters in ENDINGS.items()
    }
    return named | {name: NamedChain(text) for name, text in _OTHERS.items()}


def _entry(named: NamedChain) -> Entry:
    return Entry(named, named.summary, recipes=lambda: named.recipes)


#: Every chain; the built-in ones are made of their descriptors when they are called.
CHAINS = Registry("chains", {name: _entry(named) for name, named in _all().items()})
