"""Trains a reference as `refinectl train-reference` does, by torch, on a GPU or a CPU.

`python -m refinery_distill.train_reference` starts it. It needs the extra `train`. Slice, order of
batches, first weights, settings and the folder that is written are those of the native trainer.
"""
