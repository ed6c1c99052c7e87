"""The Debian packages of the corpus, and how they are fetched: downloaded, never installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from refinery_scripts.failure import fail

# Packages that apt-get is asked for in one call. What a failed call brought is fetched again.
AT_ONCE = 20


class Package(NamedTuple):
    """A package. One in so many of its files is taken, by lot; see also debian_kinds.WHOLE."""

    name: str
    one_in: int


# Names of Debian 12. `name/4`: one file in four, so that no large package outweighs the rest.
# Paragraphs: manuals, man and info pages, source code, scripts for browsers, message catalogues,
# literature and lists.
PACKAGES = [Package(name, int(one_in or 1)) for name, _, one_in in
            (word.partition("/") for word in """
linux-doc-6.1/20 python3.11-doc/8 git-doc/10 python-django-doc/8 python-sqlalchemy-doc/10
python-scipy-doc/50 libcommons-lang3-java-doc/12 libghc-lens-doc/6 erlang-doc/100 dpdk-doc/60
libeigen3-doc/50 apache2-doc/10 libgtk-3-doc/8 libglib2.0-doc/8 sqlite3-doc/10 cmake-doc/10
postgresql-doc-15/8 anarchism/8 octave-doc/5 nodejs-doc/12 harden-doc/4
installation-guide-amd64/20 debian-policy/2 developers-reference/3 debian-faq aptitude-doc-en
apt-doc doc-debian bind9-doc/10 debian-reference-en/2 debian-reference-ja/5 postfix-doc/3 ntp-doc
wireshark-doc/2 doxygen-doc/6 libx11-doc/12 xorg-docs unicode-data/3

perl-doc/40 manpages/5 manpages-dev/6 manpages-de/10 manpages-es/3 manpages-fr/5 manpages-ja/16
manpages-pl/5 manpages-zh/12 libssl-doc/8 openssl/5 systemd/6 autoconf-doc/3 bash-doc/2 gettext/6
glibc-doc/16 gnutls-doc/10 guile-3.0-doc tar/4 zsh-doc/4

gnulib/8 glibc-source/40 lttng-modules-dkms/4 sdcc-libraries/4 arduino-core-avr libcurl4-doc/4
gtk-3-examples/4 libeigen3-dev/8 libcgal-dev/50 libboost1.74-dev/100 libpython3.11-stdlib/6
python3-django/24 python3-sympy/40 python3-numpy/12 python3-twisted/12 python3-sqlalchemy/6
python3-networkx/8 ansible/160 perl-modules-5.36/8 libmoose-perl/3 libmojolicious-perl/3
openjdk-17-source/60 openjfx-source/30 golang-1.19-src/50 golang-golang-x-net-dev/8
golang-golang-x-tools-dev/6 golang-github-prometheus-client-golang-dev rust-src/30
librust-clap-dev librust-regex-dev librust-serde-dev librust-syn-dev/3 librust-tokio-dev/4 alex
happy libhugs-base-bundled/2 libhugs-cabal-bundled libhugs-haskell-src-bundled
libhugs-haxml-bundled libhugs-opengl-bundled libhugs-parsec-bundled libhugs-x11-bundled
libruby3.1/10 ruby-activerecord/2 mediawiki/200 wordpress/30 roundcube-core/16 dokuwiki/8
phpmyadmin/40 php-twig emacs-el/40 emacs-common/8 elpa-magit/2 sbcl-source/24 maxima-share/24
erlang-src/40 elixir libbatteries-ocaml-dev/2 lua-penlight fish-common/8 zsh-common/8
texlive-latex-extra/50 texlive-latex-recommended/16 fpc-source-3.2.2/200 nmap-common/20 octave
vim-runtime/30

libjs-angularjs/16 libjs-bootstrap libjs-bootstrap4/4 libjs-chart.js/5 libjs-codemirror/8 libjs-d3
libjs-highlight.js libjs-jquery libjs-jquery-ui/2 libjs-leaflet/2 libjs-mathjax/30 libjs-three/24
libjs-vue/4 node-babel7/6 node-core-js/2 node-lodash/4 node-moment node-react

