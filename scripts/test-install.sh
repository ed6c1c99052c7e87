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
