"""The audit of the paper: where it is right, where it is not, and Table I."""

from __future__ import annotations

import numpy as np
import pytest

from darkpair.chains.models import Inputs
from darkpair.gen.errors import InputError
from darkpair.studies.paper.audited_equations import SECTIONS, AuditRow, audit_equations
from darkpair.studies.paper.claim import Claim
from darkpair.studies.paper.claims import audit_claims
from darkpair.studies.paper.portals import table1

ROWS = audit_equations()


def test_what_differs() -> None:
    differs = {(row.equation, row.quantity.split(",")[0]) for row in ROWS if row.verdict == "differs"}
    assert differs == {
        ("7", "BR(K_L -> pi0 nu nubar)"),  # by kappa_L; the amplitude of eq. 5 agrees within the error
        ("36", "c tau(S2 -> gamma gamma)"),
        ("40", "Im(g_sdX)/eps_Z"),
        ("44", "M(K_L -> S1 S2) at (300 MeV)^2"),
        ("45", "BR(K_L -> S1 S2)"),
        ("46", "BR(K_L -> psi1 psi2)"),
        ("50", "Majorana over Dirac"),
        ("IV.C", "nu nubar over e+ e- of X2"),
        ("B4", "1/coefficient of M' -> M S1 S2"),
        ("73", "sigma v of psi1 psi1-bar -> phi phi"),
        ("74", "1/coefficient of sigma v_rel of S1 S1 -> phi phi"),
    }
    ten_tev = [row for row in ROWS if "10 TeV" in row.quantity]
    assert len(ten_tev) == 2
    assert all(row.verdict == "agrees" and row.inputs == "paper-10tev" for row in ten_tev)


@pytest.mark.parametrize(
    ("equation", "what", "ratio"),
    [
        ("27", "BR", 0.947),
        ("28", "BR", 0.979),
        ("29", "BR", 0.928),
        ("33", "c tau", 0.972),
        ("34", "BR", 0.978),
        ("36", "c tau", 1.50),
        ("40", "Re", 0.946),
        ("40", "Im", 0.094),
        ("44", "M(", 0.27),
        ("45", "BR(K_L -> S1 S2)", 0.142),
        ("46", "BR", 0.144),
        ("47", "M(", 0.976),
        ("48", "c tau", 0.997),
        ("49", "BR", 0.959),
        ("50", "c tau", 0.997),
        ("50", "Majorana", 2.0),
        ("51", "BR", 0.959),
        ("53", "c tau", 0.992),
        ("56", "m_s/m_d", 1.042),  # 92.47 / 4.675 over 19
        ("III.D", "coupling", 1 / (3**0.5 * 0.577)),  # d in pi0 and eta_8: -1/sqrt(2) and 1/sqrt(6)
        ("IV.A", "K_L momentum", 1.014),  # mu of the spectrum, 1.41991 GeV, over 1.4
        ("A", "K_L that decay", 0.98),
        ("60", "BR", 1.032),
        ("61", "c tau", 0.992),
        ("67", "BR", 0.975),
        ("73", "sigma v", 0.58),
        ("74", "1/coeff", 0.125),
        ("B3", "1/coeff", 1.0),
        ("B4", "1/coeff", 2.0),
    ],
)
def test_ratios(equation: str, what: str, ratio: float) -> None:
    row = next(row for row in ROWS if row.equation == equation and row.quantity.startswith(what))
    assert row.ratio == pytest.approx(ratio, rel=0.012)


def test_tolerance_of_a_printed_number() -> None:
    def row(printed: str, ours: float, error: float = 0.0) -> AuditRow:
        return AuditRow(equation="0", quantity="", unit="", printed=printed, ours=ours, error=error)

    assert row("1e-8", 1.2e-8).tolerance == 0.25
    assert row("3.5", 3.4).tolerance == 0.06
    assert row("2", 2.4).verdict == "agrees"
    assert row("2", 2.6).verdict == "differs"
    assert row("0.34e-10", 0.29e-10, 0.06e-10).tolerance == pytest.approx(0.1765, rel=1e-3)
    assert row("-0.07", -0.0721).ratio == pytest.approx(1.03)


def test_every_row_says_where_and_what() -> None:
    for row in ROWS:
        assert row.equation
        assert row.quantity
        assert np.isfinite(row.ours)
        assert row.note or row.verdict == "agrees", row


def test_inputs_move_the_audit() -> None:
    other = {(row.equation, row.quantity): row.ours for row in audit_equations(Inputs.of("paper", F_K=0.234))}
    for row in ROWS:
        if row.equation == "45" and "10 TeV" not in row.quantity:
            assert other[row.equation, row.quantity] == pytest.approx(4 * row.ours, rel=1e-9, abs=0.0)


def test_claims() -> None:
    claims = {claim.claim: claim for claim in audit_claims()}
    assert {name for name, claim in claims.items() if claim.holds is False} == {
        "no decay by the Higgs coupling occurs close to production (the paper names photons only)",
        "X2 goes to pi0 in about 80 % for m1 << m2 - m_pi",
        "the intrinsic invisible branching ratio is 10 % or less",
        "eps_Z = (2 g_X / (g c_W)) (v_X/v)^2 for a second doublet charged under U(1)_X",
        "B -> K X1 X2 is a contact interaction at m_Z' = 10 GeV",
        "Fig. 4: for Dirac fermions all curves of meson decays and lifetimes are multiplied by sqrt(2)",
    }
    assert len(claims) == len(audit_claims()) >= 35
    for claim in claims.values():
        assert claim.holds or claim.reason
        assert bool(claim.text) == (claim.holds is not None)
        assert claim.verdict == {True: "holds", False: "does not hold", None: "not computed"}[claim.holds]


def test_a_claim_that_is_not_computed_says_why() -> None:
    with pytest.raises(InputError, match="without a reason"):
        Claim.not_computed("VI", "something", "")


def test_sections_of_the_equations() -> None:
    sections = {row.equation: row.section for row in ROWS}
    assert {equation: sections[equation] for equation in ("6", "24", "36", "40", "53", "55", "61", "62", "65", "67")} == {
        "6": "II", "24": "III.B", "36": "III.B", "40": "III.C", "53": "III.C", "55": "III.D", "61": "III.D", "62": "IV.A",
        "65": "IV.B", "67": "IV.C",
    }  # fmt: skip
    assert (sections["68"], sections["74"], sections["B4"], sections["A"]) == ("IV.E", "V", "B", "A")
    assert {row.section for row in ROWS} <= set(SECTIONS)


def test_table1() -> None:
    cells = {(cell.portal, cell.decay, cell.spin): cell for cell in table1()}
    assert len(cells) == 12
    for cell in cells.values():
        assert cell.works or not cell.printed, cell  # every check mark of the paper is reproduced
    new = {key for key, cell in cells.items() if cell.works and not cell.printed}
    assert new == {("vector", "gamma gamma", "scalar"), ("virtual pi0, eta", "gamma gamma", "scalar")}
    assert all("not studied" in cells[key].note for key in new)


def test_table1_is_derived() -> None:
    weak = {(c.portal, c.decay, c.spin): c.works for c in table1(Inputs.of("paper", re_g_sdX=1e-8))}
    assert not weak["vector", "X1 pi0", "scalar"]
    assert weak["scalar", "X1 pi0", "scalar"]
