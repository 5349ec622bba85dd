"""Components of branches of four-momenta: ROOT's vectors, records, and arrays of four numbers."""

from __future__ import annotations

import numpy as np

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.sources.tree_columns import TreeColumns

__all__ = ["components"]

#: Quantities by the last part of a member's name: TVector3 in TLorentzVector, ROOT::Math's coordinates, and records.
_MEMBERS = {
    "fX": "px",
    "fY": "py",
    "fZ": "pz",
    "fE": "energy",
    "fT": "energy",
    "fM": "mass",
    "fPt": "pt",
    "fEta": "eta",
    "fPhi": "phi",
    "px": "px",
    "py": "py",
    "pz": "pz",
    "x": "px",
    "y": "py",
    "z": "pz",
    "t": "energy",
    "e": "energy",
    "energy": "energy",
    "m": "mass",
    "mass": "mass",
    "tau": "mass",
    "pt": "pt",
    "rho": "pt",
    "eta": "eta",
    "phi": "phi",
}
#: What a four-momentum is made of.
_FOURS = (
    ("px", "py", "pz", "energy"),
    ("pt", "eta", "phi", "mass"),
    ("pt", "eta", "phi", "energy"),
    ("px", "py", "pz", "mass"),
)
_LOOKED_AT = 100  # events that show whether an array has its energy last


def components(columns: TreeColumns, branch: str) -> dict[str, str]:
    """Branches of the components of a four-momentum, by quantity.

    Parameters
    ----------
    columns : TreeColumns
        The tree.
    branch : str
        A branch of ``TLorentzVector``, ``ROOT::Math::LorentzVector``, records of ``px, py, pz, E`` or ``pt, eta, phi,
        mass``, or lists of them; or of arrays of four numbers, which are px, py, pz and E in this order, as
        TLorentzVector's are.

    Raises
    ------
    UnknownNameError
        If there is no such branch.
    InputError
        If it holds something else.
    """
    if not columns.has(branch):
        raise UnknownNameError(f"branch of {columns.path!r}", branch, sorted(columns.names)[:40])
    inside = columns.below(branch)
    by_name: dict[str, str] = {}
    for name in inside:
        member = name.rpartition("/")[2].rpartition(".")[2]
        quantity = _MEMBERS.get(member) or _MEMBERS.get(member.lower())
        if quantity is not None:
            by_name.setdefault(quantity, name)
    for four in _FOURS:
        if set(four) <= set(by_name):
            return {quantity: by_name[quantity] for quantity in four}
    if inside:
        raise InputError(
            f"branch {branch!r} of {columns.path!r} holds {', '.join(inside[:6])}, which is no four-momentum; allowed: px, py, pz "
            "or pt, eta, phi, with energy or mass"
        )
    colon = ":," * len(columns.levels(branch, 0, 1)[0][1:])
    texts = {quantity: f"{branch}[{colon}{i}]" for i, quantity in enumerate(_FOURS[0])}
    _require_order(columns, branch, texts)
    return texts


def _require_order(columns: TreeColumns, branch: str, texts: dict[str, str]) -> None:
    """Refuse four numbers whose last is smaller than the others in most particles, and so no energy."""
    last = min(columns.entries, _LOOKED_AT)
    px, py, pz, energy = (columns.levels(text, 0, last)[1].astype(np.float64) for text in texts.values())
    below = int(np.sum(energy < (1.0 - 1e-6) * np.sqrt(px * px + py * py + pz * pz)))
    if 2 * below > len(energy):
        raise InputError(
            f"branch {branch!r} of {columns.path!r} is read as px, py, pz, energy, and in {below} of {len(energy)} particles the "
            f'last is smaller than the momentum; name the components, as in energy = "{branch}[:,0]", px = "{branch}[:,1]"'
        )
