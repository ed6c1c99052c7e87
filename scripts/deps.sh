#!/usr/bin/env bash
# Installs the Debian packages that the build and the quickstart lack; says nothing when none does.
set -euo pipefail

packages=(libsqlite3-dev libopenblas-dev libpcre2-dev libzstd-dev zlib1g-dev libdeflate-dev
    libsnappy-dev liblz4-dev libbrotli-dev liblzma-dev libbz2-dev libsentencepiece-dev
    pkg-config)

say() { printf 'deps: %s\n' "$*" >&2; }

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "not a Debian system; make sure that it has what these hold: ${packages[*]} python3"
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
# Scripts need Python's standard library; the teacher comes by pip, or by a venv that brings pip.
if ! command -v python3 >/dev/null; then
    missing+=(python3 python3-venv)
elif ! python3 -c 'import pip' 2>/dev/null && ! python3 -c 'import ensurepip' 2>/dev/null; then
    missing+=(python3-venv)
fi
command -v swift >/dev/null || {
    say "no swift in PATH"
    say "hint: install Swift 6.3 from swift.org and put its usr/bin into PATH"
    exit 1
}
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        say "missing: ${missing[*]}; neither root nor sudo is here to install them"
        say "hint: as root, apt-get install ${missing[*]}"
        exit 1
    }
    as_root=(sudo)
fi

install() {
    # Under sudo the variable has to be named on the command line to survive.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet --no-install-recommends "${missing[@]}" >&2
}
say "installing ${missing[*]}"
# Old package lists name files that are gone: look again only when they are absent or fail.
if ! apt-cache show "${missing[@]}" >/dev/null 2>&1 || ! install; then
    "${as_root[@]}" apt-get update --quiet >&2
    install
fi
