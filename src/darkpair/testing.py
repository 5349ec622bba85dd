"""The conformance kit: what every chain, source and detector has to satisfy, ours and strangers' alike.

Each check raises AssertionError with what it saw; statistical ones fail by chance once in a million.
"""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import numpy as np
from scipy import stats

from darkpair.chains.chain import Chain
from darkpair.gen.aimable import require_aimable
from darkpair.gen.conservation import require_allowed
from darkpair.gen.decay import Daughter, Decay
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import Batch, Columns, Parents
from darkpair.gen.importance import Aimable
from darkpair.gen.kinematics import boost
from darkpair.gen.lifetime import Exponential
from darkpair.gen.observed import Observed
from darkpair.gen.output.titles import checked_title
from darkpair.gen.particles import Particle
from darkpair.gen.pipeline import Chunk, EventDetector, EventSource, Pipeline, ReadSource
from darkpair.gen.streams import BLOCK, Streams
from darkpair.gen.topology import Topology

__all__ = [
    "FAILURE_RATE",
    "FAR",
    "check_chain",
    "check_closure",
    "check_conservation",
    "check_detector",
    "check_long_lived",
    "check_on_shell",
    "check_source",
    "parents_of",
    "undecayed",
]

#: Probability with which a statistical check fails although all is well.
FAILURE_RATE = 1e-6

#: A c tau [mm] of which no event of a sample decays within a planet of where it is made.
FAR = 1e18


def parents_of(chain: Chain, *, momentum: float = 2.0, n: int = BLOCK) -> Parents:
    """Parents of a chain along z with one momentum [GeV], made at the origin."""
    vector = np.zeros((4, n))
    vector[2], vector[3] = momentum, np.hypot(momentum, chain.parent.mass)
    return Parents(pdgid=chain.parent.pdgid, momentum=vector, vertex=np.zeros((4, n)))


def check_chain(chain: Chain, *, isotropic: bool = True) -> None:
    """Closure, mass shells, charge, same seed same bits, pickling, and two-body directions of a chain.

    Parameters
    ----------
    chain : Chain
    isotropic : bool
        Whether two-body decays have to be isotropic in their rest frame; give False for one that says otherwise.
    """
    parents = parents_of(chain)
    batch = chain.batch(parents, Streams(1))
    again = pickle.loads(pickle.dumps(chain)).batch(parents, Streams(1))
    for one, two in zip(batch.parts, again.parts, strict=True):
        assert np.array_equal(one.momentum, two.momentum), "the same seed gave other events after pickling"
        assert np.array_equal(one.vertices, two.vertices), "the same seed gave other vertices after pickling"
    other = chain.batch(parents, Streams(2))
    assert any(
        len(a) != len(b) or not np.array_equal(a.momentum, b.momentum)
        for a, b in zip(batch.parts, other.parts, strict=True)
    ), "another seed gave the same events"
    for part in batch.parts:
        check_closure(part)
        check_on_shell(part)
        if chain.decay.conserve:
            check_conservation(part.topology)
        if isotropic:
            _check_isotropy(part)


def check_closure(part: Columns, tolerance: float = 1e-9) -> None:
    """Four-momentum closes at every vertex, relative to the energy there."""
    for position in _decaying(part):
        daughters = _children(part, position)
        missing = part.momentum[:, daughters].sum(axis=1) - part.momentum[:, position]
        worst = float(np.max(np.abs(missing) / part.momentum[3, position], initial=0.0))
        assert worst < tolerance, (
            f"four-momentum of {part.topology.paths[position]} closes to {worst:.3g} only"
        )


def check_conservation(topology: Topology) -> None:
    """Charge is the same before and after every decay, and the number of half-integer spins is even."""
    particles = [
        Particle(name=name, pdgid=pdgid, mass=mass)
        for name, pdgid, mass in zip(topology.names, topology.pdgid, topology.mass, strict=True)
    ]
    for position in sorted(set(topology.mother) - {-1}):
        daughters = [p for p, mother in zip(particles, topology.mother, strict=True) if mother == position]
        try:
            require_allowed(particles[position], daughters)
        except InputError as error:
            raise AssertionError(str(error)) from error


