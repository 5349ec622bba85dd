"""The portals of arXiv:2005.07102, one a file: from couplings to rates to chains."""

from darkpair.chains.models.combined import Combined, combine
from darkpair.chains.models.dipole import Dipole
from darkpair.chains.models.higgs_portal import HiggsPortalFermion, HiggsPortalQuartic, HiggsPortalTrilinear
from darkpair.chains.models.impostor import Impostor
from darkpair.chains.models.inputs import PRESETS, Inputs
from darkpair.chains.models.model import Mode, Model, Spin
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
    "Mode",
    "Model",
    "Spin",
    "TwoHiggsDoublet",
    "VirtualMeson",
    "ZPrimeDirac",
    "ZPrimeMajorana",
    "ZPrimeScalar",
    "combine",
]

#: The models by name, as a job file and the command line spell them.
MODELS: dict[str, type[Model]] = {
    "zprime-scalar": ZPrimeScalar,
    "zprime-dirac": ZPrimeDirac,
    "zprime-majorana": ZPrimeMajorana,
    "higgs-portal-quartic": HiggsPortalQuartic,
    "higgs-portal-fermion": HiggsPortalFermion,
    "higgs-portal-trilinear": HiggsPortalTrilinear,
    "two-higgs-doublet": TwoHiggsDoublet,
    "virtual-meson": VirtualMeson,
    "impostor": Impostor,
    "dipole": Dipole,
}
