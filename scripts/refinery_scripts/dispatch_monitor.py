"""Which thread of a Swift process on Linux is libdispatch's manager: the one that its timer wakes.

The thread has no name of its own, so it is known by what it does: it waits in epoll, called from
libdispatch. The return addresses on its stack say so: they lie in `_dispatch_mgr_thread` or the
event loop below it, by the symbols of the program where libdispatch is linked into it, else in the
mapping of libdispatch.so. Reads /proc/PID of a process of one's own. Needs `nm`.
"""

from __future__ import annotations

import functools
import struct
import subprocess
from pathlib import Path

# epoll_wait and epoll_pwait: x86-64's and AArch64's numbers.
EPOLL_CALLS = {232, 281, 22}
FUNCTIONS = ("_dispatch_mgr_thread", "_dispatch_mgr_invoke", "_dispatch_event_loop_drain")
# The manager's frames are few and small.
STACK_BYTES = 4096


def waits_in_monitor(pid: int, task: str) -> bool:
    """Whether thread `task` of `pid` waits in epoll for libdispatch."""
    call = Path(f"/proc/{pid}/task/{task}/syscall").read_text().split()
    if call[0] == "running" or int(call[0]) not in EPOLL_CALLS:
        return False
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        memory.seek(int(call[-2], 16))
        stack = memory.read(STACK_BYTES)
    words = struct.unpack(f"<{len(stack) // 8}Q", stack[: len(stack) // 8 * 8])
    ranges = code(pid)
    return any(low <= word < high for word in words for low, high in ranges)


def code(pid: int) -> list[tuple[int, int]]:
    """Addresses of libdispatch's event loop in `pid`."""
    mappings = [line.split(maxsplit=5) for line in
                Path(f"/proc/{pid}/maps").read_text().splitlines()]
    program = str(Path(f"/proc/{pid}/exe").resolve())
    library = [span(m[0]) for m in mappings if len(m) == 6 and "libdispatch.so" in m[5]]
    if library:
        return library
    base = min(span(m[0])[0] for m in mappings if len(m) == 6 and m[5] == program)
    return [(base + start, base + end) for start, end in symbols(program)]


@functools.cache
def symbols(program: str) -> list[tuple[int, int]]:
    """Offsets of the event loop's functions in a position-independent program."""
    listed = subprocess.run(["nm", "--print-size", "--defined-only", program], check=True,
                            capture_output=True, text=True).stdout
    found = []
    for line in listed.splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[3] in FUNCTIONS:
            found.append((int(fields[0], 16), int(fields[0], 16) + int(fields[1], 16)))
    return found


def span(text: str) -> tuple[int, int]:
    low, high = text.split("-")
    return int(low, 16), int(high, 16)
