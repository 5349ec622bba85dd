"""Upper limits by pyhf: the profile likelihood of a counting experiment's workspace."""

from __future__ import annotations

from darkpair.export.workspace import counting_workspace
from darkpair.gen.errors import InputError
from darkpair.statistics import Counting, upper_limit

__all__ = ["profile_limit"]


def profile_limit(experiment: Counting, confidence_level: float = 0.90) -> float:
    """Upper limit on the mean signal by pyhf: CLs with the profile likelihood and its asymptotic law [events].

    An approximation where few events are expected; `upper_limit` has none. It is what an experiment with many
    bins or correlated errors needs: give pyhf the workspace of `darkpair.export.workspace`.

    Parameters
    ----------
    experiment : Counting
        Counts, background and errors.
    confidence_level : float
        Confidence level of the limit [1].

    Raises
    ------
    InputError
        Where pyhf is not installed, and where it fits nothing: counted events, no background, and an error of the efficiency.

    References
    ----------
    arXiv:1007.1727; pyhf, JOSS 6 (2021) 2823.
    """
    try:
        import pyhf
    except ImportError as error:
        raise InputError("profile_limit needs pyhf; install 'darkpair[limits]'") from error
    from scipy.optimize import brentq

    high = 3.0 * upper_limit(experiment, confidence_level)  # the events at a strength of one
    workspace = pyhf.Workspace(counting_workspace(experiment, signal=high, largest=2.0))
    model = workspace.model()
    data, alpha = workspace.data(model), 1.0 - confidence_level

    def excess(strength: float) -> float:
        try:
            return float(pyhf.infer.hypotest(strength, data, model, test_stat="qtilde")) - alpha
        except Exception as error:
            if experiment.background > 0.0:
                raise
            raise InputError(
                f"a background of {experiment.background:g} events, and pyhf fits no expectation of 0; allowed: above 0; "
                "darkpair.statistics.upper_limit takes both"
            ) from error

    return high * float(brentq(excess, 1e-3, 1.0, xtol=1e-6))
