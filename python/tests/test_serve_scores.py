"""The scorer against plain forward passes of transformers."""

import json
import unittest

from support import (
    CACHE,
    FAMILIES,
    REFERENCE,
    ROOT,
    direct,
    load,
    needs_torch,
    random_prompts,
    torch,
    transformers,
)

PARITY = ROOT / "Tests" / "Fixtures" / "parity"
FOLDERS = ("gemma2", "gemma3", "gpt2", "gpt_neox", "llama-yarn", "mistral", "mixtral", "olmo2",
           "olmoe", "phi3", "phi3-window", "qwen2", "qwen2-window", "qwen3", "qwen3moe", "smollm3")
"""Families of which the repository has a small random model."""
LENGTHS = (1, 2, 37, 5, 64, 20, 64, 3)


def tiny(kind, **settings):
    """A random model of a family that refinery does not read itself."""
    torch.manual_seed(1)
    config = transformers.AutoConfig.for_model(kind, **settings)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    for tensor in model.parameters():
        if tensor.dim() == 2:
            torch.nn.init.normal_(tensor, std=0.2)
    return model


SIZES = {"vocab_size": 211, "hidden_size": 32, "num_hidden_layers": 2}
HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 48}
OTHERS = {
    # The body that OPT's forward calls is a part of its base model.
    "opt": {**SIZES, "num_attention_heads": 4, "ffn_dim": 48, "word_embed_proj_dim": 32},
    # Logits are scaled behind the head.
    "cohere": {**SIZES, **HEADS, "logit_scale": 0.3},
    "granite": {**SIZES, **HEADS, "logits_scaling": 3.0, "embedding_multiplier": 4.0},
    # No attention.
    "mamba": {**SIZES, "state_size": 4},
    # A bias in the head.
    "phi": {**SIZES, **HEADS},
    "bloom": {"vocab_size": 211, "hidden_size": 32, "n_layer": 2, "n_head": 4},
}


@needs_torch
class ScorerTests(unittest.TestCase):
    def check(self, model, name, rows_of_a_block=7):
        from refinery_distill.serve.scorer import Scorer

        vocabulary = model.get_input_embeddings().weight.shape[0]
        prompts = random_prompts(vocabulary, LENGTHS)
        expected = [direct(model, ids) for ids in prompts]
        scorer = Scorer(model, vocabulary, block_numbers=rows_of_a_block * vocabulary)
        self.assertTrue(scorer.is_split, name)
        together = scorer.score(prompts)
        alone = [scorer.score([ids])[0] for ids in prompts]
        for found, by_itself, (logprobs, ranks) in zip(together, alone, expected, strict=True):
            self.assertEqual(len(found.logprobs), len(logprobs))
            for one, other, wanted in zip(found.logprobs, by_itself.logprobs, logprobs):
                self.assertLess(abs(one - wanted), 1e-4, name)
                self.assertLess(abs(one - other), 1e-5, name)
            # Logits that are next to equal may change places.
            self.assertLessEqual(
                sum(a != b for a, b in zip(found.ranks, ranks)), 0.02 * len(ranks) + 1, name)

    def test_reference_model(self):
        self.check(load(REFERENCE), "reference")

    def check_parity(self, network, name):
        """Against the numbers that the native engine is held to: 1e-3 a token, 1e-4 a mean."""
        from refinery_distill.serve.scorer import Scorer

        rows = [json.loads(line)
                for line in (PARITY / f"{name}.jsonl").read_text().splitlines()]
        rows = [row for row in rows if 1 < len(row["token_ids"]) <= 400]
        found = Scorer(network, 49152).score([row["token_ids"] for row in rows])
        self.assertGreater(len(rows), 5)
        for row, scores in zip(rows, found, strict=True):
            wanted = [nll for nll in row["token_nll"] if nll is not None]
            for logprob, nll in zip(scores.logprobs, wanted, strict=True):
                self.assertLess(abs(-logprob - nll), 1e-3)
            self.assertLess(abs(-sum(scores.logprobs) - sum(wanted)) / len(wanted), 1e-4)

    def test_the_reference_has_the_native_numbers(self):
        self.check_parity(load(REFERENCE), "reference")

    @unittest.skipUnless((CACHE / "teacher.gguf").exists(), "make teacher was not run")
    def test_the_teacher_in_a_gguf_has_the_native_numbers(self):
        from refinery_distill.serve.loading import load as load_served
        from refinery_distill.serve.options import read_options

        served = load_served(read_options(
            [str(CACHE / "teacher.gguf"), "--device", "cpu", "--threads", "1"]))
        self.assertIsNone(served.tokenizer)
        self.assertEqual(served.max_context, 8192)
        self.check_parity(served.network, "teacher")

    def test_families_of_the_fixtures(self):
        for name in FOLDERS:
            with self.subTest(name):
                self.check(load(FAMILIES / name), name)

    def test_families_that_refinery_does_not_read(self):
        for name, settings in OTHERS.items():
            with self.subTest(name):
                self.check(tiny(name, **settings), name)

    def test_a_head_that_cannot_be_split_is_run_whole(self):
        from refinery_distill.serve.scorer import Scorer

        class Odd(torch.nn.Module):
            """A model of one piece."""

            def __init__(self):
                super().__init__()
                self.embedding = torch.nn.Embedding(50, 8)

            def forward(self, input_ids):
                return (self.embedding(input_ids) @ self.embedding.weight.T,)

        scorer = Scorer(Odd().eval(), 50, block_numbers=150)
        self.assertFalse(scorer.is_split)
        found = scorer.score([[1, 2, 3, 4, 5, 6], [7]])
        self.assertEqual([len(one.logprobs) for one in found], [5, 0])
        self.assertTrue(all(logprob < 0 for logprob in found[0].logprobs))

    def test_bfloat16_is_summed_in_float32(self):
        from refinery_distill.serve.scorer import Scorer

        model = load(REFERENCE).to(torch.bfloat16)
        (ids,) = random_prompts(49152, [40])
        found = Scorer(model, 49152).score([ids])[0]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0, :-1].double()
        wanted = (logits - logits.logsumexp(1, keepdim=True)).gather(
            1, torch.tensor(ids[1:])[:, None])[:, 0].tolist()
        self.assertLess(max(abs(a - b) for a, b in zip(found.logprobs, wanted)), 0.2)
        self.assertGreater(len(set(found.logprobs)), 30)


if __name__ == "__main__":
    unittest.main()
