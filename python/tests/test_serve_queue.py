"""The queue without a model."""

import threading
import time
import unittest

from refinery_distill.serve.errors import RequestError
from refinery_distill.serve.queue import Job, ScoringQueue, batches
from refinery_distill.serve.scores import PromptScores


class OutOfMemoryError(RuntimeError):
    """As torch's."""


class Model:
    """Gives every id the log-prob −id; fails and waits as told."""

    def __init__(self, room=10**9):
        self.room = room
        self.seen = []
        self.gate = threading.Event()
        self.gate.set()

    def score(self, prompts):
        self.gate.wait(10)
        self.seen.append([len(ids) for ids in prompts])
        if len(prompts) * max(map(len, prompts)) > self.room:
            raise OutOfMemoryError("no room")
        if any(ids[0] == 666 for ids in prompts):
            raise ValueError("a bad id")
        return [PromptScores([-float(one) for one in ids[1:]], [1] * (len(ids) - 1))
                for ids in prompts]


class QueueTests(unittest.TestCase):
    def test_batches_hold_as_many_padded_tokens_as_they_may(self):
        lengths = [3, 50, 7, 7, 20, 1, 64, 300]
        items = [(Job([[0] * length]), 0) for length in lengths]
        made = [[len(job.prompts[0]) for job, _ in batch] for batch in batches(items, 100)]
        self.assertEqual(made, [[300], [64], [50, 20], [7, 7, 3, 1]])

    def test_every_prompt_gets_its_own_scores(self):
        queue = ScoringQueue(Model(), 64, 10_000)
        jobs = [queue.submit([[number, number + place] for place in range(5)])
                for number in range(40)]
        for number, job in enumerate(jobs):
            self.assertTrue(job.wait(5))
            self.assertEqual([scores.logprobs for scores in job.scores],
                             [[-float(number + place)] for place in range(5)])
        self.assertTrue(queue.close(5))

    def test_a_full_queue_refuses_and_goes_on(self):
        model = Model()
        model.gate.clear()
        queue = ScoringQueue(model, 64, 100)
        first = queue.submit([[1] * 90])
        with self.assertRaises(RequestError) as caught:
            queue.submit([[1] * 20])
        self.assertEqual((caught.exception.status, caught.exception.retry_after), (503, 1))
        second = queue.submit([[1] * 10])
        model.gate.set()
        self.assertTrue(first.wait(5) and second.wait(5))
        while queue.waiting_tokens:
            time.sleep(0.01)
        # A request above the limit is taken where nothing waits.
        self.assertTrue(queue.submit([[1] * 200]).wait(5))
        queue.close(5)

    def test_a_batch_without_memory_is_halved(self):
        model = Model(room=30)
        queue = ScoringQueue(model, 64, 1000)
        with self.assertLogs("refinery_distill.serve", "WARNING"):
            job = queue.submit([[1] * 10 for _ in range(6)])
            self.assertTrue(job.wait(5))
        self.assertIsNone(job.error)
        alone = queue.submit([[1] * 31])
        self.assertTrue(alone.wait(5))
        self.assertEqual(alone.error.status, 400)
        self.assertIn("31 tokens", alone.error.message)
        self.assertTrue(queue.is_alive)
        queue.close(5)

    def test_a_batch_that_fails_takes_no_other_along(self):
        queue = ScoringQueue(Model(), 8, 1000)
        with self.assertLogs("refinery_distill.serve", "ERROR"):
            bad, good = queue.submit([[666] * 8]), queue.submit([[5] * 8])
            self.assertTrue(bad.wait(5) and good.wait(5))
        self.assertEqual(bad.error.status, 500)
        self.assertIsNone(good.error)
        queue.close(5)

    def test_what_nobody_waits_for_is_not_scored(self):
        model = Model()
        model.gate.clear()
        queue = ScoringQueue(model, 64, 1000)
        first = queue.submit([[1] * 64])
        time.sleep(0.05)
        gone = queue.submit([[1] * 63])
        gone.is_abandoned = True
        last = queue.submit([[1] * 62])
        model.gate.set()
        self.assertTrue(first.wait(5) and last.wait(5))
        self.assertEqual(model.seen, [[64], [62]])
        queue.close(5)

    def test_closing_finishes_what_was_accepted(self):
        model = Model()
        model.gate.clear()
        queue = ScoringQueue(model, 64, 1000)
        job = queue.submit([[1] * 10])
        self.assertFalse(queue.close(0.05))
        with self.assertRaises(RequestError) as caught:
            queue.submit([[1]])
        self.assertEqual(caught.exception.status, 503)
        model.gate.set()
        self.assertTrue(queue.close(5))
        self.assertTrue(job.wait(0))


if __name__ == "__main__":
    unittest.main()
