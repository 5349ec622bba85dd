"""The reference of the site from the code: models, keys of a job, branches of a file, searches, names, the Python interface.

They stand here, above every registry, and not in docs/: types, sizes and who may import whom are looked at here, and nothing of them
needs the program that builds the site. `docs/conf.py` writes them when it begins.
"""

from darkpair.plugins.reference.pages import COPIES, PAGES, moved_links, write_pages

__all__ = ["COPIES", "PAGES", "moved_links", "write_pages"]
