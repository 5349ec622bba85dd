"""Couplings of every model, as the tests over all of them take them; masses are theirs."""

from __future__ import annotations

from typing import Any

GF = 1.166e-5

EXAMPLES: dict[str, dict[str, Any]] = {
    "zprime-scalar": {"G_X": GF},
    "zprime-dirac": {"G_X": GF, "c_V": 1.0, "c_A22": 0.5},
    "zprime-majorana": {"G_X": GF, "c_A11": 0.1, "g_X_over_eps_Z": 100.0},
    "higgs-portal-quartic": {"lambda_12": 0.01},
    "higgs-portal-fermion": {"A_3": 1.0, "y_X": 0.1, "m_S3": 10.0},
    "higgs-portal-trilinear": {"A_3": 1.0, "B": 1.0, "m_S3": 10.0},
    "two-higgs-doublet": {"y_lambda": 1e-3},
    "virtual-meson": {"m_eff": 1e-7},
    "impostor": {},
    "dipole": {"mu": 1e-5},
    "kinetic-mixing": {"m_Aprime": 0.3, "eps": 1e-3, "alpha_D": 0.1},
}
