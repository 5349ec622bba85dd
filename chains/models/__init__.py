"""The portals of arXiv:2005.07102, one a file: from couplings to rates to chains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darkpair.gen.lazy import lazily
from darkpair.gen.registry import Entry, Registry

if TYPE_CHECKING:
    from darkpair.chains.models.combined import Combined, combine
    from darkpair.chains.models.dipole import Dipole
    from darkpair.chains.models.higgs_portal import (
        HiggsPortalFermion,
        HiggsPortalQuartic,
        HiggsPortalTrilinear,
    )
    from darkpair.chains.models.impostor import Impostor
    from darkpair.chains.models.inputs import PRESETS, Inputs
    from darkpair.chains.models.kinetic_mixing import KineticMixing
    from darkpair.chains.models.model import Mode, Model, ModelMode, Spin
    from darkpair.chains.models.two_higgs_doublet import TwoHiggsDoublet
    from darkpair.chains.models.virtual_meson import VirtualMeson
    from darkpair.chains.models.zprime import ZPrimeScalar
    from darkpair.chains.models.zprime_fermions import ZPrimeDirac, ZPrimeMajorana

__all__ = [
    "MODELS",
    "PRESETS",
    "Combined",
    "Dipole",
    "HiggsPortalFermion",
    "HiggsPortalQuartic",
    "HiggsPortalTrilinear",
    "Impostor",
    "Inputs",
    "KineticMixing",
    "Mode",
    "Model",
    "ModelMode",
    "Spin",
    "TwoHiggsDoublet",
    "VirtualMeson",
    "ZPrimeDirac",
    "ZPrimeMajorana",
    "ZPrimeScalar",
    "combine",
]

__getattr__ = lazily(
    __name__,
    {
        "Combined": "combined",
        "Dipole": "dipole",
        "HiggsPortalFermion": "higgs_portal",
        "HiggsPortalQuartic": "higgs_portal",
        "HiggsPortalTrilinear": "higgs_portal",
        "Impostor": "impostor",
        "Inputs": "inputs",
        "KineticMixing": "kinetic_mixing",
        "Mode": "model",
        "Model": "model",
        "ModelMode": "model",
        "PRESETS": "inputs",
        "Spin": "model",
        "TwoHiggsDoublet": "two_higgs_doublet",
        "VirtualMeson": "virtual_meson",
        "ZPrimeDirac": "zprime_fermions",
        "ZPrimeMajorana": "zprime_fermions",
        "ZPrimeScalar": "zprime",
        "combine": "combined",
    },
)

#: The models by name, as a job file and the command line spell them; nothing is imported until one is asked for.
MODELS = Registry(
    "models",
    {
        name: Entry(f"darkpair.chains.models.{target}", summary)
        for name, target, summary in (
            (
                "zprime-scalar",
                "zprime:ZPrimeScalar",
                "Z' and two real scalars S1, S2 (arXiv:2005.07102, eq. 41).",
            ),
            (
                "zprime-dirac",
                "zprime_fermions:ZPrimeDirac",
                "Z' and two Dirac fermions (arXiv:2005.07102, eq. 42); meson widths count both charge channels.",
            ),
            (
                "zprime-majorana",
                "zprime_fermions:ZPrimeMajorana",
                "Z' and two Majorana fermions (arXiv:2005.07102, eq. 42): c_V is imaginary, c_A real.",
            ),
            (
                "higgs-portal-quartic",
                "higgs_portal:HiggsPortalQuartic",
                "Case i: lambda_12 v h S1 S2 + lambda_22 v h S2^2 (arXiv:2005.07102, eqs. 19, 21, 24, 27).",
            ),
            (
                "higgs-portal-fermion",
                "higgs_portal:HiggsPortalFermion",
                "Case ii: A_3 v h S3 + y_X S3 psi-bar psi (arXiv:2005.07102, eqs. 22, 25, 28); psi is X2.",
            ),
            (
                "higgs-portal-trilinear",
                "higgs_portal:HiggsPortalTrilinear",
                "Case iii: A_3 v h S3 + B S1 S2 S3 + B_22 S2^2 S3 (arXiv:2005.07102, eqs. 23, 26, 29).",
            ),
            (
                "two-higgs-doublet",
                "two_higgs_doublet:TwoHiggsDoublet",
                "lambda i (Phi^dagger H - H^dagger Phi) S1 S2 + y_d d-bar d Phi (arXiv:2005.07102, eqs. 31-34).",
            ),
            (
                "virtual-meson",
                "virtual_meson:VirtualMeson",
                "K_L -> virtual pi0 or eta -> S1 S2 with m_eff given (arXiv:2005.07102, eqs. 54-61).",
            ),
            (
                "impostor",
                "impostor:Impostor",
                "lambda_Psi Psi-bar i gamma5 Psi S2 with a heavy Psi of charge 1 (arXiv:2005.07102, eqs. 35 and 36).",
            ),
            (
                "dipole",
                "dipole:Dipole",
                "L = psi1-bar sigma (mu + d gamma5) psi2 F / 2 + h.c. (arXiv:2005.07102, eq. 52 has mu alone).",
            ),
            (
                "kinetic-mixing",
                "kinetic_mixing:KineticMixing",
                "Dark photon A' with kinetic mixing and two fermions, by a vector current that is off-diagonal.",
            ),
        )
    },
)
