"""Mesons that a message or a list names are those that a table can be made of: none is missing, and none is there in vain."""

from __future__ import annotations

import re
from functools import cache

import pytest

from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.sources.bottom import BOTTOM, SPECTRUM
from darkpair.gen.sources.meson_files import MESONS, SAME_AS, TableKey, stored
from darkpair.gen.sources.meson_table import every_meson, meson_table
from darkpair.plugins.schema import job_keys

#: Names of any particle of a table, and of some of none.
ASKED = (*MESONS, *SAME_AS, *BOTTOM, "rho0", "omega", "phi", "D0", "J/psi")


@cache
def is_made(meson: str, key: TableKey) -> bool:
    """Whether there is a table of a meson by that generator from that beam on that target."""
    try:
        meson_table(meson, beam_energy=key.beam_energy, generator=key.generator, target=key.target)
    except DarkpairError:
        return False
    return True


def refusal(meson: str, key: TableKey) -> UnknownNameError:
    """What is said of a meson that a table does not have."""
    with pytest.raises(UnknownNameError) as caught:
        meson_table(meson, beam_energy=key.beam_energy, generator=key.generator, target=key.target)
    return caught.value


def test_every_meson_is_made_by_some_table_and_no_other_is() -> None:
    keys = (*stored(), SPECTRUM)
    made = {meson for meson in ASKED if any(is_made(meson, key) for key in keys)}
    assert made == set(every_meson())
    assert len(set(every_meson())) == len(every_meson())


def test_a_message_names_every_meson() -> None:
    assert refusal("rho0", stored()[0]).allowed == every_meson()
    (row,) = (row for row in job_keys("sources") if row.key == "source.meson" and row.owner == "dump_mesons")
    assert tuple(row.names) == every_meson()


@pytest.mark.parametrize("key", stored(), ids=lambda key: key.filename)
def test_a_refusal_of_a_generator_names_what_it_makes(key: TableKey) -> None:
    """B mesons, and what a table lacks: the names are of the beam's and generator's own, or of all generators but for B."""
    others = {meson for meson in every_meson() if meson not in BOTTOM}
    for meson in every_meson():
        if is_made(meson, key):
            continue
        named = set(refusal(meson, key).allowed)
        assert named == (others if meson in BOTTOM else {each for each in others if is_made(each, key)})


@pytest.mark.parametrize("meson", [meson for meson in every_meson() if meson not in ("pi0", *BOTTOM)])
def test_a_fit_of_pi0_names_the_meson_that_was_asked_for(meson: str) -> None:
    with pytest.raises(InputError, match=rf"sanford-wang has no {re.escape(meson)};"):
        meson_table(meson, beam_energy=8.9, generator="sanford-wang")
