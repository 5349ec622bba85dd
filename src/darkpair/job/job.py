"""The job file: what it may say, and the objects that it asks for."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from darkpair.chains.chain import Chain
from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.chains.settings import IdleSettingError, read_settings, require_decaying
from darkpair.gen.agreement import require_agreement
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError, one_line, shown
from darkpair.gen.lifetime import Exponential, Forced, Lifetime, Scan
from darkpair.gen.parameters import arguments, parameters
from darkpair.gen.particles import spoken
from darkpair.gen.pipeline import EventChain, EventSource, Pipeline, ReadSource
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.koto_range import followed
from darkpair.gen.toml_text import read_toml, require_plain
from darkpair.gen.topology import DECAYED
from darkpair.job.absorbed import absorbed
from darkpair.job.plugins import PLUGINS
from darkpair.job.settings import BESIDE, put_settings, without_leftovers
from darkpair.job.tables import CHAIN_SETTINGS, ChainTable, NormalisationTable, OutputTable, RunTable, Table

__all__ = ["Job", "JobGiven", "job_of", "load_job", "read_job"]

_LOG: Final = logging.getLogger(__name__)

#: Keys of koto_kl that say where K_L decay: with one of them given, the range does not follow chain and detector.
_RANGE = {"z_min", "z_max", "p_min", "share"}


#: What a section that is missing has to say.
_SECTIONS = {
    "source": 'name = "..." of darkpair list sources and what that source needs',
    "chain": 'one of decay = "K_L0 -> ...", name = "..." and model = "..."',
    "output": 'path = "events.root", or run it with -o events.root',
}


class Job(Table):
    """A whole job.

    ``[source]`` and ``[detector]`` name a plug-in and give its parameters; everything else is checked here.
    ``aim = true`` in ``[source]`` draws the parents where the detector's events come from, with exact weights.
    """

    run: RunTable = RunTable()
    source: dict[str, Any]
    chain: ChainTable
    detector: dict[str, Any] | None = None
    normalisation: NormalisationTable = NormalisationTable()
    output: OutputTable

    def pipeline(self) -> Pipeline:
        """The objects that the job asks for, ready to run.

        Raises
        ------
        InputError, UnknownNameError
            With the key, the value, and what is allowed.
        """
        detector = None if self.detector is None else _plugin("detectors", self.detector, "detector")
        table = dict(self.source)
        aimed = table.pop("aim", False)
        if not isinstance(aimed, bool):
            raise InputError(f"source.aim = {shown(aimed)}; allowed: true, false")
        source: EventSource = _plugin("sources", table, "source")
        chain: EventChain = self._chains(source, detector)
        require_agreement(source, chain, detector)  # before pilots make events
        if isinstance(source, KotoKL) and not _RANGE & set(table):
            source = followed(source, chain, detector)
        if aimed:
            from darkpair.job.aim import aimed_pair  # (with every source of mesons)

            source, chain = aimed_pair(source, chain, detector, self.run.seed)
        return Pipeline(
            source=source,
            chain=chain,
            detector=detector,
            seed=self.run.seed,
            keep=self.output.events,
            number=self.run.number,
            compiled=self.run.compiled,
        )

    def _chains(self, source: EventSource, detector: object) -> Chain | ChainSet:
        """The chain, or one for each kind of parent that the source has."""
        chains = self._biased(self._given(), detector)
        if isinstance(source, ReadSource):
            return ChainSet.covering(chains, source.masses)
        return ChainSet(chains=tuple(chains)) if len(chains) > 1 else chains[0]

    def _given(self) -> list[Chain]:
        """The chains that the job spells, with the lifetimes that their particles have."""
        table = self.chain
        _require_one(table)
        if table.model is not None:
            return [self._of_model(table.model)]
        for key in BESIDE["decay" if table.decay is not None else "name"]:
            named = key == "parameters" and table.name is not None  # (a chain by its name may have some)
            if key in table.model_fields_set and getattr(table, key) and not named:
                raise InputError(
                    f"chain.{key} = {shown(getattr(table, key))} is of a model; "
                    f"allowed: beside chain.model{' or name' if key == 'parameters' else ' only'}; leave it out"
                )
        given: dict[str, Any] = {"mass": table.mass, "ctau": table.ctau}
        if table.width:  # a stranger's factory need not know of it
            given["width"] = table.width
        settings: dict[str, Any] = dict(read_settings(given, where="chain"))
        if not table.conserve:
            settings["conserve"] = False
        if table.matrix_elements:
            settings["matrix_elements"] = dict(table.matrix_elements)
        if table.decay is not None:
            decays = (table.decay,) if isinstance(table.decay, str) else table.decay
            if not decays:
                raise InputError('chain.decay is empty; write for example decay = ["B0 -> K0 X1 X2"]')
            with _keyed("chain.decay"):
                chains = build_chains(decays, **settings)
                decaying = {name for made in chains for name in made.decay.decaying}
                require_decaying(spoken(settings["ctau"], decaying), decaying)
                return chains
        factory = PLUGINS["chains"].factory(str(table.name), "chain.name")
        own = _own_parameters(factory, settings, table.parameters)
        try:
            with _keyed():
                chain = factory(**settings, **own, lifetimes={})
        except TypeError as error:
            raise InputError(f"the chain {table.name!r}: {error}; allowed: settings that it takes") from error
        if not isinstance(chain, Chain):
            raise InputError(
                f"the chain {table.name!r} is a {type(chain).__name__}; a plug-in has to return a Chain"
            )
        return [chain]

    def _biased(self, chains: list[Chain], detector: object) -> list[Chain]:
        """The chains with the job's laws of lifetimes; X2 is the model's, psi2 is psi2~ too."""
        decaying = {name: None for chain in chains for name in chain.decay.decaying}
        table = spoken(self.chain.lifetime, decaying)
        for name in table:
            if name not in decaying:
                raise UnknownNameError("decaying particle", name, sorted(decaying), f"chain.lifetime.{name}")
        out = []
        for chain in chains:
            laws = {
                name: _lifetime(table[name], particle.ctau, detector, name, _together(chain, table))
                for name, particle in chain.decay.decaying.items()
                if name in table
            }
            out.append(replace(chain, lifetimes={**chain.lifetimes, **laws}) if laws else chain)
        return out

    def _of_model(self, name: str) -> Chain:
        """Chain of a model's point: its couplings say what a descriptor would have to be told."""
        table = self.chain
        if not table.conserve:
            raise InputError(
                "chain.conserve = false with a model, whose decays conserve what they have to; leave it out"
            )
        if table.width:
            raise InputError(
                "[chain] width is of a chain that decay or name spells; leave it out with a model"
            )
        if table.matrix_elements:
            raise InputError(
                "[chain] matrix_elements are of a chain that decay or name spells; leave them out with a model, which has its own"
            )
        if table.mass or table.ctau:
            raise InputError(
                "[chain] mass and ctau come from the model; give them as parameters, or drop the model"
            )
        from darkpair.chains.models.lacking import lacking  # (only a model needs these)
        from darkpair.chains.models.points import require_model_name
        from darkpair.chains.models.rates import build_model

        require_model_name(name, "a model makes its chains", "chain.model")
        point = build_model(name, table.parameters, table.inputs, where="chain.parameters")
        if not any(parent != "X2" for parent, _ in point.modes()):
            raise InputError(f"chain.model: {lacking(point, name)}")
        try:
            return point.chain(table.parent, table.production, modes=table.modes)
        except UnknownNameError as error:
            key = next((k for k in ("parent", "production") if getattr(table, k) == error.name), "modes")
            raise error.at(f"chain.{key}") from None


