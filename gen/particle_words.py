"""Which particle somebody may mean by a word that no particle has: ``Bplus``, ``D0bar``, ``eta_prime``, ``Jpsi``, ``521``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final

from darkpair.gen.errors import LONGEST
from darkpair.gen.pdg_entries import evtgen_names

__all__ = ["meant"]

#: Words for signs in a name, the longer ones first, and what stands for nothing.
_SIGNS: Final = (
    ("minus", "-"),
    ("plus", "+"),
    ("zero", "0"),
    ("short", "_s"),
    ("long", "_l"),
    ("prime", "'"),
    ("meson", ""),
    ("star", "*"),
)
_NOTHING: Final = re.compile(r"[\s_/^{}\\$().,]|~$|bar(?=[0+*-]*$)|^anti-?")
#: Particles that have a word for a name, and names that end as words do.
_WORDS: Final = {
    "photon": "gamma",
    "electron": "e-",
    "positron": "e+",
    "muon": "mu-",
    "antimuon": "mu+",
    "proton": "p+",
    "neutron": "n0",
    "pion": "pi0",
    "neutrino": "nu_e",
    "etap": "eta'",
    "lambda": "Lambda0",
    "jpsi": "J/psi",
    "b": "B0",
    "bc": "B_c+",
    "bs": "B_s0",
    "d": "D0",
    "ds": "D_s+",
    "k": "K+",
    "kaon": "K+",
    "kl": "K_L0",
    "ks": "K_S0",
}
_CUTOFF: Final = 0.6


def meant(name: str, others: Mapping[str, str], first: Iterable[str]) -> str:
    """Name of the particle that a word is near to; empty where none is.

    Parameters
    ----------
    name : str
        The word.
    others : mapping of str to str
        Particles' names by further words for them.
    first : iterable of str
        Names that come first where several are as near.
    """
    text = name.strip()
    if len(text) > LONGEST:  # (looking for the nearest takes the square of its length)
        return ""
    if re.fullmatch(r"[-+]?\d{1,10}", text):
        return evtgen_names().get(int(text), "")
    table: dict[tuple[bool, str], str] = {}
    for word, spelled in (*((word, word) for word in first), *others.items(), *_WORDS.items()):
        table.setdefault(_key(word), spelled)
    for pdgid, word in evtgen_names().items():
        if not _is_parton(pdgid):
            table.setdefault(_key(word), word)
    anti, key = _key(text)
    if not re.search("[a-z]", key):
        return ""
    for sign in (anti, False):
        if near := table.get((sign, key)):
            return near
    words = [word for sign, word in table if sign == anti]
    match = get_close_matches(key, words, n=1, cutoff=_CUTOFF)
    return table[anti, match[0]] if match else ""


def _is_parton(pdgid: int) -> bool:
    """Whether it is a quark or two of them, which no event file has for a parent."""
    size = abs(pdgid)
    return size < 9 or (1000 < size < 10000 and size // 10 % 10 == 0)


@cache
def _key(name: str) -> tuple[bool, str]:
    """Whether a name says that it is an antiparticle, and its letters and signs."""
    text = name.strip().casefold()
    for word, sign in _SIGNS:
        text = text.replace(word, sign) if text != word else text
    anti = bool(re.search(r"^anti|bar[0+*-]*$|~$", text))
    return anti, _NOTHING.sub("", text)