apt/4 aptitude-common/6 bash/10 coreutils/16 dpkg/5 evolution-common/80 git/16 gnupg-l10n/8
iso-codes/20 libglib2.0-data/8 libgtk-3-common/40 nautilus-data/16 vlc-l10n/80 wordpress-l10n/40

fortunes fortunes-cs fortunes-de fortunes-es fortunes-it fortunes-pl miscfiles sword-text-kjv/6
sword-text-sparv/6 sword-text-web/5 wamerican wamerican-large wbritish wfrench wngerman wspanish
wswedish witalian hunspell-de-de hunspell-en-us hunspell-ru bsdgames crawl-common/4 nethack-common
""".split())]


def fields(deb: Path) -> tuple[str, str]:
    """The version and the architecture of a package's file."""
    done = subprocess.run(["dpkg-deb", "--field", str(deb), "Version", "Architecture"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"dpkg-deb cannot read {deb}: {done.stderr.strip()}",
             "delete the file and run again")
    values = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    return values["Version"], values["Architecture"]


def require_tools() -> None:
    for tool in ("apt-get", "apt-cache", "dpkg-deb"):
        if not shutil.which(tool):
            fail(f"no {tool}", "run this on Debian 12 or in a container of it")


def cached(package: str, cache: Path) -> Path | None:
    """The package's file in the cache. Of two versions none is better than the other."""
    ready = sorted(cache.glob(f"{package}_*.deb"))
    if len(ready) > 1:
        fail(f"{cache} has {len(ready)} versions of {package}: "
             + ", ".join(path.name for path in ready), "delete all but one and run again")
    return ready[0] if ready else None


def unknown(packages: list[str]) -> list[str]:
    """Those that apt has not in its lists."""
    done = subprocess.run(["apt-cache", "show", "--no-all-versions", *packages],
                          capture_output=True, text=True)
    known = {line.removeprefix("Package: ") for line in done.stdout.splitlines()
             if line.startswith("Package: ")}
    return [package for package in packages if package not in known]


def last_line(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip() and not line.startswith("W:")]
    return lines[-1].removeprefix("E: ") if lines else "it gave no reason"


def fetch(packages: list[Package], cache: Path) -> dict[str, Path]:
    """The .deb of each package: out of the cache, or out of the network into it."""
    found = {package.name: cached(package.name, cache) for package in packages}
    missing = [name for name, path in found.items() if path is None]
    if not missing:
        return found
    strangers = unknown(missing)
    if strangers:
        fail(f"apt knows no package {', '.join(strangers[:5])}"
             + (f" and {len(strangers) - 5} more" if len(strangers) > 5 else ""),
             "the list is of Debian 12: use its sources, and run apt-get update")
    # What a download leaves half done stays here, and is no package in the cache.
    incoming = cache / "incoming"
    incoming.mkdir(exist_ok=True)
    for first in range(0, len(missing), AT_ONCE):
        names = missing[first : first + AT_ONCE]
        print(f"downloading {first + 1} to {first + len(names)} of {len(missing)}: {names[0]} to "
              f"{names[-1]}", file=sys.stderr, flush=True)
        done = subprocess.run(["apt-get", "download", "--quiet", *names], cwd=incoming,
                              capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
        ready = {name: sorted(incoming.glob(f"{name}_*.deb")) for name in names}
        if done.returncode != 0 or not all(ready.values()):
            shutil.rmtree(incoming, ignore_errors=True)
            full = "No space left" in done.stderr
            fail(f"apt-get could not download packages into {cache}: {last_line(done.stderr)}",
                 "free 1 GB of disk, or name another folder with --cache" if full else
                 "check that Debian's packages can be reached, run apt-get update, and run again: "
                 "what is downloaded already is kept")
        for name in names:
            ready[name][0].replace(cache / ready[name][0].name)
            found[name] = cached(name, cache)
    shutil.rmtree(incoming, ignore_errors=True)
    return found
