"""What a run came to, in tables and lines for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN
from darkpair.gen.agreement import two_beams
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.recipe import PHASE_SPACE
from darkpair.gen.tables import Table
from darkpair.report.left_factors import left_factor_lines
from darkpair.report.part_pairs import part_pair_lines
from darkpair.report.published import published_lines
from darkpair.report.targets import target_lines
from darkpair.report.uncounted import uncounted_lines

__all__ = [
    "cutflow_table",
    "object_lines",
    "part_lines",
    "recipe_lines",
    "result_lines",
    "sample_lines",
]

#: c tau [mm] below which a particle that is left whole is a mistake rather than a long flight.
_SHORT_LIVED: Final = 1.0


def cutflow_table(result: Mapping[str, Any]) -> Table:
    """Table of the cut flow of a run's summary."""
    return Cutflow.from_dict(result["cutflow"]).table()


def result_lines(
    result: dict[str, Any], seconds: float | None = None, provenance: Mapping[str, Any] | None = None
) -> list[str]:
    """The numbers that a run comes down to, one a line; with a provenance, whether the acceptance is that of a lifetime."""
    if not result["generated"]:
        return ["no events              this part of the sample is empty: it has fewer blocks than parts"]
    lines = [
        f"acceptance             {result['acceptance']:.5g} {_error(result)}{_of_no_lifetime(provenance or {})}",
        f"effective sample size  {result['effective_sample_size']:,.0f} of {result['accepted']:,} accepted events"
        + _of_parents(result["cutflow"]),
    ]
    if result["acceptance"] <= 0.0:
        lines.insert(1, _limit(result, "acceptance_upper_limit"))
    elif result["acceptance_error"] is None or 0.0 < result["effective_sample_size"] < EFFECTIVE_MIN:
        level = 100.0 * result["acceptance_interval_level"]
        lines.insert(
            1,
            f"interval               {result['acceptance_low']:.3g} to {result['acceptance_high']:.3g} at {level:.0f} % "
            "confidence",
        )
    if "largest_weight_assumed" in result:
        lines.append(
            f"assumed                weights of at most {result['largest_weight_assumed']:.3g}: the largest is "
            "not known"
        )
    if "flat_factors" in result:
        named = " ".join(f"{name} {value:g}" for name, value in result["flat_factors"].items())
        lines.append(f"with flat factors      {result['acceptance_with_factors']:.5g} ({named})")
        if result["acceptance"] <= 0.0:
            lines.append(_limit(result, "upper_limit_with_factors") + " with them")
    if seconds is not None:
        lines.append(
            f"throughput             {result['generated'] / seconds:,.0f} events/s ({seconds:.1f} s)"
        )
    return lines


def sample_lines(provenance: Mapping[str, Any]) -> list[str]:
    """What the acceptance of a file with that provenance does not hold, one a line; most have little to say."""
    source, chain = (provenance.get(name) or {} for name in ("source", "chain"))
    detector = provenance.get("detector") or {}
    made = _before_aim(source)
    lines = [*_beam_lines(made, detector), *_aim_lines(source, chain), *_source_lines(made)]
    lines += target_lines(made, detector, provenance.get("job") or {})
    lines += uncounted_lines(detector, provenance.get("job") or {})
    lines += left_factor_lines(detector, provenance.get("job") or {})
    for name, words in (detector.get("changed") or {}).items():
        lines.append(f"changed                {name}: {words.removeprefix('changed by the user ')}")
    for table in chain.get("chains", [chain]):
        lines += [*_mode_lines(table), *part_pair_lines(table), *_particle_lines(table)]
        lines += published_lines(table)
    return lines