def check_on_shell(part: Columns, tolerance: float = 1e-9) -> None:
    """E² - p² is the mass squared, relative to E²."""
    for position in range(len(part.topology)):
        mass = part.mass(position)
        x, y, z, e = part.momentum[:, position]
        off = np.abs(e * e - x * x - y * y - z * z - mass * mass) / (e * e)
        worst = float(np.max(off, initial=0.0))
        assert worst < tolerance, (
            f"{part.topology.paths[position]} is off its mass shell by {worst:.3g} of E²"
        )


def check_source(source: EventSource) -> None:
    """Parents are many enough, finite, of positive energy, the same for the same stream, and survive pickling.

    Those of a source that tells its ``masses`` have them; one that can be aimed draws by its density.
    """
    n = min(BLOCK, source.n_parents) if isinstance(source, ReadSource) else BLOCK
    one = source.sample(n, Streams(1).rng("source"))
    two = pickle.loads(pickle.dumps(source)).sample(n, Streams(1).rng("source"))
    assert len(one) == n, f"asked for {n} parents, got {len(one)}"
    if isinstance(source, ReadSource):
        assert np.array_equal(source.block(0).momentum, one.momentum), (
            "the first block and the first parents differ"
        )
    assert one.pdgid == source.pdgid, f"the source says {source.pdgid} and makes {one.pdgid}"
    assert np.array_equal(one.momentum, two.momentum), "the same stream gave other parents after pickling"
    assert np.isfinite(one.momentum).all(), "a momentum is not finite"
    assert np.isfinite(one.vertex).all(), "a vertex is not finite"
    assert (one.momentum[3] > 0.0).all(), "an energy is not positive"
    if isinstance(source, Aimable):
        try:
            require_aimable(source)
        except InputError as error:
            raise AssertionError(str(error)) from error
    for kind, mass in (getattr(source, "masses", None) or {}).items():
        rows = np.full(n, True) if one.pdgids is None else one.pdgids == kind
        x, y, z, e = one.momentum[:, rows]
        wanted = np.sqrt(x * x + y * y + z * z + mass * mass)
        assert np.allclose(e, wanted, rtol=1e-9), (
            f"PDG id {kind} has another mass than the {mass} GeV that the source tells"
        )


def check_detector(detector: EventDetector, truth: Batch) -> None:
    """A detector leaves the truth alone, agrees with itself, survives pickling, and counts what it accepts."""
    before = [part.momentum.copy() for part in truth.parts]
    one = detector.observe(truth, Streams(1).rng("detector"))
    two = pickle.loads(pickle.dumps(detector)).observe(truth, Streams(1).rng("detector"))
    assert all(np.array_equal(a, p.momentum) for a, p in zip(before, truth.parts, strict=True)), (
        "the truth was edited"
    )
    assert one.n == len(truth), f"{len(truth)} events went in, {one.n} came out"
    assert _same(one, two), "the same stream gave another observation after pickling"
    for name, title in one.titles.items():
        checked_title(name, title)
    weight = truth.weight
    verdict = detector.select(one, weight)
    last = verdict.cutflow.stages[-1]
    assert verdict.mask.shape == (len(truth),), f"the mask has the shape {verdict.mask.shape}"
    assert verdict.cutflow.generated == len(truth), "the first stage of the cut flow is not every event"
    assert last.n == int(verdict.mask.sum()), (
        f"the cut flow ends with {last.n} events, the mask with {verdict.mask.sum()}"
    )
    assert np.isclose(last.sum_w, weight[verdict.mask].sum()), (
        "the cut flow's sum of weights is not the mask's"
    )
    counts = [stage.n for stage in verdict.cutflow.stages]
    assert counts == sorted(counts, reverse=True), f"the cut flow grows: {counts}"


def undecayed(chain: Chain, *names: str) -> Chain:
    """The chain with some particles stable, which decay in it.

    Parameters
    ----------
    chain : Chain
    *names : str
        Of the particles.

    Raises
    ------
    UnknownNameError
        For a particle that does not decay below the first.
    """
    kept = {name: law for name, law in chain.lifetimes.items() if name not in names}
    known = {topology.names[i] for topology in chain.topologies for i in topology.mother if i > 0}
    for name in names:
        if name not in known:
            raise UnknownNameError("decaying daughter", name, sorted(known))
    return Chain(decay=_undecayed(chain.decay, names), lifetimes=kept)


