"""An eta with the momentum of a pi0, as the generator of arXiv:1908.07525 has it, by weights."""

from __future__ import annotations

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources.dump_mesons import DumpMesons

__all__ = ["like_pions"]


def like_pions(source: DumpMesons, momentum: Array) -> Array:
    """Weights that give mesons of a source the momenta of its pi0, (n,).

    The density of the pi0 over that of the meson at one momentum vector, ``(rho(y, pT) / E)`` of each with its own mass, each
    normalised to 1: d^3p = 2 pi pT E dy dpT.

    Parameters
    ----------
    source : DumpMesons
        Of the mesons; the pi0 are of the same beam, generator and target.
    momentum : ndarray, (3 or 4, n) [GeV]
        Momenta of mesons that were drawn from it, the energy last where there is one.

    References
    ----------
    github.com/pgdeniverville/BdNMC @2328766, par_writer_runner.py: execute_charm fills a list of particles by pi0_decay and bmpt,
    and charm_eval gives it to eta_decay too.
    """
    pions = DumpMesons(
        meson="pi0", beam_energy=source.beam_energy, generator=source.generator, target=source.target
    )
    px, py, pz = momentum[:3]
    pt = np.hypot(px, py)
    densities = []
    for mesons in (pions, source):
        transverse = np.hypot(pt, particle(mesons.meson).mass)
        densities.append(mesons.density(np.arcsinh(pz / transverse), pt) / np.hypot(pz, transverse))
    return np.asarray(np.divide(densities[0], densities[1], out=np.zeros_like(pt), where=densities[1] > 0.0))
