"""A sampler is kept for the values that it is made of, and for the package's own elements alone."""

from __future__ import annotations

import numpy as np

from darkpair.chains.models import ZPrimeScalar
from darkpair.gen.kept_samplers import three_body_sampler
from darkpair.gen.kinematics import Array, Real

MASSES = (0.1349768, 0.02, 0.09)


def somebody_s(q2: Real, cosine: Real) -> Array:
    """Flat."""
    return np.asarray(q2 * 0.0 + 1.0 + cosine * 0.0)


def test_equal_values_share_a_sampler_and_others_do_not() -> None:
    first = three_body_sampler(0.497611, MASSES, None)
    assert first.matrix_element is None
    made = [three_body_sampler(0.497611, MASSES, somebody_s) for _ in range(2)]
    assert made[0] is not made[1]
    elements = [
        ZPrimeScalar(m1=0.02, m2=m2, G_X=1e-5).matrix_element("K_L0", "pi0 X1 X2")
        for m2 in (0.09, 0.09, 0.08)
    ]
    ours = [three_body_sampler(0.497611, MASSES, element) for element in elements]
    assert elements[0] is not elements[1]
    assert ours[0] is ours[1]
    assert ours[0] is not ours[2]
