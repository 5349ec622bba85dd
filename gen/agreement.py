"""Whether a source, a chain and a detector speak of the same parents, mass, region and machine: asked before anything runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from darkpair.gen.border import require_members
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import Particle, particle
from darkpair.gen.region import covers

__all__ = ["other_beam", "require_agreement", "require_mass", "require_parent", "require_shell", "two_beams"]

_PROBED = 16  # parents of a batch whose mass is looked at: a wrong one is wrong for all of a kind


def require_agreement(source: Any, chain: Any, detector: Any = None) -> None:
    """Refuse a source, a chain and a detector that do not fit.

    Each is asked for what it tells, and a stranger's that tells less is asked for less: a source for ``masses``
    [GeV, by PDG id] (or ``pdgid``), its ``name`` where it is one machine's, and ``machine``; a chain for ``parents``
    and ``lifetimes``; a detector for ``source``, ``parents``, ``machine``, ``region`` and ``vertex_range``
    (`darkpair.gen.detector_members` says what each is).

    Raises
    ------
    InputError
        For one that lacks what every source, chain or detector has; for a parent that the chain does not start with,
        or another mass of it; for a source that is another machine's than the detector's, or parents that the
        detector's own source does not have; for lifetimes forced into a region that leaves out part of the detector's;
        for a beam whose decays end before those that are accepted do.
    """
    require_members("source", source)
    require_members("chain", chain)
    if detector is not None:
        require_members("detector", detector)
    masses: Mapping[int, float] | None = getattr(source, "masses", None)
    kinds = list(masses) if masses else [kind for kind in (getattr(source, "pdgid", 0),) if kind]
    starts: Mapping[int, Particle] | None = getattr(chain, "parents", None)
    if starts is not None:
        for kind in kinds:
            require_parent(kind, starts)
            if masses:
                require_mass(starts[kind], masses[kind])
    if detector is None:
        return
    _require_machine(source, detector)
    _require_kinds(kinds, detector)
    _require_range(source, detector)
    region = getattr(detector, "region", None)
    for law_of, law in {**getattr(chain, "lifetimes", {})}.items():
        forced = getattr(law, "region", None)
        if region is not None and forced is not None and covers(forced, region) is False:
            raise InputError(
                f"{law_of} is forced to decay in {forced}, which leaves out part of {region}, where "
                f"{type(detector).__name__} sees decays: its acceptance would be too small; take the detector's own region"
            )


def two_beams(source: object, detector: object) -> bool:
    """Whether both are energies of protons [GeV], and not the same."""
    if not (isinstance(source, float | int) and isinstance(detector, float | int)):
        return False
    return not math.isclose(source, detector, rel_tol=1e-6)


def other_beam(source: Any, detector: Any) -> str | None:
    """A line where the source's protons, aimed or not, have another energy than the detector's; None where they agree."""
    inner = getattr(source, "source", source)
    made = getattr(inner, "beam_energy", None)
    own = getattr(detector, "beam_energy", None)
    if not two_beams(made, own):
        return None
    from darkpair.gen.sources.other_beams import for_beam  # (rarely, and it reads the tables)

    there, here = apart(float(str(made)), float(str(own)))
    return (
        f"the source's protons have {there} GeV, the detector's {here} GeV: spectrum and number of parents are not those of its "
        f"protons on target, nor are the expected events; {for_beam(inner, float(str(own)))}, or a data file with the other [beam]"
    )


def require_parent(pdgid: int, starts: Mapping[int, Particle]) -> None:
    """Refuse a parent with which no chain starts.

    Raises
    ------
    InputError
        With both.
    """
    if pdgid not in starts:
        names = ", ".join(f"{p.name} ({p.pdgid})" for p in starts.values())
        raise InputError(
            f"the source supplies PDG id {pdgid}, the chain starts with {names}; choose a source of "
            f"{' or '.join(p.name for p in starts.values())}"
        )


def require_mass(parent: Particle, mass: float) -> None:
    """Refuse a source's mass [GeV] that is not the chain's.

    Raises
    ------
    InputError
        With both.
    """
    if not math.isclose(parent.mass, mass, rel_tol=1e-12):
        chain, source = apart(parent.mass, mass, digits=9)
        raise InputError(
            f"the chain gives {parent.name} the mass {chain} GeV, the source {source} GeV; allowed: one mass; "
            f"give {parent.name} the same in both, or none and it is the PDG's"
        )


def require_shell(parent: Particle, momentum: Array) -> None:
    """Refuse parents whose four-momenta are not finite, or have another mass than the chain's.

    Parameters
    ----------
    parent : Particle
        The particle that the chain decays.
    momentum : ndarray, (4, n) [GeV]
        px, py, pz, E of the source's parents, of which the first few are looked at.

    Raises
    ------
    InputError
        With the energy that they have and should have.
    """
    x, y, z, energy = momentum[:, :_PROBED]
    wanted = np.sqrt(x * x + y * y + z * z + parent.mass * parent.mass)
    wrong = np.flatnonzero(
        ~(np.abs(energy - wanted) <= 1e-6 * wanted)
    )  # NaN as well; a source may be in float32
    if len(wrong):
        i = int(wrong[0])
        has, should = apart(energy[i], wanted[i])
        raise InputError(
            f"the source supplies {parent.name} of momentum {math.hypot(x[i], y[i], z[i]):.6g} GeV and energy "
            f"{has} GeV; allowed: {should} GeV, as the chain gives it the mass {parent.mass:.6g} GeV; give "
            "both the same mass"
        )


def _require_machine(source: Any, detector: Any) -> None:
    own, expected = getattr(source, "name", None), getattr(detector, "source", None)
    who = type(detector).__name__
    if isinstance(own, str) and isinstance(expected, str) and own != expected:
        raise InputError(
            f"the source is {own}, and {who} stands at another machine: it expects {expected}; take that, or a source that "
            "is nobody's own (gun, event_file)"
        )
    here, there = getattr(source, "machine", None), getattr(detector, "machine", None)
    if isinstance(here, str) and isinstance(there, str) and here != there:
        raise InputError(
            f"the source is the machine {here!r}, and {who} stands at {there!r}; take source.machine = {there!r}, or the "
            "other's detector"
        )


def _require_range(source: Any, detector: Any) -> None:
    """Refuse a beam that decays in a part alone of what the selection accepts: nothing would tell of the rest."""
    accepted = getattr(detector, "vertex_range", None)
    if accepted is None or getattr(source, "decay", None) != "region":
        return
    if source.z_max <= accepted[0] or source.z_min >= accepted[1]:
        return  # a range beside it altogether is a part of a sample by intention: what X2 carries in from upstream
    for end, made, wanted, short in (
        ("z_min", source.z_min, accepted[0], source.z_min > accepted[0]),
        ("z_max", source.z_max, accepted[1], source.z_max < accepted[1]),
    ):
        if short:
            low, high, has = apart(*accepted, made)
            raise InputError(
                f"{type(detector).__name__} accepts vertices from z = {low} to {high} mm, and the source has "
                f"{end} = {has} mm: what decays beyond would be missing; give source.{end} = {wanted:.15g} mm, or "
                "other cuts on z_vtx"
            )


def _require_kinds(kinds: list[int], detector: Any) -> None:
    names = getattr(detector, "parents", None)
    if names is None:
        return
    allowed = {particle(name).pdgid for name in names}
    for kind in kinds:
        if kind not in allowed:
            raise InputError(
                f"the source supplies PDG id {kind}, and {type(detector).__name__} can accept no event of it; allowed: "
                f"{', '.join(names)}, which is what {detector.source} makes; take one of them, or leave the detector out"
            )
