"""What every kind of parameter knows of itself: how it reads a value, what it allows in words, and its JSON schema."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from darkpair.gen.errors import InputError, shown

__all__ = ["Kind"]


class Kind(ABC):
    """A kind of value."""

    #: Unit in which numbers are kept; empty for none.
    unit: str = ""

    #: Whether a job or a command line can write it; what is not is for Python alone.
    writable: bool = True

    @abstractmethod
    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> Any:
        """The value as its owner takes it.

        Parameters
        ----------
        value : object
            What a job or a user writes.
        what : str
            Key of the value, for the message.
        beside : mapping
            The other arguments, by name.

        Raises
        ------
        InputError
            In one line: the key, the value, what is allowed.
        """

    @property
    @abstractmethod
    def words(self) -> str:
        """What is allowed."""

    @property
    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """The same as a JSON schema."""

    def refused(self, value: Any, what: str, hint: str = "") -> InputError:
        """What to raise for a value that is none of this kind."""
        return InputError(f"{what} = {shown(value)}{hint}; allowed: {self.words}")
