"""Where events go: files by the names of their formats, ROOT's and HepMC3's and strangers'."""

from darkpair.gen.output.formats import FORMATS

__all__ = ["FORMATS"]