def load_job(
    path: str | Path, settings: Sequence[str] = (), overrides: Mapping[str, Any] | None = None
) -> Job:
    """Job of a TOML file.

    Parameters
    ----------
    path : str or Path
        The job file, in TOML.
    settings : sequence of str
        Settings ``section.key=value``, the value in TOML's notation or a bare word.
    overrides : mapping of str to object
        Settings by their keys ``section.key``, already parsed; None leaves the file's value.

    Raises
    ------
    InputError
        If the file cannot be read, is not TOML, or says something that a job cannot say.

    Warns
    -----
    DarkpairWarning
        Where another chain, source or detector is set than the file has: of what belonged to the file's, which is dropped.
    """
    path = Path(path)
    _LOG.info("reads %s", one_line(str(path)))
    file = read_toml(path, word="job file", example="examples/koto_pi0.toml")
    return job_of(file, settings, overrides, where=str(path))


#: A job, or the path of a job file.
JobGiven: TypeAlias = Job | str | os.PathLike[str]


def read_job(job: JobGiven) -> Job:
    """The job itself, or that of a job file.

    Raises
    ------
    InputError
        As `load_job`; for what is neither a job nor a path.
    """
    if isinstance(job, Job):
        return job
    if not isinstance(job, str | os.PathLike):
        raise InputError(
            f"job = {shown(job)}; allowed: a Job, or the path of a job file (of tables Job(**tables) makes one)"
        )
    return load_job(Path(job))


def job_of(
    file: Mapping[str, Any],
    settings: Sequence[str] = (),
    overrides: Mapping[str, Any] | None = None,
    *,
    where: str,
) -> Job:
    """Job of the tables of a job file, which stay as they are.

    Parameters
    ----------
    file : mapping
        Tables of a job file, or of a job: ``job.model_dump(exclude_unset=True)``.
    settings, overrides
        As `load_job` takes them.
    where : str
        Where the tables come from, for messages.

    Raises
    ------
    InputError
        As `load_job`.
    """
    data = copy.deepcopy(dict(file))
    given = put_settings(data, settings, overrides)
    require_plain(data, "")
    data = without_leftovers(file, data, given, _chains_of)
    try:
        return Job.model_validate(data)
    except ValidationError as error:
        raise InputError(f"{where}: {_explain(error)}") from error


