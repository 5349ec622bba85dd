"""What a detector around a B factory's collision point sees of single particles: tracker and crystals.

Particles fly straight: the magnetic field turns tracks about z, which changes neither their polar angle nor their
transverse momentum.  Angles in the data files are in degrees, here in radians.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.polar import beyond, clear_of, edge, polar_angle, settled
from darkpair.gen.compiled.columnwise import columnwise, neither, where
from darkpair.gen.directions import Vector3
from darkpair.gen.events import FinalState
from darkpair.gen.kinematics import Array, Real, boost, two_body_momentum
from darkpair.gen.rays import through_cylinder
from darkpair.gen.region import Cylinder
from darkpair.gen.sources.upsilon4s import Beams

__all__ = ["Crystals", "Tracker", "tracked_part"]

#: Part of a number within which a quicker formula does not decide for an exact one.
_MARGIN = 1e-9

Mask = NDArray[np.bool_]


def _numbers(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: math.radians(entry["value"]) if entry["unit"] == "deg" else entry["value"]
        for name, entry in table.items()
    }


@dataclass(frozen=True, kw_only=True)
class Tracker:
    """Charged particles that leave a track.

    Parameters
    ----------
    theta_min, theta_max : float [rad]
        Least and largest angle to the beam that is seen.
    pt_min : float [GeV]
        Least transverse momentum that is seen.
    radius, z_min, z_max : float [mm]
        Radius and ends of the volume inside which a track has to begin.
    linear, multiple : float [1/GeV], [1]
        Terms of the resolution: sigma(pT)/pT = linear pT ⊕ multiple/beta.
    """

    theta_min: float
    theta_max: float
    pt_min: float
    radius: float
    z_min: float
    z_max: float
    linear: float
    multiple: float

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Tracker:
        """Tracker of a data file."""
        return cls(**_numbers(data["tracker"]), **_numbers(data["tracker_resolution"]))

    @cached_property
    def volume(self) -> Cylinder:
        """Where a track has to begin."""
        return Cylinder(radius=self.radius, z_min=self.z_min, z_max=self.z_max)

    def in_acceptance(self, px: Array, py: Array, pz: Array) -> Mask:
        """Which momenta (n,) [GeV] are inside the polar angles and above the threshold."""
        inside, sure = _in_acceptance(
            px, py, pz, *edge(self.theta_min), *edge(self.theta_max), float(self.pt_min)
        )
        return settled(inside, sure, lambda rows: self._accepts(px[rows], py[rows], pz[rows]))

    def _accepts(self, px: Array, py: Array, pz: Array) -> Mask:
        """The same by the angles themselves."""
        theta = polar_angle(px, py, pz)
        return (theta > self.theta_min) & (theta < self.theta_max) & (np.hypot(px, py) > self.pt_min)

    def sees(self, particles: FinalState) -> Mask:
        """Which charged particles (k,) leave a track."""
        if not len(particles.event):
            return np.zeros(0, dtype=bool)
        return self.in_acceptance(*particles.momentum[:3]) & self.volume.contains(*particles.vertex[:3])

    def smear(self, particles: FinalState, noise: Array) -> Vector3:
        """Measured momenta, three arrays (k,) [GeV]: their size is smeared, their direction exact.

        Parameters
        ----------
        particles : FinalState
            Final particles with their true momenta [GeV] and vertices [mm].
        noise : ndarray, (k,)
            Standard-normal draws, one for each particle.
        """
        px, py, pz, e = particles.momentum
        if not len(e):
            return px, py, pz
        terms = _resolution_terms(px, py, pz, e, np.hypot(px, py), float(self.linear), float(self.multiple))
        smeared: Vector3 = _smeared(px, py, pz, np.hypot(*terms), noise)
        return smeared


@dataclass(frozen=True, kw_only=True)
class Crystals:
    """The electromagnetic calorimeter: photons and charged particles that deposit energy.

    Parameters
    ----------
    theta_min, theta_max : float [rad]
        Least and largest angle to the beam that is seen.
    gap_forward_min, gap_forward_max, gap_backward_min, gap_backward_max : float [rad]
        Angles of the two gaps between endcaps and barrel, where nothing is seen.
    radius, z_min, z_max : float [mm]
        Radius and ends of the inner faces.
    depth : float [mm]
        Depth of the crystals: particles made inside them are seen where they are made.
    energy_min : float [GeV]
        Least energy that is seen.
    coefficients, powers : tuples of float
        Terms of the resolution: sigma(E)/E is the root of the sum of the squares of coefficient E^-power.
    """

    theta_min: float
    theta_max: float
    gap_forward_min: float
    gap_forward_max: float
    gap_backward_min: float
    gap_backward_max: float
    radius: float
    z_min: float
    z_max: float
    depth: float
    energy_min: float
    coefficients: tuple[float, ...]
    powers: tuple[float, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Crystals:
        """Calorimeter of a data file."""
        terms = _numbers(data["calorimeter_resolution"])
        return cls(
            **_numbers(data["calorimeter"]),
            coefficients=tuple(terms["coefficients"]),
            powers=tuple(terms["powers"]),
        )

    @cached_property
    def inside(self) -> Cylinder:
        """The volume within the inner faces."""
        return Cylinder(radius=self.radius, z_min=self.z_min, z_max=self.z_max)

    @cached_property
    def whole(self) -> Cylinder:
        """The volume to the back of the crystals."""
        return Cylinder(
            radius=self.radius + self.depth, z_min=self.z_min - self.depth, z_max=self.z_max + self.depth
        )

    def sigma(self, energy: Array) -> Array:
        """Relative resolution at energies (n,) [GeV]."""
        terms = [c * energy**-p for c, p in zip(self.coefficients, self.powers, strict=True)]
        out: Array = np.sqrt(np.sum(np.square(terms), axis=0))
        return out

    def covers(self, theta: Array) -> Mask:
        """Which polar angles (n,) [rad] have a crystal."""
        gap = (theta > self.gap_forward_min) & (theta < self.gap_forward_max)
        gap |= (theta > self.gap_backward_min) & (theta < self.gap_backward_max)
        return (theta > self.theta_min) & (theta < self.theta_max) & ~gap

    def impact(self, particles: FinalState) -> Vector3:
        """Where particles (k,) meet the inner faces, or where they are made if outside these [mm]."""
        place: Vector3 = _impact(*particles.momentum[:3], *particles.vertex[:3], *self._faces)
        return place

    @cached_property
    def _faces(self) -> tuple[float, float, float]:
        """Square of the radius [mm²], and ends, of the inner faces."""
        return self.inside.radius**2, float(self.inside.z_min), float(self.inside.z_max)

    def hits(self, particles: FinalState) -> Mask:
        """Which particles (k,) meet a crystal with their direction."""
        gaps = self.gap_forward_min, self.gap_forward_max, self.gap_backward_min, self.gap_backward_max
        edges = self.theta_min, self.theta_max, *gaps
        rays = *particles.momentum[:3], *particles.vertex[:3], *self._faces
        covered, sure = _covered(*rays, *(number for angle in edges for number in edge(angle)))

        def exactly(rows: NDArray[np.intp]) -> Mask:
            some = (*particles.momentum[:3, rows], *particles.vertex[:3, rows])
            return self.covers(polar_angle(*_impact(*some, *self._faces)))

        return settled(covered, sure, exactly)

    def above_threshold(self, energy: Array, noise: Array) -> Mask:
        """Which particles of those energies [GeV] and draws are measured above the threshold, (k,)."""
        sure = _surely_above(energy, noise, *self._sure_from, float(self.energy_min))

        def exactly(rows: NDArray[np.intp]) -> Mask:
            e = energy[rows]
            return np.asarray(e * (1.0 + self.sigma(e) * noise[rows]) > self.energy_min)

        return settled(np.ones(len(energy), dtype=bool), sure, exactly)

    @cached_property
    def _sure_from(self) -> tuple[float, float]:
        """An energy above the threshold [GeV], and a resolution that is not exceeded from there on; infinite where there is none."""
        if not (self.energy_min > 0.0 and min(self.powers, default=0.0) >= 0.0):
            return math.inf, math.inf
        energy = 2.0 * self.energy_min
        return energy, float(self.sigma(np.array([energy]))[0]) * (1.0 + _MARGIN)

    def sees(self, particles: FinalState, noise: Array) -> Mask:
        """Which particles (k,) are seen above the threshold.

        Parameters
        ----------
        particles : FinalState
            Final particles with their true momenta [GeV] and vertices [mm].
        noise : ndarray, (k,)
            Standard-normal draws, one for each particle.
        """
        if not len(particles.event):
            return np.zeros(0, dtype=bool)
        inside = self.whole.contains(*particles.vertex[:3])
        return inside & self.hits(particles) & self.above_threshold(particles.momentum[3], noise)


@columnwise
def _in_acceptance(
    px: Real,
    py: Real,
    pz: Real,
    cos_min: float,
    sin_min: float,
    cos_max: float,
    sin_max: float,
    pt_min: float,
) -> tuple[Any, Any]:
    """Whether a momentum is between two angles and above a transverse one, and whether that is sure."""
    pt = np.sqrt(px * px + py * py)
    low, high = beyond(pt, pz, cos_min, sin_min), beyond(pt, pz, cos_max, sin_max)
    sure = clear_of(low, pt, pz) & clear_of(high, pt, pz) & (np.abs(pt - pt_min) > _MARGIN * (pt + pt_min))
    return (low > 0.0) & (high < 0.0) & (pt > pt_min), sure


@columnwise
def _resolution_terms(
    px: Real, py: Real, pz: Real, energy: Real, pt: Real, linear: float, multiple: float
) -> tuple[Real, Real]:
    """Terms of the resolution of a transverse momentum, which are added in squares."""
    beta = np.sqrt(px * px + py * py + pz * pz) / energy
    return linear * pt, multiple / beta


@columnwise
def _smeared(px: Real, py: Real, pz: Real, spread: Real, noise: Real) -> tuple[Real, Real, Real]:
    """A momentum of another size."""
    scale = 1.0 + spread * noise
    return px * scale, py * scale, pz * scale


def impact(
    px: Real, py: Real, pz: Real, x: Real, y: Real, z: Real, square: float, z_min: float, z_max: float
) -> tuple[Real, Real, Real]:
    """Where a flight leaves a cylinder, or begins if outside."""
    p = np.sqrt(px * px + py * py + pz * pz)
    p = where(p > 0.0, p, 1.0)
    dx, dy, dz = px / p, py / p, pz / p
    _, d_out = through_cylinder(x, y, z, dx, dy, dz, square, z_min, z_max)
    inside = (x * x + y * y <= square) & (z >= z_min) & (z <= z_max)
    flight = where(inside, d_out, 0.0)
    return x + flight * dx, y + flight * dy, z + flight * dz


_impact = columnwise(impact)


@columnwise
def _covered(
    px: Real,
    py: Real,
    pz: Real,
    x: Real,
    y: Real,
    z: Real,
    square: float,
    z_min: float,
    z_max: float,
    cos_min: float,
    sin_min: float,
    cos_max: float,
    sin_max: float,
    cos_forward_min: float,
    sin_forward_min: float,
    cos_forward_max: float,
    sin_forward_max: float,
    cos_backward_min: float,
    sin_backward_min: float,
    cos_backward_max: float,
    sin_backward_max: float,
) -> tuple[Any, Any]:
    """Whether a flight leaves a cylinder between the outer edges and in none of two gaps, and whether that is sure."""
    at_x, at_y, at_z = impact(px, py, pz, x, y, z, square, z_min, z_max)
    rho = np.sqrt(at_x * at_x + at_y * at_y)
    low, high = beyond(rho, at_z, cos_min, sin_min), beyond(rho, at_z, cos_max, sin_max)
    a, b = (
        beyond(rho, at_z, cos_forward_min, sin_forward_min),
        beyond(rho, at_z, cos_forward_max, sin_forward_max),
    )
    c = beyond(rho, at_z, cos_backward_min, sin_backward_min)
    d = beyond(rho, at_z, cos_backward_max, sin_backward_max)
    gap = ((a > 0.0) & (b < 0.0)) | ((c > 0.0) & (d < 0.0))
    sure = clear_of(low, rho, at_z) & clear_of(high, rho, at_z) & clear_of(a, rho, at_z)
    sure = sure & clear_of(b, rho, at_z) & clear_of(c, rho, at_z) & clear_of(d, rho, at_z)
    return (low > 0.0) & (high < 0.0) & neither(gap), sure


@columnwise
def _surely_above(energy: Real, noise: Real, sure_from: float, sigma: float, energy_min: float) -> Any:
    """Whether an energy with a relative error of at most sigma is measured above the least."""
    least = energy * (1.0 - sigma * np.abs(noise))
    return (energy >= sure_from) & (least > energy_min * (1.0 + _MARGIN))


def tracked_part(q2: Array, tracker: Tracker, beams: Beams, mass: float, kaon_mass: float) -> Array:
    """Part of the charged kaons of B -> K and anything of mass² q2 that leave a track, (n,).

    The kaon is isotropic in the B's rest frame whatever it recoils against, so the part depends on q2 alone:
    an integral over the two directions on a fixed grid, at the nominal beams.

    Parameters
    ----------
    q2 : ndarray, (n,) [GeV²]
        Squared mass of what goes with the kaon.
    tracker : Tracker
        Tracker that has to see the kaon.
    beams : Beams
        Beams, which give the boost of the B.
    mass, kaon_mass : float [GeV]
        Masses of the B and of the kaon.
    """
    node, weight = np.polynomial.legendre.leggauss(6)
    turn = (np.arange(6) + 0.5) / 6.0
    fine, fine_turn = (np.arange(40) + 0.5) / 20.0 - 1.0, (np.arange(24) + 0.5) / 24.0
    cos_b, phi_b, cos_k, phi_k = (a.ravel() for a in np.meshgrid(node, turn, fine, fine_turn, indexing="ij"))
    share = np.repeat(weight * 0.75 * (1.0 - node * node), len(turn) * len(fine) * len(fine_turn))
    sqrt_s = beams.nominal_sqrt_s
    p = math.sqrt(0.25 * sqrt_s**2 - mass**2)
    # the beam's direction in the centre-of-mass frame, to which the B's angle is measured, is z within 13 mrad there
    x, y, z = _unit(cos_b, phi_b)
    b = boost(*beams.nominal, sqrt_s, p * x, p * y, p * z, 0.5 * sqrt_s)
    x, y, z = _unit(cos_k, phi_k)
    out = np.empty(len(q2))
    for i, value in enumerate(q2):
        k = float(two_body_momentum(mass, kaon_mass, math.sqrt(value)))
        px, py, pz, _ = boost(*b, mass, k * x, k * y, k * z, math.hypot(k, kaon_mass))
        out[i] = np.average(tracker.in_acceptance(px, py, pz), weights=share)
    return out


def _unit(cosine: Array, turn: Array) -> Vector3:
    sine = np.sqrt(1.0 - cosine * cosine)
    return sine * np.cos(2.0 * math.pi * turn), sine * np.sin(2.0 * math.pi * turn), cosine
