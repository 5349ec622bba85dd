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

from darkpair.gen.directions import Vector3
from darkpair.gen.events import FinalState
from darkpair.gen.kinematics import Array, boost, two_body_momentum
from darkpair.gen.region import Cylinder
from darkpair.gen.sources.upsilon4s import Beams

__all__ = ["Crystals", "Tracker", "polar_angle", "tracked_part"]

Mask = NDArray[np.bool_]


def polar_angle(x: Array, y: Array, z: Array) -> Array:
    """Angle to +z, (n,) [rad]."""
    out: Array = np.arctan2(np.hypot(x, y), z)
    return out


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
        theta = polar_angle(px, py, pz)
        return (theta > self.theta_min) & (theta < self.theta_max) & (np.hypot(px, py) > self.pt_min)

    def sees(self, particles: FinalState) -> Mask:
        """Which charged particles (k,) leave a track."""
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
        beta = np.sqrt(px * px + py * py + pz * pz) / e
        scale = 1.0 + np.hypot(self.linear * np.hypot(px, py), self.multiple / beta) * noise
        return px * scale, py * scale, pz * scale


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
        px, py, pz, _ = particles.momentum
        x, y, z, _ = particles.vertex
        p = np.sqrt(px * px + py * py + pz * pz)
        p = np.where(p > 0.0, p, 1.0)
        direction = px / p, py / p, pz / p
        _, d_out = self.inside.path((x, y, z), direction)
        flight = np.where(self.inside.contains(x, y, z), d_out, 0.0)
        return x + flight * direction[0], y + flight * direction[1], z + flight * direction[2]

    def sees(self, particles: FinalState, noise: Array) -> Mask:
        """Which particles (k,) are seen above the threshold.

        Parameters
        ----------
        particles : FinalState
            Final particles with their true momenta [GeV] and vertices [mm].
        noise : ndarray, (k,)
            Standard-normal draws, one for each particle.
        """
        energy = particles.momentum[3]
        measured = energy * (1.0 + self.sigma(energy) * noise)
        hit = self.covers(polar_angle(*self.impact(particles)))
        x, y, z, _ = particles.vertex
        out: Mask = hit & self.whole.contains(x, y, z) & (measured > self.energy_min)
        return out


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
