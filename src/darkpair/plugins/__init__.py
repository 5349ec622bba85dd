"""Plug-ins of every kind: their registries, what a job may say of them, what they are, what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darkpair.gen.lazy import lazily

if TYPE_CHECKING:
    from darkpair.plugins.registries import REGISTRIES

__all__ = ["REGISTRIES"]

__getattr__ = lazily(__name__, {"REGISTRIES": "registries"})
