"""Study ``audit``: every printed number and every claim of arXiv:2005.07102 beside what its amplitudes give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from darkpair.chains.models.inputs import Inputs
from darkpair.export.files import markdown, save_picture, write_rows
from darkpair.studies.paper.audit_samples import sample_claims
from darkpair.studies.paper.audit_searches import search_claims
from darkpair.studies.paper.audited_equations import SECTIONS, AuditRow, audit_equations
from darkpair.studies.paper.claim import Claim
from darkpair.studies.paper.claims import audit_claims

__all__ = ["all_claims", "equations", "page", "run"]


def run(folder: Path, inputs: Inputs | None, *, quick: bool) -> list[Path]:  # noqa: ARG001 (one size)
    """Paths of the tables of equations and claims, the page, and the picture of the ratios.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
        One table of inputs for every row; each row's own unless given.
    quick : bool
        Without effect: the samples of KOTO and the beam dumps have one size, half a minute's.
    """
    rows = audit_equations(inputs)
    claims = [_claim(c) for c in all_claims(inputs)]
    told = {"inputs": inputs or "of each row"}
    paths = write_rows(folder, "audit", equations(rows), told)
    paths += write_rows(folder, "audit_claims", claims, told)
    (folder / "audit.md").write_text(page(rows, claims), encoding="utf-8")
    return [*paths, folder / "audit.md", *save_picture(_picture(rows), folder, "audit")]


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
    return [
        {
            "equation": row.equation,
            "quantity": row.quantity,
            "unit": row.unit,
            "paper": row.printed,
            "ours": row.ours,
            "ratio": row.ratio,
            "verdict": row.verdict,
            "inputs": row.inputs,
            "note": row.note,
        }
        for row in rows
    ]


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


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "place": claim.place,
        "claim": claim.claim,
        "paper": claim.paper,
        "ours": claim.text,
        "verdict": claim.verdict,
        "reason": claim.reason,
    }


def _picture(rows: list[AuditRow]) -> Any:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8.5, 0.22 * len(rows) + 1.2), layout="constrained")
    for colour, shape, verdict in (("#0072b2", "o", "agrees"), ("#d55e00", "X", "differs")):
        chosen = [(i, row) for i, row in enumerate(rows) if row.verdict == verdict]
        axes.errorbar(
            [row.ratio for _, row in chosen],
            [i for i, _ in chosen],
            xerr=[row.tolerance for _, row in chosen],
            fmt=shape,
            ms=5,
            color=colour,
            label=verdict,
        )
    axes.axvline(1.0, color="grey", lw=0.8)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [f"{row.quantity}  ({row.equation})" for row in rows], fontsize=7)
    axes.invert_yaxis()
    axes.set(
        xlabel="ours / paper (bars: the difference that still agrees)",
        title="Printed numbers of arXiv:2005.07102",
    )
    axes.legend(loc="lower right", frameon=False)
    return figure