def _plugin(kind: str, table: Mapping[str, Any], where: str) -> Any:
    parameters = dict(table)
    name = parameters.pop("name", None)
    if not isinstance(name, str):
        raise InputError(f'[{where}] needs name = "..."; known: {", ".join(PLUGINS[kind])}')
    return PLUGINS[kind].make(name, parameters, where=where)


def _own_parameters(factory: Any, settings: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a job gives a named chain beside the settings of every chain."""
    able = [name for name in parameters(factory) if name not in CHAIN_SETTINGS]
    for key in given:
        if key not in able:
            raise UnknownNameError("parameter of the chain", key, able, f"chain.parameters.{key}")
    return arguments(partial(factory, **settings, lifetimes={}), given, where="chain.parameters")


def _require_one(table: ChainTable) -> None:
    """Refuse a chain that is spelled in several ways, or in none."""
    given = 3 - [table.decay, table.name, table.model].count(None)
    if given != 1:
        raise InputError(
            '[chain] needs one of decay = "K_L0 -> ...", name = "..." and model = "...", '
            + ("not more" if given else "and has none")
        )


@contextmanager
def _keyed(key: str = "") -> Iterator[None]:
    """Say in which key of [chain] an unknown name stands: where the chain knows it, or in this one."""
    try:
        yield
    except UnknownNameError as error:
        place = f"chain.{error.key}" if error.key else "" if "[chain." in error.kind else key
        raise error.at(place) from None
    except IdleSettingError as error:
        raise IdleSettingError.of(error.name, f"chain.{error}") from None
    except InputError as error:
        if str(error).startswith("matrix_elements"):  # (the chain knows its key)
            raise type(error)(f"chain.{error}") from None
        if not key or key in str(error) or str(error).startswith("chain."):
            raise
        raise type(error)(f"{key}: {error}") from None


def _together(chain: Chain, names: Mapping[str, str]) -> bool:
    """Whether several particles of those names can decay in one event."""
    return any(
        sum(
            names.get(name, "absorbed") != "absorbed" and status == DECAYED
            for name, status in zip(t.names, t.status, strict=True)
        )
        > 1
        for t in chain.topologies
    )


def _lifetime(law: str, ctau: float, detector: object, name: str, together: bool) -> Lifetime:
    """Law of a particle whose own c tau [mm] that is, in front of a detector or of none.

    One of several that decay in an event may be seen wherever the detector's `reach` is, if it has one.
    """
    if law == "scan":
        return Scan(ctau=ctau)
    if law == "exponential":
        return Exponential(ctau)
    if law == "absorbed":
        return absorbed(ctau, detector, name)
    region = getattr(detector, "region", None)
    if together:
        region = getattr(detector, "reach", region)
    if region is None:
        add = (
            "add a [detector]"
            if detector is None
            else f"{type(detector).__name__} says no region; take another one, or lifetime = exponential"
        )
        raise InputError(f"chain.lifetime.{name} = 'forced' needs a detector with a region; {add}")
    if not ctau > 0.0:
        raise InputError(
            f"chain.lifetime.{name} = 'forced' needs chain.ctau.{name}; a prompt decay cannot be moved"
        )
    needs = getattr(detector, "needs", None)
    return Forced(region=region, ctau=ctau, needs=None if needs is None else tuple(needs))


def _chains_of(data: Mapping[str, Any]) -> list[Chain]:
    """Chains that a job's data spells; an InputError where the data is no job's."""
    try:
        return Job.model_validate(data)._given()
    except ValidationError as error:
        raise InputError(_explain(error)) from error


def _explain(error: ValidationError) -> str:
    """The first complaint in one line: key, value, the nearest valid one."""
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, DarkpairError):  # it says all of this itself
        return str(cause)
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        keys = _keys(first["loc"][:-1])
        return str(UnknownNameError("key", key, [".".join((*map(str, first["loc"][:-1]), k)) for k in keys]))
    if first["type"] == "missing" and key in _SECTIONS:
        return f"[{key}] is missing; write it, with {_SECTIONS[key]}"
    if first["type"] == "missing":
        return f"{key} is missing; give it a value"
    if first["type"] in ("dict_type", "mapping_type", "model_type", "model_attributes_type"):
        near = f', as {key}.name = "..."' if key in ("source", "detector") else ""
        return f"{key} = {shown(first['input'])}; allowed: a table of keys{near}"
    return f"{key} = {shown(first['input'])}: {first['msg'][:1].lower()}{first['msg'][1:]}"


def _keys(location: Sequence[Any]) -> list[str]:
    model: Any = Job
    for part in location:
        model = model.model_fields[part].annotation
    return list(model.model_fields)
