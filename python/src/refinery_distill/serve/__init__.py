"""A scoring server: log-probs of token ids over HTTP, in the shape of SGLang's `/generate`.

`python -m refinery_distill.serve MODEL` starts it. It loads every causal language model that
transformers loads, on a CPU or a GPU. It needs the extra `serve` (torch, transformers).
"""
