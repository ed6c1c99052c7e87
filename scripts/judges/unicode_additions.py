"""Prints the tables of UnicodeAdditions.swift.

They list the scalars that are in a general category for PyPI's tokenizers (Oniguruma; `Digits` is
Rust's) and not for the PCRE2 of this machine. Run it again when the judge's version changes, on
the oldest PCRE2 that is supported (10.42, Debian 12).
"""

import ctypes

from tokenizers import Regex
from tokenizers.pre_tokenizers import Digits, Split

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
CATEGORIES = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "Nd", "P", "S"]
UTF_UCP = 0x80000 | 0x20000
PCRE2 = ctypes.CDLL("libpcre2-8.so.0")
PCRE2.pcre2_compile_8.restype = ctypes.c_void_p
PCRE2.pcre2_match_data_create_8.restype = ctypes.c_void_p


def judged(pattern: str) -> set[int]:
    """The scalars that tokenizers matches: those that a Removed split drops."""
    split = Split(Regex(pattern), "removed")
    found: set[int] = set()
    for start in range(0, len(SCALARS), 2000):
        block = SCALARS[start:start + 2000]
        kept: set[int] = set()
        for _, (first, end) in split.pre_tokenize_str("".join(map(chr, block))):
            kept.update(range(first, end))
        found.update(c for place, c in enumerate(block) if place not in kept)
    return found


def judged_digits() -> set[int]:
    """The scalars that `Digits` isolates when they stand between letters."""
    found: set[int] = set()
    for start in range(0, len(SCALARS), 2000):
        block = SCALARS[start:start + 2000]
        for _, (first, end) in Digits(True).pre_tokenize_str("a".join(map(chr, block))):
            if end - first == 1 and first % 2 == 0 and block[first // 2] != ord("a"):
                found.add(block[first // 2])
    return found


def in_pcre2(pattern: str) -> set[int]:
    """The scalars that PCRE2 matches."""
    error, offset = ctypes.c_int(), ctypes.c_size_t()
    code = ctypes.c_void_p(PCRE2.pcre2_compile_8(
        pattern.encode(), ctypes.c_size_t(len(pattern)), ctypes.c_uint32(UTF_UCP),
        ctypes.byref(error), ctypes.byref(offset), None))
    data = ctypes.c_void_p(PCRE2.pcre2_match_data_create_8(1, None))

    def matches(scalar: int) -> bool:
        text = chr(scalar).encode()
        return PCRE2.pcre2_match_8(code, text, ctypes.c_size_t(len(text)), ctypes.c_size_t(0),
                                   ctypes.c_uint32(0), data, None) > 0

    return {scalar for scalar in SCALARS if matches(scalar)}


def ranges(scalars: set[int]) -> str:
    """`A-B C`, hexadecimal."""
    runs: list[list[int]] = []
    for scalar in sorted(scalars):
        if runs and runs[-1][1] == scalar - 1:
            runs[-1][1] = scalar
        else:
            runs.append([scalar, scalar])
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in runs)


def main() -> None:
    print("digits:", ranges(judged_digits() - in_pcre2(r"\p{N}")))
    for name in CATEGORIES:
        pattern = rf"\p{{{name}}}"
        print(f"{name}:", ranges(judged(pattern) - in_pcre2(pattern)))


if __name__ == "__main__":
    main()
