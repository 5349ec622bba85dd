"""Parents of one kind from one place: monochromatic, flat in momentum or by a file; a pencil, a cone or angles by a file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np

from darkpair.gen.directions import about
from darkpair.gen.errors import InputError
from darkpair.gen.events import Parents
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import Array
from darkpair.gen.parameters import Angle, Energy, Ge, Le, Length, checked
from darkpair.gen.particles import particle
from darkpair.gen.ranges import ENERGIES, PLACES, require_within
from darkpair.gen.sampling import Density
from darkpair.gen.sources.spectrum import Spectrum, angle_spectrum, momentum_spectrum_of
from darkpair.gen.streams import asked

__all__ = ["Gun"]


@checked
@dataclass(frozen=True, kw_only=True)
class Gun:
    """A particle gun at the origin, along z.

    Parameters
    ----------
    parent : str
        Name of the particle.
    momentum : float or (low, high) [GeV]
        Momentum of each particle, or the ends of a flat spectrum.
    cone : float [rad]
        Half opening angle, filled uniformly in solid angle; 0 is a pencil.
    z : float [mm]
        Place on the z axis where the particles are made.
    mass : float, optional [GeV]
        Mass of the particle, instead of the PDG's.
    spectrum : str, optional
        File of the density dN/dp instead of a momentum: ``"mine.csv"`` with the columns ``p [GeV],density``, or
        ``"file.root:name"`` of a TH1 (`darkpair.gen.sources.spectrum`).
    spectrum_unit : str, optional
        Unit of the momenta in the file, where it says none.
    angle : str, optional
        File of the density dN/dtheta of angles to z instead of a cone, with the solid angle in it; columns ``theta
        [mrad],density``. The azimuth is uniform, and angle and momentum are independent.
    angle_unit : str, optional
        Unit of the angles in the file, where it says none.

    Raises
    ------
    InputError
        For negative or unordered momenta, an angle outside 0 to pi, a file that is none, and two that say the same.
    """

    references: ClassVar = ("particle",)

    parent: str = "K_L0"
    momentum: Annotated[float | tuple[float, float], Energy, Ge(0.0)] = 1.0
    cone: Annotated[float, Angle, Ge(0.0), Le(math.pi)] = 0.0
    z: Annotated[float, Length] = 0.0
    mass: Annotated[float | None, Energy, Ge(0.0)] = None
    spectrum: str | None = None
    spectrum_unit: Literal["eV", "keV", "MeV", "GeV", "TeV"] | None = None
    angle: str | None = None
    angle_unit: Literal["urad", "mrad", "rad", "deg"] | None = None
    #: Spectra of the files, where there are some.
    momenta: Spectrum | None = field(init=False, repr=False, default=None)
    angles: Spectrum | None = field(init=False, repr=False, default=None)

    if TYPE_CHECKING:  # (what a checker lets a script say: numbers with units, too)

        def __init__(
            self,
            *,
            parent: str = ...,
            momentum: float | str | tuple[float | str, float | str] = ...,
            cone: float | str = ...,
            z: float | str = ...,
            mass: float | str | None = ...,
            spectrum: str | None = ...,
            spectrum_unit: Literal["eV", "keV", "MeV", "GeV", "TeV"] | None = ...,
            angle: str | None = ...,
            angle_unit: Literal["urad", "mrad", "rad", "deg"] | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        freeze(self)
        self._read()
        if len(self.momentum_range) != 2:
            raise InputError(
                f"momentum = {self.momentum} GeV; allowed: a number, or two in growing order, 0 or more"
            )
        low, high = self.momentum_range
        if not 0.0 <= low <= high < math.inf:
            raise InputError(
                f"momentum = {self.momentum} GeV; allowed: a number, or two in growing order, 0 or more"
            )
        if not 0.0 <= self.cone <= math.pi:
            raise InputError(f"cone = {self.cone} rad; allowed: 0 to pi")
        for value in (low, high):
            require_within(value, ENERGIES, "momentum", "GeV")
        require_within(self.z, PLACES, "z", "mm")
        particle(self.parent, mass=self.mass, key="parent")

    def _read(self) -> None:
        """The files' spectra, and that nothing else says the same."""
        for name, file, unit, other in (
            ("spectrum", self.spectrum, self.spectrum_unit, self.momentum != 1.0 and "momentum"),
            ("angle", self.angle, self.angle_unit, self.cone != 0.0 and "cone"),
        ):
            if file is None and unit is not None:
                raise InputError(f"{name}_unit = {unit!r} without {name}; it is of a file's: leave it out")
            if file is not None and other:
                raise InputError(
                    f"{name} = {file!r} and {other} = {getattr(self, other)}; allowed: one of them"
                )
        if self.spectrum is not None:
            object.__setattr__(self, "momenta", momentum_spectrum_of(self.spectrum, self.spectrum_unit))
        if self.angle is not None:
            object.__setattr__(self, "angles", angle_spectrum(self.angle, self.angle_unit))

    @property
    def momentum_range(self) -> tuple[float, float]:
        """Momenta between which all parents are [GeV]."""
        if self.momenta is not None:
            return self.momenta.range
        return self.momentum if isinstance(self.momentum, tuple) else (self.momentum, self.momentum)

    @property
    def angle_range(self) -> tuple[float, float]:
        """Angles to z between which all parents are [rad]."""
        return (0.0, self.cone) if self.angles is None else self.angles.range

    def density_at(self, p: Array, cosine: Array, *, close: float = 0.0) -> Array:
        """Density in momentum and cosine to z [1/GeV], (n,), for a range of both.

        Parameters
        ----------
        p, cosine : ndarray, (n,) [GeV], [1]
            Momenta, and cosines to z.
        close : float
            How far beyond the ends of a flat density, relative, still belongs to it: for numbers that are rounded.
        """
        low, high = self.momentum_range
        if self._momentum_density is None:
            inside = (p >= low * (1.0 - close)) & (p <= high * (1.0 + close))
            of_p = np.where(inside, 1.0 / (high - low), 0.0)
        else:
            of_p = self._momentum_density(p)
        if self._angle_density is None:
            least = math.cos(self.cone)
            return of_p * np.where(cosine >= least - close * (1.0 - least), 1.0 / (1.0 - least), 0.0)
        angle = np.arccos(np.clip(cosine, -1.0, 1.0))
        return of_p * self._angle_density(angle) / np.maximum(np.sin(angle), np.finfo(float).tiny)

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        return particle(self.parent, mass=self.mass).pdgid

    @property
    def masses(self) -> dict[int, float]:
        """Mass of the parents [GeV], by PDG id."""
        return {self.pdgid: particle(self.parent, mass=self.mass).mass}

    @cached_property
    def _momentum_density(self) -> Density | None:
        return None if self.momenta is None else self.momenta.density()

    @cached_property
    def _angle_density(self) -> Density | None:
        return None if self.angles is None else self.angles.density()

    def provenance(self) -> dict[str, Any]:
        """The settings, and what the files hold."""
        names = ("parent", "momentum", "cone", "z", "mass")
        settings: dict[str, Any] = {name: getattr(self, name) for name in names}
        if self.momenta is not None:
            settings |= {"momentum": None, "spectrum": self.spectrum, "spectrum_unit": self.spectrum_unit}
            settings |= {"spectrum_file": self.momenta.provenance()}
        if self.angles is not None:
            settings |= {"cone": None, "angle": self.angle, "angle_unit": self.angle_unit}
            settings |= {"angle_file": self.angles.provenance()}
        return settings

    def sample_identity(self) -> dict[str, Any]:
        """What decides about the events; where files stand does not."""
        return {
            "parents": self.masses,
            "momentum": self.momentum_range if self.momenta is None else self.momenta,
            "angle": self.cone if self.angles is None else self.angles,
            "z": self.z,
        }

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """Parents made at (0, 0, z) at time 0."""
        n = asked(n)
        low, high = self.momentum_range
        draw, turn = self._momentum_density, self._angle_density
        p = low + (high - low) * rng.random(n) if draw is None else draw.sample(rng, n)
        cosine = (
            1.0 - (1.0 - math.cos(self.cone)) * rng.random(n) if turn is None else np.cos(turn.sample(rng, n))
        )
        zero, along = np.zeros(n), np.ones(n)
        x, y, z = about((zero, zero, along), cosine, rng.random(n))
        energy = np.sqrt(p * p + particle(self.parent, mass=self.mass).mass ** 2)
        vertex: Array = np.zeros((4, n))
        vertex[2] = self.z
        return Parents(pdgid=self.pdgid, momentum=np.stack([p * x, p * y, p * z, energy]), vertex=vertex)
