"""Trainings from the command line to the folder: kills, ranks, damage."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from support import FAMILIES, load, needs_torch, torch
from training_support import ours, write_corpus

TEACHER = FAMILIES / "qwen2"
OPTIONS = ("corpus", "--teacher", str(TEACHER), "--output", "out", "--layers", "2", "--width", "64",
           "--max-tokens", "100", "--anyway", "--share", "0.5", "--held-out", "0.1", "--epochs", "1")


def weights(folder):
    """The bytes of a trained model."""
    return (folder / "model.safetensors").read_bytes()


@needs_torch
class RunTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.whole = Path(folder.name)
        write_corpus(cls.whole / "corpus")
        cls.status, cls.said = ours(cls.whole, *OPTIONS)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "corpus").symlink_to(self.whole / "corpus")

    def test_the_folder_is_a_model_with_its_record(self):
        self.assertEqual(self.status, 0, self.said)
        out = self.whole / "out"
        self.assertFalse((self.whole / "out.training").exists())
        self.assertEqual(
            {path.name for path in out.iterdir()} - {"tokenizer_config.json"},
            {"config.json", "model.safetensors", "tokenizer.json", "training.json"})
        self.assertEqual((out / "tokenizer.json").read_bytes(),
                         (TEACHER / "tokenizer.json").read_bytes())
        record = json.loads((out / "training.json").read_text())
        self.assertEqual(
            set(record), {"version", "plan", "slice", "tokens", "loss", "held_out", "warnings",
                          "trainer"})
        self.assertEqual(record["slice"], {"held_out": "0.1", "seed": 0, "share": "0.5"})
        steps = record["plan"]["settings"]["steps"]
        self.assertEqual(record["held_out"][-1]["step"], steps)
        self.assertGreaterEqual(record["tokens"], record["plan"]["training"]["tokens"])
        losses = [one["loss"] for one in record["held_out"]]
        self.assertLess(losses[-1], losses[0])
        # The held-out loss is that of the model that was written.
        model = load(out)
        self.assertEqual(model.config.num_hidden_layers, 2)
        self.assertTrue(model.config.tie_word_embeddings)
        self.assertEqual(ours(self.whole, *OPTIONS, "--plan-only")[0], 1)
        again = self.folder
        self.assertEqual(ours(again, *OPTIONS, "--plan-only")[0], 0)
        from refinery_distill.train_reference.token_file import TokenSequences
        held_out = TokenSequences(again / "out.training" / "held-out.tokens")
        total = 0.0
        with torch.no_grad():
            for index in range(len(held_out)):
                ids = torch.from_numpy(held_out[index].astype("int64"))
                logits = model(ids[None, :-1]).logits[0]
                total += float(torch.nn.functional.cross_entropy(
                    logits, ids[1:], reduction="sum"))
        self.assertAlmostEqual(total / held_out.predicted_count, losses[-1], places=4)

    def test_kills_change_no_byte(self):
        command = [sys.executable, "-m", "refinery_distill.train_reference", "--threads", "1",
                   "--checkpoint-seconds", "0", *OPTIONS]
        checkpoint = self.folder / "out.training" / "checkpoint-torch"
        for number in (signal.SIGKILL, signal.SIGTERM):
            before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
            process = subprocess.Popen(
                command, cwd=self.folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline:
                if checkpoint.exists() and checkpoint.stat().st_mtime_ns > before:
                    break
                time.sleep(0.02)
            process.send_signal(number)
            process.wait(30)
            if number == signal.SIGTERM:
                self.assertIn(process.returncode, (143, -15))
        self.assertTrue(checkpoint.exists())
        status, said = ours(self.folder, "--output", "out")
        self.assertEqual(status, 0, said)
        self.assertNotIn("from step 0", said)
        self.assertEqual(weights(self.folder / "out"), weights(self.whole / "out"))
        records = [json.loads((folder / "out" / "training.json").read_text())
                   for folder in (self.folder, self.whole)]
        self.assertEqual(*records)

    def test_two_ranks_learn_what_one_learns(self):
        self.assertEqual(ours(self.folder, *OPTIONS, "--plan-only")[0], 0)
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        found = subprocess.run(
            [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2",
             "--master-port", "0", "--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0",
             "-m", "refinery_distill.train_reference", "--output", "out", "--threads", "1",
             "--device", "cpu"],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300)
        self.assertEqual(found.returncode, 0, found.stderr)
        records = [json.loads((folder / "out" / "training.json").read_text())
                   for folder in (self.folder, self.whole)]
        self.assertEqual(records[0]["trainer"]["ranks"], 2)
        for one, other in zip(records[0]["held_out"], records[1]["held_out"], strict=True):
            self.assertLess(abs(one["loss"] - other["loss"]), 1e-3)
        self.assertEqual(records[0]["tokens"], records[1]["tokens"])

    def test_bfloat16_trains(self):
        self.assertEqual(ours(self.folder, *OPTIONS, "--dtype", "bfloat16")[0], 0)
        record = json.loads((self.folder / "out" / "training.json").read_text())
        other = json.loads((self.whole / "out" / "training.json").read_text())
        self.assertEqual(record["trainer"]["dtype"], "bfloat16")
        self.assertLess(abs(record["held_out"][-1]["loss"] - other["held_out"][-1]["loss"]), 0.1)
        self.assertIn(b'"dtype":"F32"', weights(self.folder / "out")[:2000])

    def test_what_cannot_be_is_said(self):
        self.assertEqual(ours(self.folder, *OPTIONS, "--plan-only")[0], 0)
        work = self.folder / "out.training"

        def refused(*options, words):
            status, said = ours(self.folder, *options)
            self.assertNotEqual(status, 0)
            self.assertIn(words, said)
            self.assertNotIn("Traceback", said)

        refused(*OPTIONS, "--seed", "5", words="begun with --seed 0, not 5")
        other = self.folder / "other"
        other.mkdir()
        (other / "a.jsonl").write_text('{"text": "one"}\n')
        refused("other", *OPTIONS[1:], words="on other files: 2 files, now 1")
        refused("nowhere", *OPTIONS[1:4], "new", words="there is no nowhere")
        refused("other", "--teacher", str(FAMILIES / "qwen2.gguf"), "--output", "new",
                words="refinectl train-reference")
        self.assertFalse((self.folder / "new.training").exists())
        refused("other", *OPTIONS[1:4], "new", words="no document of 1 trains")
        refused("--output", "nothing", words="nothing is planned")
        (work / "checkpoint-torch").write_bytes(b"RFNCKPT1" + bytes(200))
        refused("--output", "out", words="damaged checkpoint")
        (work / "checkpoint-torch").unlink()
        tokens = bytearray((work / "slice.tokens").read_bytes())
        tokens[100] ^= 1
        (work / "slice.tokens").write_bytes(tokens)
        refused("--output", "out", words="its checksum is of other bytes")
        (work / "slice.tokens").write_bytes(tokens[:-8])
        refused("--output", "out", words="do not make")
        (work / "plan.json").write_text('{"request": {}}')
        refused("--output", "out", words="the plan has no tokenizer")


@needs_torch
class CheckpointTests(unittest.TestCase):
    def test_a_run_that_goes_on_is_the_run(self):
        from dataclasses import replace

        from refinery_distill.train_reference.trainer import Options, Trainer
        from training_support import SETTINGS, SHAPE, write_sequences

        settings = replace(SETTINGS, steps=12, warmupSteps=3, decaySteps=4)
        with tempfile.TemporaryDirectory() as folder:
            tokens = write_sequences(Path(folder) / "tokens")
            options = Options(torch.device("cpu"), checkpoint=Path(folder) / "state")
            whole = Trainer(SHAPE, settings, tokens, Options(torch.device("cpu")))
            whole.run()
            Trainer(SHAPE, settings, tokens, options).run(until=5, is_stopped=lambda: False)
            first = Trainer(SHAPE, settings, tokens, options)
            self.assertEqual(first.step, 0)
            first.run(until=5)
            first.write_checkpoint()
            second = Trainer(SHAPE, settings, tokens, options)
            self.assertEqual(second.step, 5)
            second.run()
            for one, other in zip(whole.weights(), second.weights(), strict=True):
                self.assertTrue((one == other).all())
            from refinery_distill.train_reference.errors import TrainingError
            with self.assertRaisesRegex(TrainingError, "seed is 7 there and 8 here"):
                Trainer(SHAPE, replace(settings, seed=8), tokens, options)
            with self.assertRaisesRegex(TrainingError, "dtype is float32 there and bfloat16 here"):
                Trainer(SHAPE, settings, tokens, replace(options, dtype=torch.bfloat16))


if __name__ == "__main__":
    unittest.main()
