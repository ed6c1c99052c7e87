"""The words that n-gram rules compare texts by (docs/selection.md), for the scripts beside this."""

import json
import unicodedata
import zlib

# Scripts that put no spaces between words: each letter is one.
UNSEPARATED = [(0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF),
               (0x31F0, 0x31FF), (0xFF66, 0xFF9F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
               (0xF900, 0xFAFF), (0x20000, 0x3FFFF)]


def spans(text):
    """Runs of letters, marks and numbers in lower case, each with where it begins and ends."""
    found, word, start = [], "", 0
    for place, char in enumerate(text + " "):
        alone = any(low <= ord(char) <= high for low, high in UNSEPARATED)
        inside = unicodedata.category(char)[0] in "LMN"
        if word and (alone or not inside):
            found.append((word, start, place))
            word = ""
        if inside:
            lower = char.lower()
            folded = lower if len(lower) == 1 else char
            if alone:
                found.append((folded, place, place + 1))
            else:
                start = start if word else place
                word += folded
    return found


def words(text):
    return [word for word, _, _ in spans(text)]


def quotations(text, questions):
    """Where the text quotes 13 words of a question: (start, end) in characters."""
    listed = spans(text)
    return [(listed[i][1], listed[i + 12][2]) for i in range(len(listed) - 12)
            if tuple(word for word, _, _ in listed[i:i + 13]) in questions]


def windows(text, width):
    """The set of runs of so many words."""
    listed = words(text)
    return {tuple(listed[i:i + width]) for i in range(len(listed) - width + 1)}


def strings(value):
    """The strings of a JSON value, at any depth, in order, keys aside."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value
    return [s for v in inside for s in strings(v)] if isinstance(value, (dict, list)) else []


def questions(paths):
    """All windows of 13 words of benchmark files, JSONL or text."""
    found = set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            if path.endswith(".txt"):
                found |= windows(file.read(), 13)
            else:
                for line in filter(str.strip, file):
                    found |= windows("\n".join(strings(json.loads(line))), 13)
    return found


def texts(db):
    """A function from a document's row id to its text as bytes."""
    return lambda document: zlib.decompress(db.execute(
        "SELECT deflated FROM document_text WHERE document = ?", (document,)).fetchone()[0])
