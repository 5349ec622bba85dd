"""Decays as physicists write them, for titles of pictures: each decay alone, in matplotlib's mathtext."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from darkpair.chains.spelling import Spelled, parse
from darkpair.gen.errors import DarkpairError
from darkpair.gen.particles import ALIASES, DARK_IDS, particle
from darkpair.gen.pdg_entries import pdg_entry

__all__ = ["decay_symbols", "symbol"]

#: Particles that are written otherwise than the PDG's table has them.
_OURS: Final = {
    "K_L0": "K_L",
    "K_S0": "K_S",
    "eta'": r"\eta^\prime",
    "A'": r"A^\prime",
    "Zprime": r"Z^\prime",
}
#: Dark particles: letters, and a number that becomes an index.
_DARK: Final = re.compile(r"(psi|[A-Z])([0-9Y]?)(~?)")
#: A mass in a name, and the kinds whose lightest one is called without it.
_MASS: Final = re.compile(r"\((?:1S|\d+)\)")
_LIGHTEST: Final = (113, 213, 223, 313, 323, 333, 413, 423, 443, 513, 523)
#: Two superscripts of one letter.
_TWO: Final = re.compile(r"\^\{([^{}]*)\}\^\{([^{}]*)\}")


def symbol(name: str) -> str:
    r"""A particle in mathtext, without its dollar signs; a name that nobody knows as it stands.

    Parameters
    ----------
    name : str
        As descriptors spell it.

    Examples
    --------
    >>> symbol("K_L0"), symbol("X2"), symbol("psi1~"), symbol("pi0")
    ('K_L', 'X_2', '\\bar{\\psi}_1', '\\pi^{0}')
    """
    name = ALIASES.get(name, name)
    if name in _OURS:
        return _OURS[name]
    if name in DARK_IDS and (match := _DARK.fullmatch(name)):
        letter, index, bar = match.groups()
        letter = rf"\{letter}" if len(letter) > 1 else letter
        return (rf"\bar{{{letter}}}" if bar else letter) + (f"_{index}" if index else "")
    try:
        pdgid = particle(name).pdgid
        text = str(pdg_entry(pdgid).latex_name)
    except (DarkpairError, LookupError, ValueError):
        return _plain(name)
    text = _MASS.sub("", text) if abs(pdgid) in _LIGHTEST else text
    return _TWO.sub(r"^{\1\2}", text.replace(r"\overline", r"\bar"))


def decay_symbols(descriptor: str) -> list[str]:
    """Each decay of a descriptor, the first parent's first, in mathtext; a descriptor that cannot be read as it stands.

    Parameters
    ----------
    descriptor : str
        As ``"K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"``.
    """
    try:
        tree = parse(descriptor)
    except DarkpairError:
        return [descriptor.replace("$", r"\$")]
    return list(dict.fromkeys(_decays(tree)))


def _decays(tree: Spelled) -> Iterator[str]:
    """A decay with all of its modes, and those of its daughters after it."""
    modes = []
    for share, daughters in tree.modes:
        names = [each if isinstance(each, str) else each.name for each in daughters]
        words = r"\,".join(symbol(name) for name in names)
        part = f"{100.0 * share:.3g}"
        modes.append(f"${words}$" + (f" ({part} %)" if share != 1.0 else ""))
    every = " or ".join(modes).removeprefix("$")
    yield rf"${symbol(tree.name)}\to {every}"
    for _, daughters in tree.modes:
        for each in daughters:
            if not isinstance(each, str):
                yield from _decays(each)


def _plain(name: str) -> str:
    """A name as upright letters."""
    kept = re.sub(r"[^A-Za-z0-9+*()'/-]", " ", name)
    return rf"\mathrm{{{kept}}}"