def check_long_lived(pipeline: Pipeline, *names: str, blocks: int = 1) -> None:
    """As the c tau of particles grows, a detector's cut flow becomes that of the stable particles.

    Both samples have the same seed, so their events differ by what the detector draws alone; a detector that lets
    something kilometres away veto or be seen fails.

    Parameters
    ----------
    pipeline : Pipeline
        With a detector, and a chain of one topology or several.
    *names : str
        Particles that decay in the chain.
    blocks : int
        Of 16384 events each.
    """
    assert isinstance(pipeline.chain, Chain), "the chain is not a Chain: nothing says how to make it stable"
    far = {**pipeline.chain.lifetimes, **{name: Exponential(FAR) for name in names}}
    flows = []
    for chain in (undecayed(pipeline.chain, *names), replace(pipeline.chain, lifetimes=far)):
        made = replace(pipeline, chain=chain, keep="all")
        flows.append(made.chunk(0, blocks, blocks * BLOCK))
    stable, long = flows
    bound = float(stats.norm.isf(0.5 * FAILURE_RATE))
    for one, two in zip(stable.cutflow.stages, long.cutflow.stages, strict=True):
        # (of two independent samples: the bound is generous where the events are the same)
        error = math.sqrt(one.sum_w2 + two.sum_w2)
        assert abs(one.sum_w - two.sum_w) <= bound * error, (
            f"{one.name}: {one.sum_w:.6g} of stable {', '.join(names)}, {two.sum_w:.6g} of a c tau of {FAR:g} mm"
        )
    gained, error = _gained(stable, long)
    assert abs(gained) <= bound * error, (
        f"the accepted differ by {gained:.6g} ± {error:.2g} between stable {', '.join(names)} and a c tau of {FAR:g} mm"
    )


def _undecayed(decay: Decay, names: tuple[str, ...]) -> Decay:
    def daughter(one: Daughter) -> Daughter:
        if not isinstance(one, Decay):
            return one
        return replace(one.parent, ctau=math.inf) if one.parent.name in names else _undecayed(one, names)

    modes = tuple(replace(mode, daughters=tuple(daughter(d) for d in mode.daughters)) for mode in decay.modes)
    return Decay(decay.parent, modes)


def _gained(one: Chunk, two: Chunk) -> tuple[float, float]:
    """Sum of weights that is accepted in the second and not in the first, less the converse, and its error."""
    assert one.reco is not None
    assert two.reco is not None
    a, b = (chunk.events.weight * chunk.reco.flat["accepted"] for chunk in (one, two) if chunk.reco)
    return float((b - a).sum()), float(np.sqrt(((b - a) ** 2).sum()))


def _same(one: Observed, two: Observed) -> bool:
    flat = all(np.array_equal(one.flat[k], two.flat[k]) for k in one.flat)
    lists = all(
        np.array_equal(c, two.lists[k][1][name]) for k in one.lists for name, c in one.lists[k][1].items()
    )
    return flat and lists


def _check_isotropy(part: Columns) -> None:
    for position in _decaying(part):
        daughters = _children(part, position)
        if len(daughters) != 2 or len(part) < 1000:
            continue
        x, y, z, e = part.momentum[:, position]
        rest = boost(-x, -y, -z, e, part.mass(position), *part.momentum[:, daughters[0]])
        cosine = rest[2] / np.sqrt(rest[0] ** 2 + rest[1] ** 2 + rest[2] ** 2)
        p = stats.kstest(cosine, stats.uniform(-1.0, 2.0).cdf).pvalue
        assert p > FAILURE_RATE, f"{part.topology.paths[position]} does not decay isotropically: p = {p:.2g}"


def _decaying(part: Columns) -> list[int]:
    return sorted(set(part.topology.mother) - {-1})


def _children(part: Columns, position: int) -> list[int]:
    return [i for i, mother in enumerate(part.topology.mother) if mother == position]
