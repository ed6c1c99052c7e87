"""What a file of a Debian package is, by its name and place alone.

`kind_of` asks the rules of RULES in order; the first that holds names the kind. A file for which
no rule holds is no document.
"""

from __future__ import annotations

import re

# Kinds of which a package holds few files. They are taken whole where others are thinned.
WHOLE = {"fortune", "info", "licence", "readme", "search-index", "specification", "wordlist"}

LANGUAGES = {
    "source-c": "c h",
    "source-cpp": "cc cpp cxx hh hpp hxx inl ipp ino tcc",
    "source-erlang": "erl ex exs hrl",
    "source-go": "go",
    "source-haskell": "hs lhs",
    "source-java": "java",
    "source-javascript": "js jsx mjs cjs ts tsx vue",
    "source-lisp": "el lisp scm",
    "source-ocaml": "ml mli",
    "source-perl": "pl pm t",
    "source-php": "php",
    "source-python": "py pyi pyx pxd",
    "source-ruby": "erb rb",
    "source-rust": "rs",
    "source-shell": "bash fish sh zsh",
    "source-tex": "cls sty tex",
    "source-other": "agda asm awk cmake f f90 inc lua m m4 nse pas pp r s sql vim y",
}
OF_ENDING = {ending: kind for kind, endings in LANGUAGES.items() for ending in endings.split()}
OF_ENDING |= dict.fromkeys("html htm xhtml".split(), "html-manual")
OF_ENDING |= dict.fromkeys("adoc md mdwn pod rst texi txt".split(), "text-manual")
OF_ENDING |= dict.fromkeys("css scss less".split(), "stylesheet")
OF_ENDING |= dict.fromkeys("csv dtd json svg toml xml xsd xsl yaml yml".split(), "data")

# Endings of a note such as README or ChangeLog; with another, `changes.py`, it is a source file.
NOTE = r"([-._][^/]*?)?(\.(txt|md|mdwn|rst|html|pod|texi|adoc|debian|[0-9.]+))?$"
CODE = re.compile(r"\.(" + "|".join(OF_ENDING.keys() - {
    "txt", "md", "mdwn", "rst", "html", "pod", "texi", "adoc"}) + ")$")


def rule(kind: str, place: str, *, of_code: bool = True) -> tuple[str, re.Pattern, bool]:
    return kind, re.compile(place), of_code


# Kind, what the lower-cased path must hold, and whether names that end as source code does are
# asked, too.
RULES = [
    rule("bible", r"^usr/share/sword/modules/texts/.*\.bzz$"),
    rule("fortune", r"^usr/share/games/fortunes/([^/]+/)*[^./]+(\.fortunes)?$"),
    rule("wordlist", r"^usr/share/(dict/|hunspell/.*\.dic$|myspell/.*\.dic$)"),
    rule("catalogue", r"\.(po|mo)$"),
    rule("man-page", r"(^|/)man/([^/]+/)?man[0-9][^/]*/"),
    rule("info", r"(^|/)info/.*\.info(-[0-9]+)?$"),
    rule("minified", r"[-.]min\.(js|mjs|css)$"),
    rule("search-index", r"(^|/)searchindex\.js$|/search/[^/]*\.(js|html)$|search-index\.js$"
                         r"|(^|/)doc-index[^/]*\.(json|html)$|(^|/)navtree[^/]*\.js$"
                         r"|\.devhelp2?$|(^|/)(genindex[^/]*|index-all|py-modindex)\.html$"),
    rule("release-notes", r"(^|/)(whatsnew|relnotes|releases|release[-_ ]?notes?)/[^/]+$",
         of_code=False),
    rule("release-notes", r"(^|/)(news|release[-_ ]?notes?|whatsnew|announce)" + NOTE,
         of_code=False),
    rule("changelog", r"(^|/)(changelog|changes|history)" + NOTE, of_code=False),
    rule("licence", r"(^|/)(copyright$|(licen[cs]es?|copying)" + NOTE + r"|common-licenses/)",
         of_code=False),
    rule("readme", r"(^|/)([^/]+\.)?(readme|todo|authors|thanks|faq|bugs|contributing)" + NOTE
                   + r"|(^|/)install(\.txt|\.md)?$", of_code=False),
    rule("specification", r"(^|/)(specs?|specifications?|rfcs?|protocols?)/([^/]+/)*[^/]+"
                          r"\.(txt|md|rst)$"
                          r"|(^|[-_./])(rfc-?[0-9]+|draft-[a-z]+|spec|specification|protocol|fhs"
                          r"|policy)([-.][^/]*)?\.(txt|md|rst)$"),
]


def kind_of(path: str) -> str | None:
    """The kind of the file at `path` inside its package; `.gz` at the end is passed over."""
    name = path.lower().removesuffix(".gz")
    for kind, place, of_code in RULES:
        if place.search(name) and (of_code or not CODE.search(name)):
            return kind
    return OF_ENDING.get(ending_of(name))


def ending_of(path: str) -> str:
    """What follows the last point of the file's name, or nothing; `.gz` is passed over."""
    name = path.lower().removesuffix(".gz").rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[1] if "." in name.lstrip(".") else ""
