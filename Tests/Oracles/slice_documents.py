"""What the step `slice` of a rule leaves out, from the raw rows of a store."""

import hashlib
import struct
from fractions import Fraction


def exclusions(db, rule):
    """The documents that trained or were held out, and the texts that were trained on."""
    wanted = rule.get("slice")
    if wanted is None:
        return set(), set()
    held, share = Fraction(wanted["held_out"]), Fraction(wanted["share"])
    documents, trained = set(), set()
    for document, sha256 in db.execute("SELECT id, sha256 FROM document"):
        digest = hashlib.sha256(
            b"refinery-slice-1" + struct.pack("<Q", wanted["seed"]) + sha256).digest()
        place = Fraction((int.from_bytes(digest[:8], "big") * 10**17) >> 64, 10**17)
        if place < held + share:
            documents.add(document)
            if place >= held:
                trained.add(document)
    texts = set()
    if rule["unit"] == "chunk":
        texts = {sha256 for document, sha256 in db.execute("SELECT document, sha256 FROM chunk")
                 if document in trained}
    return documents, texts
