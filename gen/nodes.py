"""Particles of a topology with their places in it, as the draw of resonances' masses reads them.  Units: GeV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from darkpair.gen.decay import Mode, least_mass
from darkpair.gen.particles import Particle
from darkpair.gen.varying_masses import ElementAtMasses

__all__ = ["Node", "element_at_masses", "open_from", "ordered"]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A particle of a topology.

    Parameters
    ----------
    particle : Particle
        The particle.
    mother : int
        Position of its mother in the topology, -1 for the first particle.
    mode : Mode, optional
        How the particle decays, if it does.
    children : tuple of int
        Positions of its daughters.
    """

    particle: Particle
    mother: int
    mode: Mode | None = None
    children: tuple[int, ...] = ()


def ordered(node: Node) -> tuple[int, ...]:
    """Positions of the daughters; of three in the order of the matrix element."""
    if node.mode is None or len(node.children) != 3:
        return node.children
    return tuple(node.children[i] for i in node.mode.order)


def open_from(nodes: Sequence[Node], position: int) -> float:
    """Least mass of the particle in this topology."""
    node = nodes[position]
    if node.mother < 0 or node.particle.width == 0.0 or node.mode is None:
        return least_mass(node.particle)
    return sum(open_from(nodes, child) for child in node.children)


def element_at_masses(nodes: Sequence[Node], position: int) -> ElementAtMasses | None:
    """The matrix element of the decay there, at the masses of each event; None where it is phase space."""
    mode = nodes[position].mode
    if mode is None or mode.matrix_element is None:
        return None
    node = nodes[position]
    return ElementAtMasses(
        mode.matrix_element,
        node.particle.mass,
        tuple(nodes[j].particle.mass for j in ordered(node)),
        any(nodes[j].particle.width > 0.0 for j in node.children),
    )
