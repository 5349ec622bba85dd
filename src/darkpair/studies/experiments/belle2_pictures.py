"""Pictures of the study ``belle2``."""

from __future__ import annotations

from typing import Any

from darkpair.export.files import subplots
from darkpair.gen.kinematics import Array
from darkpair.report.picture_style import PALETTE
from darkpair.studies.line_styles import CURVE_STYLES
from darkpair.studies.outputs import column

__all__ = ["efficiency_picture", "escape_picture", "limit_picture", "q2_picture"]


def efficiency_picture(rows: list[dict[str, Any]], means: list[dict[str, Any]]) -> Any:
    """Efficiency against q2, and the spectra with their mean efficiencies."""
    figure, (left, right) = subplots(1, 2, figsize=(11.0, 4.4), layout="constrained")
    q2 = column(rows, "q2 [GeV^2]")
    for tag, factor in (("inclusive", 1.0), ("hadronic", 10.0)):
        label = f"{tag} tag" + (f" × {factor:g}" if factor > 1.0 else "")
        left.plot(q2, 100.0 * factor * column(rows, f"efficiency, {tag}"), label=label)
    left.set(xlabel=r"true $q^2$ [GeV$^2$]", ylabel="efficiency [%]", ylim=(0.0, None), xlim=(0.0, 23.0))
    left.set_title("Belle II's published efficiency falls with $q^2$", fontsize="medium")
    for name, label, style in (
        ("nu nubar", r"$\nu\bar\nu$, lattice", ("black", "-")),
        ("nu nubar, Ali-Ball", r"$\nu\bar\nu$, Ali-Ball", ("black", ":")),
        ("Dirac", r"$\psi_1\psi_2$, axial", (PALETTE["blue"], "-")),
        ("scalar", "$S_1S_2$", (PALETTE["purple"], "--")),
    ):
        mean = next(  # (of a model the rows say what is missing)
            row["integral"] for row in means if row["tag"] == "inclusive" and row["spectrum"].startswith(name)
        )
        density = column(rows, f"dGamma/dq2 / Gamma, {name} [1/GeV^2]")
        words = rf"{label}: $\langle\epsilon\rangle$ = {100.0 * mean:.2f} %"
        right.plot(q2, density, color=style[0], ls=style[1], label=words)
    right.set(
        xlabel=r"true $q^2$ [GeV$^2$]",
        ylabel=r"$d\Gamma/dq^2\,/\,\Gamma$ [1/GeV$^2$]",
        ylim=(0.0, None),
        xlim=(0.0, 23.0),
    )
    right.set_title("The dark pair's spectrum is nearly the neutrinos' (400, 40 MeV)", fontsize="medium")
    for axes in (left, right):
        axes.legend(frameon=False)
    return figure


def escape_picture(rows: list[dict[str, Any]]) -> Any:
    """Probability that X2 is missing against c tau."""
    figure, axes = subplots(figsize=(7.0, 4.8), layout="constrained")
    ctau = column(rows, "c tau [mm]")
    for rule, label, style in (
        ("detector", "crystals and tracks of Belle II", (PALETTE["blue"], "-")),
        ("2 m", "missing if it flies 2 m", (PALETTE["purple"], "--")),
    ):
        value, error = column(rows, f"missing, {rule}"), column(rows, f"error, {rule}")
        good = value > 0.0
        axes.plot(ctau[good], value[good], color=style[0], ls=style[1], label=label)
        axes.fill_between(
            ctau[good], (value - error)[good], (value + error)[good], color=style[0], alpha=0.25
        )
    axes.set(
        xscale="log",
        yscale="log",
        ylim=(1e-3, 1.5),
        xlabel=r"$c\tau$ of $S_2$ [mm]",
        ylabel=r"probability that $S_2 \to S_1\pi^0$ is missing",
    )
    axes.set_title(
        r"$B^+\to K^+S_1S_2$, (400, 40) MeV: a prompt $\pi^0$ is lost beside the crystals", fontsize="medium"
    )
    axes.legend(frameon=False)
    return figure


def limit_picture(curves: list[dict[str, Any]], couplings: Array) -> Any:
    """Branching ratio that looks like K nu nubar against the coupling, with the limits."""
    figure, axes = subplots(1, 2, figsize=(11.0, 4.6), layout="constrained")
    for ax, experiment, title in zip(axes, ("belle", "belle2"), ("Belle", "Belle II 2023"), strict=True):
        mine = [curve for curve in curves if curve["measurement"].experiment == experiment]
        for curve, (colour, _, line) in zip(mine, CURVE_STYLES[: len(mine)], strict=True):
            ax.plot(couplings, curve["rate"], color=colour, ls=line, label=curve["model"])
        measurement = mine[0]["measurement"]
        ax.axhline(measurement.limit, color="black", lw=1.2, label="90 % CL limit, Standard Model subtracted")
        if measurement.central is not None:
            ax.axhspan(
                measurement.low,
                measurement.high,
                color=PALETTE["yellow"],
                alpha=0.4,
                lw=0.0,
                label=r"excess, $1\sigma$",
            )
        ax.set(
            xscale="log",
            yscale="log",
            xlim=(0.1, 50.0),
            ylim=(1e-8, 1e-3),
            xlabel="$G_X/G_F$",
            ylabel=r"BR that looks like $K^+\nu\bar\nu$",
        )
        ax.set_title(f"{title}: excluded above the line, (400, 40) MeV", fontsize="medium")
        ax.legend(frameon=False, loc="upper left", fontsize="small")
    return figure


def q2_picture(rows: list[dict[str, Any]]) -> Any:
    """Parts of the yield in each range of reconstructed q2 against the true q2, beside the published ones."""
    figure, axes = subplots(figsize=(7.0, 4.8), layout="constrained")
    q2 = column(rows, "q2 [GeV^2]")
    ranges = [key.removeprefix("ours, ") for key in rows[0] if key.startswith("ours, ")]
    for part, (colour, marker, line) in zip(ranges, CURVE_STYLES[: len(ranges)], strict=True):
        words = part.replace("^2", "²")
        ours, error, published = (column(rows, f"{name}, {part}") for name in ("ours", "error", "published"))
        axes.errorbar(q2, ours, error, color=colour, ls=line, label=f"darkpair, {words}")
        axes.plot(q2, published, marker, mfc="none", color=colour, label=f"Belle II, {words}")
    axes.set(xlabel=r"true $q^2$ [GeV$^2$]", ylabel=r"part of the yield", ylim=(0.0, 1.05))
    axes.set_title(r"Belle II's inclusive tag: reconstructed $q^2$, nothing fitted", fontsize="medium")
    axes.legend(frameon=False, fontsize="small", loc="center right")
    return figure
