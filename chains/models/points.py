"""Points of a grid that texts with commas make, and hints for what is given in place of a model's name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError, shown
from darkpair.gen.particles import ALIASES, DARK_IDS, particle

__all__ = ["hinted", "points_of", "require_model_name"]


def points_of(settings: Mapping[str, str]) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Every combination of values that are separated by commas: what tells it apart, and all of its settings.

    Parameters
    ----------
    settings : mapping of str to str
        Each may hold several values: ``"0, 20 MeV"``.

    Raises
    ------
    InputError
        For nothing between two commas, and for a value that is given twice.
    """
    values = {key: [part.strip() for part in str(text).split(",")] for key, text in settings.items()}
    for key, parts in values.items():
        if len(parts) > 1 and not all(parts):
            raise InputError(
                f"{key} = {str(settings[key])!r} has nothing beside a comma; allowed: a value on both sides, as in 'A, B'"
            )
        twice = [part for part in parts if parts.count(part) > 1]
        if twice:
            raise InputError(f"{key} = {str(settings[key])!r} has {twice[0]} twice; give each value once")
    varied = [key for key, parts in values.items() if len(parts) > 1]
    points = [dict(zip(values, texts, strict=True)) for texts in product(*values.values())]
    return [({key: point[key] for key in varied}, point) for point in points]


def hinted(error: DarkpairError, name: str) -> DarkpairError:
    """The error about a name that is no model's; of a particle or a chain with what to write instead.

    Parameters
    ----------
    error : DarkpairError
        What was wrong.
    name : str
        In place of the model.
    """
    hint = _hint(name)
    if not hint:
        return error
    if isinstance(error, UnknownNameError):
        return UnknownNameError(error.kind, error.name, error.allowed, error.key, error.near, hint)
    return InputError(f"{error}; {hint}")


def require_model_name(name: str, wanted: str = "models alone have rates", where: str = "") -> None:
    """Refuse a chain or a particle where a model's name is wanted, with who takes it.

    Parameters
    ----------
    name : str
        In place of the model.
    wanted : str
        What wants a model, in words.
    where : str
        Name of the job's key that gives it; empty for a command.

    Raises
    ------
    InputError
        For a descriptor, and for the name of a chain or a particle.
    """
    from darkpair.chains.catalogue import CHAINS
    from darkpair.chains.models import MODELS

    if name in MODELS or ("->" not in name and not _hint(name)):
        return
    kind = "a chain" if "->" in name or name in CHAINS.ours else "a particle"
    taken = (
        "chain.decay takes a descriptor, chain.name a chain's name"
        if where
        else "darkpair limits takes chains by descriptor"
    )
    given = f"{where} = {shown(name)}" if where else shown(name)
    raise InputError(f"{given} is {kind}, and {wanted}: give a model's name (darkpair list models); {taken}")


def _hint(name: str) -> str:
    """What a name is, if it is a particle's or a chain's; empty for any other."""
    from darkpair.chains.catalogue import CHAINS

    if name in CHAINS.ours:
        return f"{name} is a chain: give its descriptor, '{CHAINS.ours[name].summary}'"
    meson = ALIASES.get(name, name)
    if meson in DARK_IDS:
        return f"{name} is a dark particle: a chain begins with a meson, as in 'K_L0 -> X1 (X2 -> X1 pi0)'"
    try:
        particle(meson)
    except DarkpairError:
        return ""
    return f"{name} is a particle: a chain says what it decays to, as in 'K_L0 -> X1 (X2 -> X1 pi0)' or 'B+ -> K+ X1 X2'"
