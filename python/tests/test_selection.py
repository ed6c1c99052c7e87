"""A selection read from a store."""

import json
import multiprocessing
import pickle
import sqlite3
import tempfile
import threading
import unittest
from pathlib import Path

from refinery_distill import Selection, StoreError
from refinery_distill.permutation import Permutation
from small_store import add_document_selection, add_documents, add_selection, make_store
from support import CACHE

QUICKSTART = CACHE / "quickstart"


def first_text(selection):
    """What a process of its own reads."""
    return selection[0].text


class SelectionTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "a store?#%.db"
        self.db = make_store(self.path)
        self.addCleanup(self.db.close)

    def open(self, name=None, **options):
        selection = Selection(self.path, name, **options)
        self.addCleanup(selection.close)
        return selection

    def test_rows_are_those_of_the_store_in_both_orders(self):
        kept = self.db.execute(
            "SELECT c.id, k.rank, k.score, c.ordinal FROM selection_chunk k"
            " JOIN chunk c ON c.id = k.chunk").fetchall()
        for order, key in (("corpus", 0), ("score", 1)):
            rows = list(self.open("better-half", order=order))
            expected = sorted(kept, key=lambda row: row[key])
            self.assertEqual([(row.rank, row.score, row.ordinal) for row in rows],
                             [tuple(row[1:]) for row in expected])
        for row in rows:
            number = int(row.id.removeprefix("doc-"))
            self.assertEqual(row.text, f"Document {number}, part {row.chunk}: naïve 北京 €.\n")
            self.assertEqual(row.domain, ("prose", "code", None)[number % 3])
            self.assertEqual(row.final, row.chunk == number % 3)
            self.assertAlmostEqual(row.score, (row.reference_nll - row.teacher_nll) / row.tokens)
            self.assertIsNone(row.fields)

    def test_rows_that_the_teacher_did_not_read_have_no_nll_of_it(self):
        before = {row.rank: row for row in self.open("better-half")}
        first = self.db.execute(
            "SELECT chunk FROM selection_chunk WHERE rank = 1").fetchone()[0]
        self.db.execute("DELETE FROM score WHERE model = 1 AND chunk = ?", (first,))
        after = {row.rank: row for row in self.open("better-half")}
        self.assertIsNone(after[1].teacher_nll)
        self.assertEqual(after[1].tokens, before[1].tokens)
        self.assertEqual(after[1].reference_nll, before[1].reference_nll)
        self.assertEqual([row.rank for row in after.values() if row.teacher_nll is None], [1])

    def test_lengths_slices_and_counts(self):
        rows = self.open("better-half")
        every = list(rows)
        self.assertEqual(len(rows), len(every))
        self.assertEqual(rows.tokens, sum(row.tokens for row in every))
        self.assertEqual(rows[3:7], every[3:7])
        self.assertEqual(rows[::-10], every[::-10])
        self.assertEqual((rows[-1], rows[0]), (every[-1], every[0]))
        with self.assertRaises(IndexError):
            rows[len(rows)]
        self.assertEqual(sum(rows.count_domains().values()), len(rows))
        self.assertEqual(set(rows.count_domains()), {"prose", "code", None})
        self.assertEqual((rows.name, rows.unit), ("better-half", "token"))
        self.assertEqual(rows.rule, {"size": {"ratio": "0.5"}})

    def test_the_newest_selection_is_the_default(self):
        add_selection(self.db, "third", ratio=3)
        self.assertEqual(self.open().name, "third")
        self.assertEqual(Selection.names(self.path), ["better-half", "third"])

    def test_a_selection_of_documents(self):
        add_document_selection(self.db, "documents")
        rows = self.open("documents", keep_fields=True)
        self.assertTrue(rows.is_by_document)
        for row in rows:
            number = int(row.id.removeprefix("doc-"))
            self.assertEqual(row.text.count("part"), number % 3 + 1)
            self.assertEqual((row.tokens, row.chunk, row.start), (10 * (number % 3 + 1), None, 0))
            self.assertTrue(row.final)
            self.assertEqual(row.fields, {"n": number} if number % 2 else None)
        self.assertEqual(sum(rows.count_domains().values()), len(rows))

    def test_what_is_not_there_is_said(self):
        with self.assertRaisesRegex(StoreError, "no selection x: it has better-half"):
            Selection(self.path, "x")
        with self.assertRaisesRegex(StoreError, "there is no store"):
            Selection(self.path.with_name("other.db"))
        other = self.path.with_name("notes.db")
        sqlite3.connect(other).execute("CREATE TABLE a (b)").connection.close()
        with self.assertRaisesRegex(StoreError, "no store of refinery"):
            Selection(other)
        other.write_bytes(b"not a database" * 100)
        with self.assertRaisesRegex(StoreError, "cannot read"):
            Selection(other)
        self.assertFalse(self.path.with_name("other.db").exists())

    def test_a_selection_that_is_deleted_is_no_longer_read(self):
        rows = self.open("better-half")
        self.db.execute("DELETE FROM selection_chunk")
        with self.assertRaisesRegex(StoreError, "was deleted"):
            rows[0]

    def test_nothing_can_be_written(self):
        rows = self.open()
        with self.assertRaises(sqlite3.OperationalError):
            rows._store.connection.execute("DELETE FROM selection")

    def test_reading_while_another_writes(self):
        rows = self.open("better-half")
        expected = list(rows)
        stop = threading.Event()
        written = []

        def write():
            db = sqlite3.connect(self.path, isolation_level=None, timeout=10)
            number = 1000
            while not stop.is_set():
                add_documents(db, range(number, number + 5))
                db.execute("PRAGMA wal_checkpoint(PASSIVE)")
                number += 5
                written.append(number)
            db.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            while len(written) < 5:
                self.assertEqual(list(rows), expected)
        finally:
            stop.set()
            writer.join()
        self.assertEqual(list(self.open("better-half")), expected)

    def test_it_goes_to_other_processes(self):
        rows = self.open("better-half")
        expected = rows[0].text
        self.assertEqual(pickle.loads(pickle.dumps(rows))[0].text, expected)
        for how in ("fork", "spawn"):
            with multiprocessing.get_context(how).Pool(1) as pool:
                self.assertEqual(pool.apply(first_text, (rows,)), expected)
        self.assertEqual(rows[0].text, expected)

    @unittest.skipUnless((QUICKSTART / "refined.jsonl").exists(), "make quickstart was not run")
    def test_the_rows_of_the_quickstart_are_those_of_its_export(self):
        text = (QUICKSTART / "refined.jsonl").read_text()
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        rows = list(Selection(QUICKSTART / "store.db", "better-half"))
        self.assertEqual(len(rows), len(lines))
        for row, line in zip(rows, lines):
            for name, value in line.items():
                self.assertEqual(getattr(row, name), value)


class PermutationTests(unittest.TestCase):
    def test_every_number_comes_once(self):
        for count in (1, 2, 3, 5, 64, 65, 1000, 4097):
            found = list(Permutation(count, 7, 0))
            self.assertEqual(sorted(found), list(range(count)))
        self.assertEqual(list(Permutation(0, 7, 0)), [])

    def test_seeds_and_epochs_have_orders_of_their_own(self):
        orders = {tuple(Permutation(100, seed, epoch)) for seed in range(5) for epoch in range(5)}
        self.assertEqual(len(orders), 25)
        self.assertNotIn(tuple(range(100)), orders)

    def test_the_order_stays_as_it_is(self):
        self.assertEqual(list(Permutation(10, 1, 0)), ORDER)

    def test_no_place_is_preferred(self):
        counts = [[0] * 6 for _ in range(6)]
        for seed in range(6000):
            for place, number in enumerate(Permutation(6, seed, 0)):
                counts[place][number] += 1
        self.assertLess(max(max(row) for row in counts), 1150)
        self.assertGreater(min(min(row) for row in counts), 850)


ORDER = [5, 8, 0, 3, 2, 1, 6, 7, 9, 4]

if __name__ == "__main__":
    unittest.main()
