"""A selection behind PyTorch's DataLoader."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from small_store import add_selection, make_store
from support import needs_torch

RANK = """
import json, sys, torch
from torch.utils.data import DataLoader
from refinery_distill import TorchSelection

def main():
    store, address, rank, even = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "even"
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=address, rank=rank, world_size=2)
    rows = TorchSelection(store, "most", seed=5, batch_size=4, even=even)
    found = {}
    for workers in (0, 2):
        for epoch in (0, 1):
            rows.set_epoch(epoch)
            loader = DataLoader(rows, batch_size=4, num_workers=workers,
                                multiprocessing_context="spawn" if workers > epoch + 1 else None)
            found[f"{workers} {epoch}"] = [
                (one, chunk) for batch in loader
                for one, chunk in zip(batch["id"], batch["chunk"].tolist())]
            torch.distributed.barrier()
    print(json.dumps(found))
    torch.distributed.destroy_process_group()

if __name__ == "__main__":
    main()
"""


@needs_torch
class TorchSelectionTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "store.db"
        self.db = make_store(self.path)
        self.addCleanup(self.db.close)
        add_selection(self.db, "most", ratio=1)
        from refinery_distill import Selection
        self.every = {(row.id, row.chunk) for row in Selection(self.path, "most")}

    def rows(self, **options):
        from refinery_distill import TorchSelection
        options = {"seed": 5, "batch_size": 4} | options
        return TorchSelection(self.path, "most", **options)

    def loader(self, rows, workers, **options):
        from torch.utils.data import DataLoader
        return DataLoader(rows, batch_size=4, num_workers=workers, **options)

    @staticmethod
    def keys(batches):
        return [key for batch in batches for key in zip(batch["id"], batch["chunk"].tolist())]

    def test_workers_change_neither_rows_nor_order(self):
        alone = self.keys(self.loader(self.rows(), 0))
        self.assertEqual(len(alone), len(self.every))
        self.assertEqual(set(alone), self.every)
        self.assertEqual(len(self.rows()), len(self.every))
        for workers in (1, 2, 3):
            self.assertEqual(self.keys(self.loader(self.rows(), workers)), alone)
        batch = next(iter(self.loader(self.rows(), 2)))
        self.assertEqual(set(batch), {"text", "id", "chunk", "domain", "score", "tokens"})
        self.assertIn("naïve 北京", batch["text"][0])

    def test_any_batch_size_gives_every_row_once(self):
        from torch.utils.data import DataLoader
        for size in (1, 3, 7, None):
            loader = DataLoader(self.rows(), batch_size=size, num_workers=2)
            found = [(batch["id"], batch["chunk"]) if size is None else None for batch in loader]
            if size is not None:
                found = self.keys(loader)
            self.assertEqual(len(found), len(self.every))
            self.assertEqual(set(found), self.every)

    def test_epochs_have_orders_of_their_own(self):
        rows = self.rows()
        loader = self.loader(rows, 2, persistent_workers=True)
        epochs = []
        for epoch in range(3):
            rows.set_epoch(epoch)
            epochs.append(self.keys(loader))
            self.assertEqual(set(epochs[-1]), self.every)
        self.assertNotEqual(epochs[0], epochs[1])
        rows.set_epoch(1)
        self.assertEqual(self.keys(loader), epochs[1])
        self.assertEqual(self.keys(self.loader(self.rows(seed=5), 0)), epochs[0])
        self.assertNotEqual(self.keys(self.loader(self.rows(seed=6), 0)), epochs[0])
        plain = self.keys(self.loader(self.rows(shuffle=False), 2))
        from refinery_distill import Selection
        self.assertEqual(plain, [(row.id, row.chunk) for row in Selection(self.path, "most")])

    def test_a_state_goes_on_at_the_exact_next_row(self):
        whole = self.rows()
        whole.set_epoch(2)
        every = self.keys(self.loader(whole, 0))
        for workers, batches in ((0, 5), (1, 1), (2, 7), (3, 20)):
            rows = self.rows()
            rows.set_epoch(2)
            seen, read = 0, []
            for number, batch in enumerate(self.loader(rows, workers)):
                if number == batches:
                    break
                read += self.keys([batch])
                seen += len(batch["id"])
            state = json.loads(json.dumps(rows.state_dict(rows=seen)))
            for later in (0, 2):
                fresh = self.rows()
                fresh.load_state_dict(state)
                self.assertEqual(len(fresh), len(every) - seen)
                fresh.set_epoch(2)
                self.assertEqual(read + self.keys(self.loader(fresh, later)), every)
                # The next epoch is whole again.
                fresh.set_epoch(3)
                self.assertEqual(len(fresh), len(every))

    def test_a_state_in_the_middle_of_a_batch(self):
        rows = self.rows()
        iterator = iter(rows)
        read = [next(iterator) for _ in range(13)]
        state = rows.state_dict()
        fresh = self.rows()
        fresh.load_state_dict(state)
        keys = [(row["id"], row["chunk"]) for row in [*read, *fresh]]
        self.assertEqual(keys, self.keys(self.loader(self.rows(), 0)))
        # A state of a state.
        iterator = iter(fresh)
        read += [next(iterator) for _ in range(3)]
        last = self.rows()
        last.load_state_dict(fresh.state_dict())
        self.assertEqual([(row["id"], row["chunk"]) for row in [*read, *last]], keys)

    def test_a_state_with_other_ranks(self):
        every = [(row["id"], row["chunk"]) for row in self.rows(rank=0, ranks=1)]
        two = [self.rows(rank=rank, ranks=2) for rank in range(2)]
        read = []
        for rows in two:
            iterator = iter(rows)
            read += [next(iterator) for _ in range(10)]
        states = [rows.state_dict() for rows in two]
        self.assertEqual(states[0], states[1])
        rest = []
        for rank in range(3):
            rows = self.rows(rank=rank, ranks=3)
            rows.load_state_dict(states[0])
            rest += list(rows)
        found = [(row["id"], row["chunk"]) for row in read + rest]
        self.assertEqual(len(found), len(every))
        self.assertEqual(set(found), set(every))
        self.assertEqual({(row["id"], row["chunk"]) for row in read}, set(every[:20]))

    def test_the_state_of_each_worker(self):
        """As a loader that asks in the workers does; here in processes' stead."""
        from torch.utils.data import _utils
        info = _utils.worker.WorkerInfo
        every = [self.keys(self.loader(self.rows(), 2))]
        found = []
        try:
            for number in range(2):
                _utils.worker._worker_info = info(id=number, num_workers=2, seed=0, dataset=None)
                rows = self.rows()
                iterator = iter(rows)
                read = [next(iterator) for _ in range(6 + number)]
                fresh = self.rows()
                fresh.load_state_dict(rows.state_dict())
                read += list(fresh)
                found += [(row["id"], row["chunk"]) for row in read]
        finally:
            _utils.worker._worker_info = None
        self.assertEqual(len(found), len(self.every))
        self.assertEqual(set(found), set(every[0]))

    def test_a_state_of_something_else_is_refused(self):
        state = self.rows().state_dict()
        with self.assertRaisesRegex(ValueError, "seed"):
            self.rows(seed=6).load_state_dict(state)
        from refinery_distill import TorchSelection
        with self.assertRaisesRegex(ValueError, "selection"):
            TorchSelection(self.path, "better-half", seed=5).load_state_dict(state)
        with self.assertRaises(ValueError):
            self.rows(rank=2, ranks=2)
        with self.assertRaises(ValueError):
            self.rows(batch_size=0)

    def test_two_processes_of_torch_distributed(self):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "rank.py"
            script.write_text(RANK)
            for how in ("all", "even"):
                processes = [subprocess.Popen(
                    [sys.executable, script, self.path, f"file://{folder}/{how}", str(rank), how],
                    stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
                    for rank in range(2)]
                outputs = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
                for key in outputs[0]:
                    found = [tuple(row) for output in outputs for row in output[key]]
                    self.assertEqual(len(found), len(set(found)))
                    if how == "all":
                        self.assertEqual(set(found), self.every)
                    else:
                        self.assertEqual(len(outputs[0][key]), len(self.every) // 2)
                        self.assertEqual(len(outputs[1][key]), len(self.every) // 2)
                for epoch in (0, 1):
                    self.assertEqual(outputs[0][f"0 {epoch}"], outputs[0][f"2 {epoch}"])

    def test_reading_while_another_process_writes(self):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(self.path), str(Path(__file__).parent)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.assertEqual(writer.stdout.readline(), "writing\n")
            expected = self.keys(self.loader(self.rows(), 0))
            for _ in range(3):
                self.assertEqual(self.keys(self.loader(self.rows(), 2)), expected)
        finally:
            output, _ = writer.communicate("stop\n", timeout=30)
        self.assertGreater(int(output), 10)


WRITER = """
import sqlite3, sys, threading
sys.path.insert(0, sys.argv[2])
from small_store import add_documents

stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
number = 5000
print("writing", flush=True)
while not stop.is_set():
    add_documents(db, range(number, number + 5))
    db.execute("PRAGMA wal_checkpoint(PASSIVE)")
    number += 5
print(number - 5000)
"""

if __name__ == "__main__":
    unittest.main()
