"""What flies out of a detector: searches for what is not seen, over parents, productions, decays and lengths of flight."""

from __future__ import annotations

import math

import pytest

from darkpair.chains.models.stated import stated_chain
from darkpair.limits.ratios import excluded_ratios
from darkpair.searches import SEARCHES
from darkpair.searches.standing import search_by_name
from darkpair.searches.unseen import UnseenSearch

#: Lengths of flight: seen at once, in between, and beyond every detector.
FLIGHTS = ("1e-6 nm", "3 m", "1e9 km")

#: Parents with what they decay to; X2 stands for what it decays to.
PRODUCTIONS = (
    ("K+", "pi+ X1 X2"),
    ("K+", "pi+ X2"),
    ("B+", "K+ X1 X2"),
    ("B+", "pi+ X1 X2"),
    ("B+", "K+ X2 X2"),
    ("B0", "X1 X2"),
    ("B0", "K0 X1 X2"),
    ("pi0", "X1 X2"),
    ("eta", "X2 X2"),
    ("K_L0", "pi0 X1 X2"),
)

#: Searches that simulate nothing, and look for what is not seen.
NAMES = [
    name
    for name in SEARCHES.ours
    if name.startswith(("b-to-k", "k-to-pi", "pi0-invisible"))
    or isinstance(search_by_name(name), UnseenSearch)
]

#: Decays of X2 to nothing that is seen, to what is, and to both.
UNSEEN, SEEN, BOTH = ("X1 nu nubar", "X1 X1 X1"), ("X1 gamma", "gamma gamma"), ("X1 gamma [0.4]",)


def ratios(parent: str, production: str, mode: str, flight: str | None) -> dict[str, float]:
    """Excluded branching ratio of each search; NaN where that is not known."""
    words = [f"(X2 -> {mode})" if word == "X2" and flight else word for word in production.split()]
    chain = stated_chain(f"{parent} -> {' '.join(words)}", m1=0.0, m2=0.06, ctau=flight)
    (rows,) = excluded_ratios([chain], only=NAMES, workers=1)
    return {row.row.constraint: row.branching_ratio for row in rows}


@pytest.mark.parametrize(("parent", "production"), PRODUCTIONS, ids=map(" ".join, PRODUCTIONS))
def test_longer_flights_are_seen_less(parent: str, production: str) -> None:
    """Unseen decays are limited as a stable X2, whatever the flight; others the more the further, from nothing on."""
    stable = ratios(parent, production, "", None)
    assert stable
    known = {name: value for name, value in stable.items() if not math.isnan(value)}
    assert all(0.0 < value < math.inf for value in known.values())
    for mode in UNSEEN:
        for flight in FLIGHTS:
            at = ratios(parent, production, mode, flight)
            assert at.keys() == stable.keys()
            for name, value in known.items():
                assert at[name] == pytest.approx(value, rel=1e-9), (name, mode, flight)
    two = production.split().count("X2") == 2
    for mode in (*SEEN, *BOTH):
        flown = [ratios(parent, production, mode, flight) for flight in FLIGHTS]
        for name, value in known.items():
            short, middle, far = (limits[name] for limits in flown)
            if two and mode in SEEN and any(map(math.isnan, (short, middle, far))):
                continue  # (of two X2 beside a meson nothing is known)
            near = 1.0 + 1e-9
            assert short * near >= middle, (name, mode)
            assert middle * near >= far, (name, mode)
            assert far * near >= value, (name, mode)
            if mode in SEEN:
                assert math.isinf(short), (name, mode)
            else:  # (the rest of its decays leaves nothing)
                assert short == pytest.approx(value / 0.6 ** (2 if two else 1), rel=1e-6), (name, mode)
            if not two:
                assert far == pytest.approx(value, rel=1e-3) or far == pytest.approx(short, rel=1e-9)


@pytest.mark.parametrize("mode", ["", *UNSEEN])
@pytest.mark.parametrize("parent", ["K_L0", "eta"])
def test_what_leaves_nothing_is_seen_by_nobody(parent: str, mode: str) -> None:
    """KOTO and dumps see no event of X1 and neutrinos alone: no row of theirs excludes a ratio, and no sample is made."""
    heavy = f"(X2 -> {mode})" if mode else "X2"
    for production in (f"X1 {heavy}", f"{heavy} {heavy}"):
        chain = stated_chain(f"{parent} -> {production}", m2=0.06, ctau="1 m" if mode else None)
        (rows,) = excluded_ratios([chain], workers=1, planned=True, without=NAMES)
        assert all(math.isinf(row.branching_ratio) for row in rows), [row.row for row in rows]