def _before_aim(source: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an aimed source draws from; the source itself where it is not aimed."""
    inner = source.get("source")
    return inner if isinstance(inner, Mapping) else source


def _beam_lines(source: Mapping[str, Any], detector: Mapping[str, Any]) -> Iterator[str]:
    """Whether a source has another beam than its detector."""
    beams = [table.get("beam_energy") for table in (source, detector)]
    if two_beams(*beams):
        yield f"two beams              {beams[0]:g} GeV of the source, {beams[1]:g} GeV of the detector"


def _aim_lines(source: Mapping[str, Any], chain: Mapping[str, Any]) -> Iterator[str]:
    """Whether a sample was drawn where its detector's events come from, and by which weights it is brought back."""
    share = source.get("defensive_share")
    if _before_aim(source) is source or not isinstance(share, float | int) or not share:
        return
    steered = any(table.get("directions") for table in chain.get("chains", [chain]))
    what, weights = (
        ("parents and directions", "weights source and directions, together")
        if steered
        else ("parents", "weight source,")
    )
    yield f"aimed                  {what} are drawn where events come from; {weights} at most {1.0 / share:g}"


def _source_lines(source: Mapping[str, Any]) -> Iterator[str]:
    """Parents of event files, how often each is used, and the part of a source's parents that decay where events are generated."""
    files, counts, per_event = (source.get(key) for key in ("files", "counts", "parents_per_event"))
    if source.get("type") == "EventFile" and isinstance(files, list) and isinstance(counts, Mapping):
        several = f" of {len(files)} files" if len(files) > 1 else ""
        weighted = "whose weights add up to none"
        if per_event is not None:
            weighted = (
                f"{per_event:.4g} ± {source.get('parents_per_event_error') or 0.0:.2g} an event by weight"
            )
        yield f"parents                {sum(counts.values())} in {source.get('entries')} events{several}, {weighted}"
    if isinstance(uses := source.get("uses"), int):
        turned = ", at an azimuth of its own each time" if source.get("azimuth") == "free" else ""
        yield f"uses                   {uses} of each parent{turned}; errors and effective numbers count parents"
    probability = source.get("decay_probability", 1.0)  # (a stranger's may be anything)
    if not isinstance(probability, float | int) or probability == 1.0:
        return
    counted = "a parent of the source decays where events are generated"
    if all(isinstance(source.get(end), float | int) for end in ("z_min", "z_max")):
        counted = f"decays at z = {source['z_min']:g} to {source['z_max']:g} mm for each K_L at the beam exit"
    yield f"not in it              {probability:.5g}, {counted}"


def _mode_lines(chain: Mapping[str, Any]) -> Iterator[str]:
    """Which modes of a chain are not generated, are not seen, or have no matrix element."""
    generated = _generated(chain)
    if generated != 1.0:
        yield (
            f"not in it              {generated:.5g}, the branching ratio of the modes below "
            f"{chain['decay'].split(' ->')[0]}, which alone are generated"
        )
    visible = chain.get("visible_branching_ratio", generated)
    if "generated_branching_ratio" in chain and visible < (1.0 - 1e-9) * generated:
        yield (
            f"visible                {visible / generated:.5g} of what is generated: the rest leaves neutrinos and dark "
            "states alone"
        )
    flat = [name for name, recipe in chain.get("modes", {}).items() if PHASE_SPACE in recipe.split("; or ")]
    if flat:
        yield (
            f"flat                   {'; '.join(flat)}: phase space, without a matrix element (darkpair inspect says how "
            "every decay is made)"
        )


def _of_every_length(law: Mapping[str, Any]) -> bool:
    """Whether a law of lifetimes has no length of its own."""
    return law.get("type") == "Scan" and law.get("ctau") == 0.0


def _of_no_lifetime(provenance: Mapping[str, Any]) -> str:
    """What stands beside an acceptance that means nothing: lengths of every c tau went into it."""
    chain = provenance.get("chain") or {}
    laws = [law for table in chain.get("chains", [chain]) for law in (table.get("lifetimes") or {}).values()]
    return ", which is that of no lifetime" if any(map(_of_every_length, laws)) else ""


def _particle_lines(chain: Mapping[str, Any]) -> Iterator[str]:
    """Which particles of a chain have a scanned lifetime, a natural width, or no decay though they are short-lived."""
    for name, law in chain.get("lifetimes", {}).items():
        if _of_every_length(law):
            yield (
                f"no lifetime            c tau of {name} is scanned: numbers mean something after weighting to one "
                "(docs/analysis.md)"
            )
    for name, law in chain.get("line_shapes", {}).items():
        yield (
            f"natural width          {name}: {law['law']}, m0 = {law['mass']:g} GeV, width {law['width']:g} GeV, "
            f"R = {law['radius']:g} per GeV (docs/line_shapes.md)"
        )
    for name, particle in chain.get("particles", {}).items():
        if float(particle["ctau"]) < _SHORT_LIVED and f"{name} ->" not in chain["decay"]:
            yield (
                f"left whole             {name} (c tau {float(particle['ctau']):.2g} mm) has no decay in the chain, "
                "so no detector sees anything of it; write its decay where it stands (in chain.decay: a model's chain leaves it whole)"
            )


def _generated(chain: Mapping[str, Any]) -> float:
    """Branching ratio of what is generated; files of earlier versions call it the visible one."""
    return float(chain.get("generated_branching_ratio", chain.get("visible_branching_ratio", 1.0)))


def _error(result: Mapping[str, Any]) -> str:
    """What stands behind an acceptance."""
    if not result["accepted"]:
        return f"of {result['generated']:,} generated events{_last_cut(result['cutflow'])}"
    error = result["acceptance_error"]
    if error == 0.0:  # (without weights and cuts: there is nothing that a sample could get wrong)
        return "per generated event, of which nothing was asked"
    return "per generated event" if error is None else f"± {error:.2g} per generated event"


def _of_parents(cutflow: Sequence[Mapping[str, Any]]) -> str:
    """How many parents accepted events have, where these are used several times: what is effective are parents."""
    parents = cutflow[-1].get("parents")
    return "" if parents is None else f" of {parents:,} parents"


def _limit(result: Mapping[str, Any], key: str) -> str:
    level = 100.0 * result["acceptance_upper_limit_level"]
    return f"upper limit            {result[key]:.3g} at {level:.0f} % confidence"


def part_lines(provenance: Mapping[str, Any]) -> list[str]:
    """Which part of which sample a file with that provenance holds, and of how many it was joined; one a line."""
    lines, sample = [], provenance.get("sample")
    if isinstance(sample, Mapping):
        first, last = sample["events"]
        share = f"{first + 1:,} to {last:,}" if first < last else "none"  # (as the branch event counts)
        share = "all" if (first, last) == (0, sample["of"]) else share
        lines.append(
            f"sample                 run {sample['run']}, {share} of {sample['of']:,} events ({sample['digest'][:12]})"
        )
    parts = provenance.get("parts", [])
    if parts:
        seeds = sorted({str(part["seed"]) for part in parts})
        lines.append(
            f"joined                 of {len(parts)} parts"
            + (f", seeds {', '.join(seeds)}" if len(seeds) > 1 else "")
        )
    lines += [f"missing                {text}" for text in provenance.get("missing", [])]
    return lines


def recipe_lines(provenance: Mapping[str, Any]) -> list[str]:
    """How every decay of a file with that provenance is made, one a line; nothing of a file that does not say."""
    chain = provenance.get("chain") or {}
    modes: dict[str, str] = {}
    for table in chain.get("chains", [chain]):
        modes |= table.get("modes", {})
    return [f"made                   {name}: {recipe}" for name, recipe in modes.items()]


def object_lines(
    section: str, said: Mapping[str, Any] | None, name: str = "", *, width: int = 120
) -> list[str]:
    """An object of a job, as a file's provenance describes it: its name or its type, and its plain parameters, in lines of that width."""
    if said is None:
        return [f"{section:<23}none"]
    if "chains" in said:
        return [line for table in said["chains"] for line in object_lines(section, table, width=width)]
    inner = said.get("source")  # (of an aimed source what is aimed, with its own parameters)
    plain = [
        f"{key} = {_plain(value)}"
        for key, value in [*(inner.items() if isinstance(inner, Mapping) else ()), *said.items()]
        if key not in ("type", "decay") and (isinstance(value, bool | int | float | str) or _is_range(value))
    ]
    lines = [
        f"{section:<23}{said.get('decay') if section == 'chain' else name or said.get('type', '')}",
        *_wrapped(", ".join(plain), width),
    ]
    for word, law in said.get("lifetimes", {}).items():
        lines.append(f"{'lifetime':<23}{word}: {law.get('type', law)}")
    for word, particle in said.get("particles", {}).items():
        if particle.get("ctau") not in (None, "inf") and f"{word} ->" in said.get("decay", ""):
            lines.append(f"{'':<23}{word}: {particle['mass']:g} GeV, c tau {particle['ctau']:g} mm")
    return lines


def _is_range(value: Any) -> bool:
    """Whether that is a pair of numbers, as momenta from one to another."""
    return (
        isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(v, int | float) for v in value)
    )


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " to ".join(map(_plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _wrapped(text: str, width: int) -> list[str]:
    """Text beneath a name of the left column."""
    return [f"{'':<23}{line}" for line in textwrap.wrap(text, max(width - 24, 24))]


def _last_cut(cutflow: Sequence[Mapping[str, Any]]) -> str:
    """Which cut left nothing, and of how much."""
    for before, row in pairwise(cutflow):
        if before["n"] and not row["n"]:
            return f"; {row['cut']} leaves none of {before['n']:,}"
    return ""
