"""Study ``audit``: every printed number and every claim of arXiv:2005.07102 beside what its amplitudes give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from darkpair.chains.models.inputs import Inputs
from darkpair.export.files import markdown, subplots
from darkpair.report.picture_style import PALETTE
from darkpair.studies.outputs import Output, Page, Picture, Run, Table, columns_of
from darkpair.studies.paper.audit_samples import sample_claims
from darkpair.studies.paper.audit_searches import search_claims
from darkpair.studies.paper.audited_equations import SECTIONS, AuditRow, audit_equations
from darkpair.studies.paper.claim import Claim
from darkpair.studies.paper.claims import audit_claims

__all__ = ["all_claims", "equations", "page", "study"]


def study(run: Run) -> Iterator[Output]:
    """Tables of equations and claims, the page, and the picture of the ratios."""
    rows = audit_equations(run.given_inputs)
    attributes = ("place", "claim", "paper", "text", "verdict", "reason")
    claims = [columns_of(claim, attributes, text="ours") for claim in all_claims(run.given_inputs)]
    provenance = {"inputs": run.given_inputs or "of each row"}
    yield Table(rows=equations(rows), provenance=provenance)
    yield Table(rows=claims, provenance=provenance, name="audit_claims")
    yield Page(text=page(rows, claims))
    yield Picture(figure=_picture(rows))


def all_claims(inputs: Inputs | None = None) -> list[Claim]:
    """Every statement in words, in the order of the paper: by rates, by measurements, by samples.

    Parameters
    ----------
    inputs : Inputs, optional
        The preset "paper" unless given.
    """
    used = Inputs("paper") if inputs is None else inputs
    claims = [*audit_claims(used), *search_claims(used), *sample_claims(used)]
    return sorted(claims, key=lambda claim: SECTIONS.index(claim.place.partition(",")[0]))


def equations(rows: list[AuditRow]) -> list[dict[str, Any]]:
    """The rows as plain values."""
    attributes = ("equation", "quantity", "unit", "printed", "ours", "ratio", "verdict", "inputs", "note")
    return [columns_of(row, attributes, printed="paper") for row in rows]


def page(rows: list[AuditRow], claims: list[dict[str, Any]]) -> str:
    """The audit as a page of documentation."""
    agree = sum(row.verdict == "agrees" for row in rows)
    hold = sum(claim["verdict"] == "holds" for claim in claims)
    return (
        "# The paper's numbers and ours\n\n"
        "Made by `darkpair study audit`; a test keeps it so. Ours is computed from the amplitudes, with the inputs\n"
        "that the row names; `agrees` means within the paper's own error, half a unit of its last digit, or 6 %\n"
        "(never more than a quarter).\n\n"
        f"{agree} of {len(rows)} printed numbers agree, {hold} of {len(claims)} claims hold.\n"
        "Claims that are not computed say why. Those about KOTO and the beam dumps come from samples of this study, which are\n"
        "smaller than those of Figs. 3 to 5 ([parameter_space.md](parameter_space.md)).\n\n"
        f"## Numbers\n\n{markdown(equations(rows))}\n## Claims in words\n\n{markdown(claims)}"
    )


def _picture(rows: list[AuditRow]) -> Any:
    figure, axes = subplots(figsize=(8.5, 0.22 * len(rows) + 1.2), layout="constrained")
    for colour, shape, verdict in ((PALETTE["blue"], "o", "agrees"), (PALETTE["vermillion"], "X", "differs")):
        of_verdict = [(i, row) for i, row in enumerate(rows) if row.verdict == verdict]
        x, spread = ([getattr(row, name) for _, row in of_verdict] for name in ("ratio", "tolerance"))
        y = [i for i, _ in of_verdict]
        axes.errorbar(x, y, xerr=spread, fmt=shape, ms=5, color=colour, label=verdict)
    axes.axvline(1.0, color="0.5", lw=0.8)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [f"{row.quantity}  ({row.equation})" for row in rows], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel("ours / paper (bars: the difference that still agrees)")
    axes.set_title("Printed numbers of arXiv:2005.07102")
    axes.legend(loc="lower right", frameon=False)
    return figure
