"""A search."""

from dataclasses import dataclass

from darkpair import Measurement, Search


@dataclass(frozen=True, kw_only=True)
class UnseenKaons(Search):
    """K_L0 -> X1 X2 as a decay that no measured mode of the K_L0 is."""

    NEEDS = (("K_L0", "X1 X2"),)
    measurements = (
        Measurement(
            value=6.3e-4,
            unit="1",
            source="arXiv:1409.2288",
            confidence="memory",
            confidence_level=0.95,
        ),
    )
    limit = 6.3e-4

    def value(self, model):
        return model.branching_ratio("K_L0", "X1 X2")
