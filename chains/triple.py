"""Formulas of psi2 -> psi1 psi1 psi1, antisymmetrised over the identical ones; `darkpair.chains.matrix_elements.TripleDecay`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darkpair.chains.dark_currents import decay_products
from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.kinematics import square

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Real

__all__ = ["triple_dirac", "triple_majorana"]


def _direct(
    ab: Real, ac: Real, bc: Real, pa: Real, pb: Real, pc: Real, m1: Real, m2: Real, plus: Real, minus: Real
) -> Real:
    light = square(m1)
    same = plus * (ab * pc + ac * pb - light * pa)
    return 16.0 * (same - minus * m1 * m2 * (bc - 2.0 * light))


def _exchange(ab: Real, pc: Real, m1: Real, m2: Real, plus: Real, minus: Real) -> Real:
    heavy, light = square(m2), square(m1)
    mixed = 8.0 * m1 * m2 * minus * (heavy - 7.0 * light)
    return plus * (16.0 * light * heavy - 32.0 * pc * ab) + mixed


def _products(q2: Real, cos_theta: Real, m1: Real, m2: Real) -> tuple[Real, Real, Real, Real, Real, Real]:
    heavy, light = square(m2), square(m1)
    ab, ac, pb, pc = decay_products(q2, cos_theta, m1, m2, m1)
    return ab, ac, 0.5 * q2 - light, 0.5 * (heavy + light - q2), pb, pc


def _two(q2: Real, cos_theta: Real, m1: Real, m2: Real, plus: Real, minus: Real) -> Real:
    """Of two identical ones."""
    ab, ac, bc, pa, pb, pc = _products(q2, cos_theta, m1, m2)
    first = _direct(ab, ac, bc, pa, pb, pc, m1, m2, plus, minus)
    second = _direct(ab, bc, ac, pb, pa, pc, m1, m2, plus, minus)
    return first + second - _exchange(ab, pc, m1, m2, plus, minus)


@columnwise
def triple_dirac(
    q2: Real, cos_theta: Real, m1: Real, m2: Real, plus: Real, minus: Real, strength: Real
) -> Real:
    """The first two of (psi1, psi1, psi1-bar) are identical."""
    return strength * _two(q2, cos_theta, m1, m2, plus, minus)


@columnwise
def triple_majorana(
    q2: Real, cos_theta: Real, m1: Real, m2: Real, plus: Real, minus: Real, strength: Real
) -> Real:
    """All three are identical."""
    ab, ac, bc, pa, pb, pc = _products(q2, cos_theta, m1, m2)
    third = _direct(ac, bc, ab, pc, pa, pb, m1, m2, plus, minus)
    total = _two(q2, cos_theta, m1, m2, plus, minus) + third
    total = total - _exchange(ac, pb, m1, m2, plus, minus) - _exchange(bc, pa, m1, m2, plus, minus)
    return strength * total
