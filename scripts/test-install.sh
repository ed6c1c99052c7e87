#!/usr/bin/env bash
# Installs into a temporary folder and checks: the files, the unit, and that the binaries need
# nothing of Swift. `make test-install` calls it.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
destination=$(mktemp -d)
trap 'rm -rf "$destination"' EXIT

passed=0 failed=0
check() { # check WHAT COMMAND...
    if "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'failed: %s\n' "$1" >&2
    fi
}
without_swift() { # no library of the toolchain, and none that is not found
    ! ldd "$1" | tee /dev/stderr | grep -E 'libswift|libFoundation|libdispatch|BlocksRuntime|not found'
}
clean_unit() {
    local output
    # ExecStart's program is looked for on this system, so the unit is checked with the copy's.
    sed "s|^ExecStart=/usr|ExecStart=$destination/usr|" \
        "$destination/usr/lib/systemd/system/refineryd.service" >"$destination/refineryd.service"
    output=$(systemd-analyze verify --man=no "$destination/refineryd.service" 2>&1) || true
    printf '%s' "$output"
    [ -z "$output" ]
}

commands() { # the names of a program's pages, from the list of commands in its own help
    "$1" --experimental-dump-help | python3 -c '
import json, sys
def names(words, command):
    print("-".join(words))
    for below in command.get("subcommands", []):
        if below["commandName"] != "help" and below["shouldDisplay"]:
            names([*words, below["commandName"]], below)
root = json.load(sys.stdin)["command"]
names([root["commandName"]], root)'
}
clean_page() { # no error and no warning of whoever formats it
    local output
    if command -v mandoc >/dev/null; then
        output=$(mandoc -Tlint -Wwarning "$1" 2>&1)
    elif command -v groff >/dev/null; then
        output=$(groff -man -ww -Tutf8 -z "$1" 2>&1)
    else # a machine that shows no manual pages
        return 0
    fi
    printf '%s' "$output"
    [ -z "$output" ]
}
says() { # says PAGE WORDS: what a reader sees
    MANWIDTH=200 MANPAGER=cat man -l "$1" 2>/dev/null | grep -F -e "$2" >/dev/null
}

make --no-print-directory install DESTDIR="$destination" PREFIX=/usr
for file in usr/bin/refineryd usr/bin/refinectl etc/refinery/refineryd.toml \
    usr/lib/systemd/system/refineryd.service usr/lib/sysusers.d/refinery.conf \
    usr/lib/tmpfiles.d/refinery.conf usr/share/bash-completion/completions/refinectl \
    usr/share/zsh/vendor-completions/_refinectl \
    usr/share/fish/vendor_completions.d/refinectl.fish; do
    check "$file is there" test -s "$destination/$file"
done
for program in refineryd refinectl; do
    check "$program needs nothing of Swift" without_swift "$destination/usr/bin/$program"
    check "$program --version" "$destination/usr/bin/$program" --version
done
share=$destination/usr/share
pages=0
for program in refinectl:1 refineryd:8; do
    section=${program#*:} program=${program%:*}
    while read -r name; do
        page=$share/man/man$section/$name.$section
        check "$name has a page" test -s "$page"
        check "$name's page is clean" clean_page "$page"
        pages=$((pages + 1))
    done < <(commands "$destination/usr/bin/$program")
done
check "both programs have pages ($pages)" test "$pages" -gt 30
if command -v man >/dev/null; then
    check "man shows an option" says "$share/man/man1/refinectl-export.1" "--token-ratio"
    check "man shows an example" says "$share/man/man1/refinectl.1" "refinectl enqueue"
fi
check "the documentation's links work" scripts/check_links.py "$share/doc/refinery"
check "the unit names a page that is there" \
    test -s "$destination$(sed -n 's|^Documentation=file:||p' \
        "$destination/usr/lib/systemd/system/refineryd.service")"
check "the shipped configuration is valid" \
    "$destination/usr/bin/refineryd" check-config \
    --config "$destination/etc/refinery/refineryd.toml" \
    --teacher models/reference --reference models/reference
if command -v systemd-analyze >/dev/null; then
    check "systemd-analyze verify is clean" clean_unit
else
    echo "no systemd-analyze here: the unit was not verified"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
