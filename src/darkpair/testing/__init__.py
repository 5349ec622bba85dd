"""The conformance kit: what every chain, source, detector, model, search and format has to satisfy, ours and strangers' alike.

Each check raises AssertionError with what it saw; statistical ones fail by chance once in a million.
"""

from darkpair.testing.chains import (
    check_chain,
    check_closure,
    check_conservation,
    check_on_shell,
    parents_of,
)
from darkpair.testing.detectors import check_detector
from darkpair.testing.failure import FAILURE_RATE
from darkpair.testing.long_lived import FAR, check_long_lived, undecayed
from darkpair.testing.models import check_model
from darkpair.testing.searches import check_search
from darkpair.testing.sources import check_source
from darkpair.testing.writers import check_writer

__all__ = [
    "FAILURE_RATE",
    "FAR",
    "check_chain",
    "check_closure",
    "check_conservation",
    "check_detector",
    "check_long_lived",
    "check_model",
    "check_on_shell",
    "check_search",
    "check_source",
    "check_writer",
    "parents_of",
    "undecayed",
]
