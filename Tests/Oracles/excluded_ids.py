"""What the step `exclude_ids` of a rule leaves out, from the raw rows of a store."""

import hashlib
import json
import sys


def exclusions(db, rule):
    """The documents that a rule's file of ids names, and the texts of which copies go, too."""
    wanted = rule.get("exclude_ids")
    if wanted is None:
        return set(), set()
    content = b"".join(part for (part,) in db.execute(
        "SELECT p.content FROM rule_file_part p JOIN rule_file f ON f.id = p.file"
        " WHERE f.sha256 = ? ORDER BY p.part", (wanted["sha256"],)))
    if hashlib.sha256(content).hexdigest() != wanted["sha256"]:
        sys.exit("the store does not hold the file of ids")
    names = set()
    for line in content.split(b"\n"):
        if not line.strip():
            continue
        if wanted["file"].endswith((".jsonl", ".ndjson", ".json")):
            entry = json.loads(line)
            names.add((entry.get("corpus"), str(entry["id"]).encode()))
        else:
            names.add((None, line.removesuffix(b"\r")))
    documents, texts = set(), set()
    for document, key, corpus, sha256 in db.execute(
            "SELECT d.id, d.key, k.name, d.sha256 FROM document d JOIN corpus k"
            " ON k.id = d.corpus WHERE d.retired = 0"):
        if (None, key) in names or (corpus, key) in names:
            documents.add(document)
            if rule["unit"] == "document":
                texts.add(sha256)
    if rule["unit"] == "chunk":
        texts = {sha256 for document, sha256 in db.execute("SELECT document, sha256 FROM chunk")
                 if document in documents}
    return documents, texts if wanted["and_copies"] else set()
