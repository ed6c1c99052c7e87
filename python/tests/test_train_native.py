"""The trainer beside the native one: the slice as tokens, the plan, the losses of 200 steps.

    REFINERY_TRAINING_JUDGE=… REFINERY_REFINECTL=… python test_train_native.py --write

makes fixtures/native.json again. `make judge-training` compares with the tools themselves.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from support import REFERENCE, needs_torch, torch
from training_support import native, ours, write_corpus, write_sequences

FIXTURE = Path(__file__).parent / "fixtures" / "native.json"
REFINECTL = os.environ.get("REFINERY_REFINECTL")
OPTIONS = ("--layers", "2", "--width", "64", "--max-tokens", "100", "--anyway", "--share", "0.5",
           "--held-out", "0.1", "--seed", "3", "--epochs", "3")


def native_losses(folder):
    """Losses and batches of the native trainer from its own first weights."""
    tokens = write_sequences(folder / "sequences.tokens")
    lines = native(folder / "sequences.tokens")
    return {"data": tokens.digest, "losses": [line["loss"] for line in lines],
            "batches": [line["sequences"] for line in lines]}


def native_plan(folder):
    """The plan of refinectl, which is stopped as soon as there is one, and its token files."""
    from refinery_distill.train_reference.token_file import TokenSequences

    write_corpus(folder / "corpus")
    process = subprocess.Popen(
        [REFINECTL, "train-reference", "corpus", "--teacher", REFERENCE, "--output", "out",
         "--threads", "1", *OPTIONS], cwd=folder, stderr=subprocess.DEVNULL)
    work = folder / "out.training"
    while not (work / "plan.json").exists():
        if process.poll() is not None:
            raise AssertionError("refinectl ended")
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.wait()
    return {"plan": json.loads((work / "plan.json").read_text()),
            "slice": TokenSequences(work / "slice.tokens").digest,
            "held_out": TokenSequences(work / "held-out.tokens").digest}


@needs_torch
class NativeTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def check_losses(self, expected):
        from refinery_distill.train_reference.trainer import Options, Trainer
        from training_support import SETTINGS, SHAPE

        tokens = write_sequences(self.folder / "sequences.tokens")
        self.assertEqual(tokens.digest, expected["data"])
        trainer = Trainer(SHAPE, SETTINGS, tokens, Options(torch.device("cpu"), part_tokens=2048))
        steps = []
        self.assertTrue(trainer.run(told=steps.append))
        self.assertEqual(len(steps), 200)
        far = max(abs(step.loss - loss) for step, loss in zip(steps, expected["losses"], strict=True))
        self.assertLess(far, 1e-4)
        self.assertLess(steps[-1].loss, steps[0].loss - 1)

    def check_plan(self, expected):
        from refinery_distill.train_reference.token_file import TokenSequences
    
        write_corpus(self.folder / "corpus")
        status, said = ours(
            self.folder, "corpus", "--teacher", str(REFERENCE), "--output", "out", "--plan-only",
            "--tokenizer-digest", expected["plan"]["tokenizer"], *OPTIONS)
        self.assertEqual(status, 0, said)
        work = self.folder / "out.training"
        self.assertEqual(TokenSequences(work / "slice.tokens").digest, expected["slice"])
        self.assertEqual(TokenSequences(work / "held-out.tokens").digest, expected["held_out"])
        plan = json.loads((work / "plan.json").read_text())
        self.assertAlmostEqual(plan.pop("trigramLoss"), expected["plan"]["trigramLoss"], places=12)
        self.assertEqual(
            plan, {name: value for name, value in expected["plan"].items() if name != "trigramLoss"})

    def test_the_order_of_batches(self):
        from refinery_distill.train_reference.batch_order import BatchOrder
        from training_support import SETTINGS

        expected = json.loads(FIXTURE.read_text())["training"]["batches"]
        tokens = write_sequences(self.folder / "sequences.tokens")
        order = BatchOrder(SETTINGS.seed, SETTINGS.batchTokens, tokens.predicted)
        self.assertEqual([order.next() for _ in expected], expected)

    def test_the_losses_of_200_steps(self):
        self.check_losses(json.loads(FIXTURE.read_text())["training"])

    def test_the_plan_and_the_tokens_of_a_corpus(self):
        self.check_plan(json.loads(FIXTURE.read_text())["corpus"])

    @unittest.skipUnless(os.environ.get("REFINERY_TRAINING_JUDGE"), "no REFINERY_TRAINING_JUDGE")
    def test_the_losses_beside_the_tool(self):
        folder = self.folder / "native"
        folder.mkdir()
        self.check_losses(native_losses(folder))

    @unittest.skipUnless(REFINECTL, "no REFINERY_REFINECTL")
    def test_the_plan_beside_refinectl(self):
        folder = self.folder / "native"
        folder.mkdir()
        self.check_plan(native_plan(folder))


def write_fixture():
    with tempfile.TemporaryDirectory() as folder:
        found = {"training": native_losses(Path(folder)), "corpus": native_plan(Path(folder))}
    FIXTURE.write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    write_fixture() if "--write" in sys.argv else unittest.main()
