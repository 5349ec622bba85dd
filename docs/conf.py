"""The site: sphinx with furo, myst-nb and sphinx-gallery; ``nox -s docs`` builds it into docs/_build and refuses a warning.

What the pages of the reference say is made from the code when the build begins (`darkpair.plugins.reference`); gallery and notebooks are
run, and kept. Nothing is fetched from elsewhere by a page that is read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any

from docutils.nodes import SkipNode, image, reference
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from pygments.lexers.special import TextLexer
from sphinx.util.logging import getLogger
from sphinx.util.osutil import relative_uri

LOG = getLogger(__name__)
HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "src"))

from darkpair.pages.site import llms_text, summary_of
from darkpair.plugins.reference import moved_links, write_pages

write_pages(ROOT)  # (before sphinx looks which pages there are)

project = "darkpair"
author = "The darkpair authors"
project_copyright = author
release = metadata.version("darkpair")

#: What it is, in a sentence; also the first line of llms.txt.
WHAT = "An event generator for dark particles that are pair-produced in meson decays (arXiv:2005.07102): awkward arrays and ROOT files."

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
exclude_patterns = [
    "_build",
    "_templates",
    "gallery",
    "results",
    "**/.ipynb_checkpoints",
    "jupyter_execute",  # (of notebooks, once they ran)
    ".jupyter_cache",
    "**.part",
]
templates_path = ["_templates"]
default_role = "py:obj"

# Markdown: anchors as GitHub has them, so that a link holds in both places
myst_heading_anchors = 6
myst_heading_slug_func = "darkpair.pages.site.slug"

# notebooks are run when they changed, and kept
nb_execution_mode = "cache"
nb_execution_timeout = 600
nb_execution_show_tb = True
nb_merge_streams = True
nb_ipywidgets_js: dict[
    str, dict[str, str]
] = {}  # (bars of a run that is over; their scripts would be fetched)

# the gallery: each script is run when it changed
if (HERE / "gallery").is_dir():
    extensions.append("sphinx_gallery.gen_gallery")
    exclude_patterns.append("auto_gallery/**.ipynb")  # (the scripts once more, to be downloaded)
    sphinx_gallery_conf = {
        "examples_dirs": "gallery",
        "gallery_dirs": "auto_gallery",
        "filename_pattern": r"/plot_",
        "remove_config_comments": True,
        "show_memory": False,
        "show_signature": False,
        "abort_on_example_error": True,
        "min_reported_time": 1,
        "plot_gallery": "True",
        "write_computation_times": False,
    }

# (a chain, a study and a detector may have one name; each stands in a folder of its own)
suppress_warnings = ["sphinx_gallery.duplicate_filename"]

autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
html_math_renderer = "mathml"  # (below: browsers know it, and nothing is fetched)
html_title = "darkpair"
html_static_path = ["_static"]
html_css_files = ["darkpair.css"]
html_js_files = ["darkpair.js"]
html_copy_source = True
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}
copybutton_exclude = ".linenos, .gp, .go"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

#: Texts of attributes between the two that look at them.
PLAIN: dict[str, list[str]] = {}

#: Code in a docstring, and lines of examples: nothing is escaped there.
CODE = re.compile(r"(``.+?``|`[^`]+`|^\s*(?:>>>|\.\.\. ).*?$|^\s*\*{1,2}\w+ : )", re.DOTALL | re.MULTILINE)


def plain_docstring(_app: Any, what: str, name: str, _thing: Any, _options: Any, lines: list[str]) -> None:
    """Escape what reStructuredText would read as marks: the docstrings are plain text with names in backticks."""
    parts = CODE.split("\n".join(lines))
    parts[::2] = [
        re.sub(r"(?<!^)([*|])", r"\\\1", re.sub(r"(\w)_(?!\w)", r"\1\\_", part)) for part in parts[::2]
    ]
    lines[:] = "".join(parts).split("\n")
    if what in {"attribute", "property"} and "\n---" not in "\n".join(lines):
        PLAIN[name] = list(lines)


def no_type_before_a_colon(
    _app: Any, _what: str, name: str, _thing: Any, _options: Any, lines: list[str]
) -> None:
    """Leave the text of an attribute as it was: napoleon takes what stands before a colon for its type."""
    lines[:] = PLAIN.pop(name, lines)


def links_out_of_docs(app: Any, docname: str, source: list[str]) -> None:
    """Links from pages to those that stand elsewhere in the tree become links to their copies in the reference."""
    page = Path(app.srcdir) / docname
    if docname == "gallery":  # (a clone may have no notebooks yet)
        source[0] = re.sub(
            r"^(\S+)/\S*\*$", lambda m: m[0] if (HERE / m[1]).is_dir() else "", source[0], flags=re.MULTILINE
        )
    if not docname.startswith(("reference/", "auto_gallery/")) and page.with_suffix(".md").is_file():
        source[0] = moved_links(source[0], page.parent, page.parent, ROOT)


def links_to_pictures(app: Any, doctree: Any, docname: str) -> None:
    """Make a picture a link to its file, for letters that are small in the page."""
    for picture in [node for node in doctree.findall(image) if not isinstance(node.parent, reference)]:
        if (
            picture.get("alt") and picture["uri"] in app.env.images
        ):  # (the gallery's small ones lead to its pages)
            file = f"{app.builder.imagedir}/{app.env.images[picture['uri']][1]}"
            uri = relative_uri(app.builder.get_target_uri(docname), file)
            link = reference("", "", internal=True, refuri=uri, classes=["image-reference"])
            picture.replace_self(link)
            link += picture


def mathml(node: Any, *, block: bool) -> str:
    """A formula as MathML; a warning says which cannot be."""
    # sizes of brackets are the browser's; what docutils reads otherwise than LaTeX: digits as arguments, indices of a bar
    text = re.sub(r"\\[bB]igg?(?![a-zA-Z])", "", node.astext())
    text = re.sub(r"(\\[dt]?frac)(\d)(\d)", r"\1{\2}{\3}", text)
    text = re.sub(r"\\bar\s*(\{[^{}]*\}|\\[a-zA-Z]+|\w)", r"\\overline{\1}{}", text)
    try:
        return str(tex2mathml(text, as_block=block))
    except MathError as error:
        LOG.warning("no MathML of %r: %s", text, error, location=node)
        return f"<code>{escape(text)}</code>"


def inline_math(writer: Any, node: Any) -> None:
    """Write a formula in a line."""
    writer.body.append(mathml(node, block=False))
    raise SkipNode


def block_math(writer: Any, node: Any) -> None:
    """Write a formula of its own."""
    writer.body.append(f'<div class="math">{mathml(node, block=True)}</div>')
    raise SkipNode


def write_llms(app: Any, error: Exception | None) -> None:
    """Write llms.txt: every page in the order of the contents, with its first sentence."""
    if error is not None or app.builder.name != "html":
        return
    rows, part = [], ""
    for name, depth in below(app.env, app.config.root_doc, 1):
        page = HERE / f"{name}.md"
        title = app.env.titles[name].astext()
        part = title if depth == 1 else part
        summary = summary_of(page.read_text(encoding="utf-8")) if page.is_file() else ""
        rows.append((part, title, f"{name}.html", summary))
    (Path(app.outdir) / "llms.txt").write_text(llms_text(project, WHAT, rows), encoding="utf-8")


def below(env: Any, name: str, depth: int) -> Iterator[tuple[str, int]]:
    """Pages that the contents of a page lead to, each with how deep it stands."""
    for other in env.toctree_includes.get(name, ()):
        yield other, depth
        yield from below(env, other, depth + 1)


def setup(app: Any) -> None:
    """Connect what is above."""
    app.add_lexer("floors", TextLexer)
    app.add_html_math_renderer("mathml", (inline_math, None), (block_math, None))
    app.connect("autodoc-process-docstring", plain_docstring, priority=400)  # (before napoleon)
    app.connect("autodoc-process-docstring", no_type_before_a_colon, priority=600)
    app.connect("source-read", links_out_of_docs)
    app.connect("doctree-resolved", links_to_pictures)
    app.connect("build-finished", write_llms)
