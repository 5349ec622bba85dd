"""The sentence that `darkpair limits` ends with."""

from __future__ import annotations

import math
from dataclasses import replace

from darkpair.limits.choice import PRODUCTION
from darkpair.limits.rows import LimitRow
from darkpair.limits.tables import answer

NUCAL = LimitRow(
    constraint="nucal", kind="excluded", value=7.2, limit=3.6, unit="events", events=7.2, confidence_level=0.9
)
KOTO = LimitRow(
    constraint="koto-2021",
    kind="excluded",
    value=1e-9,
    limit=2e-9,
    unit="1",
    events=1.1,
    confidence_level=0.9,
)
SHIP = LimitRow(constraint="ship", kind="line", value=5e5, limit=2.3, unit="events", events=5e5)
HIGGS = LimitRow(constraint="higgs", kind="excluded", value=0.3, limit=0.1, unit="1", events=None)
LOW, HIGH = (
    replace(NUCAL, constraint=f"nucal{PRODUCTION}{end}", kind="line", value=value, events=value)
    for end, value in (("low", 3.0), ("high", 9.0))
)


def test_what_excludes_and_who_sees_most() -> None:
    assert answer([KOTO, NUCAL, SHIP]) == [
        "excluded by nucal at 90%, 2 times its limit",
        "most events of data taken: 7.2, nucal",
        "most events of data planned: 5e+05, ship",
    ]


def test_a_spread_of_production_is_said() -> None:
    assert answer([NUCAL, LOW, HIGH])[1] == "  but not excluded at an end of its production uncertainty"
    assert len(answer([NUCAL, replace(LOW, value=4.0), HIGH])) == 2
    weak = answer([replace(NUCAL, value=3.3), LOW, HIGH])
    assert weak[0] == "not excluded, the closest is nucal at 90%, 0.917 times its limit"
    assert weak[1] == "  but excluded at an end of its production uncertainty"
    assert not [line for line in weak if "planned" in line]  # an end of a measurement's is no plan


def test_a_limit_without_a_level_or_events_and_no_limit() -> None:
    assert answer([HIGGS]) == ["excluded by higgs, 3 times its limit"]
    unknown = replace(NUCAL, value=math.nan, events=math.nan)
    assert answer([unknown]) == ["nothing that was asked knows this point"]
