#!/usr/bin/env python3
"""A model's weights in other tensor types: its matrices dequantised and written anew.

    weight_files.py MODEL.gguf FOLDER [--types F32,F16,Q8_0,Q4_0]

Writes FOLDER/F32.gguf and so on, with the vocabulary and the metadata of MODEL, and leaves a file
alone that is newer than MODEL and than this script. Vectors (the norms) stay F32. In the 4-bit
files the embedding, which is the LM head too, is Q8_0: so llama.cpp's own quantiser leaves it in
models whose width is no multiple of 256, SmolLM2-135M among them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
from gguf.quants import dequantize, quantize

TYPES = ("F32", "F16", "Q8_0", "Q4_0", "Q4_1")
FILE_TYPES = {
    "F32": LlamaFileType.ALL_F32, "F16": LlamaFileType.MOSTLY_F16,
    "Q8_0": LlamaFileType.MOSTLY_Q8_0, "Q4_0": LlamaFileType.MOSTLY_Q4_0,
    "Q4_1": LlamaFileType.MOSTLY_Q4_1,
}
# What the writer or we ourselves put in.
OWN_FIELDS = ("GGUF.", "general.architecture", "general.file_type")


def tensor_type(name: str, dimensions: int, kind: str) -> GGMLQuantizationType:
    if dimensions == 1:
        return GGMLQuantizationType.F32
    if kind.startswith("Q4") and name in ("token_embd.weight", "output.weight"):
        return GGMLQuantizationType.Q8_0
    return GGMLQuantizationType[kind]


def write(source: Path, kind: str, target: Path) -> None:
    """Writes the weights of `source` as `kind` to `target`."""
    reader = GGUFReader(str(source))
    partial = target.with_name(target.name + ".partial")
    writer = GGUFWriter(str(partial), reader.fields["general.architecture"].contents())
    writer.add_file_type(FILE_TYPES[kind])
    for field in reader.fields.values():
        if not field.name.startswith(OWN_FIELDS):
            is_array = field.types[0] == GGUFValueType.ARRAY
            writer.add_key_value(field.name, field.contents(), field.types[0],
                                 sub_type=field.types[-1] if is_array else None)
    for tensor in reader.tensors:
        new = tensor_type(tensor.name, len(tensor.shape), kind)
        if new == tensor.tensor_type:
            data = tensor.data
        else:
            data = quantize(dequantize(tensor.data, tensor.tensor_type), new)
        writer.add_tensor(tensor.name, data, raw_dtype=new)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(target)


def files(source: Path, folder: Path, kinds: tuple[str, ...]) -> dict[str, Path]:
    """The file of each type, made where it is absent or old."""
    folder.mkdir(parents=True, exist_ok=True)
    newest = max(path.stat().st_mtime for path in (source, Path(__file__)))
    made = {}
    for kind in kinds:
        made[kind] = folder / f"{kind}.gguf"
        if not made[kind].exists() or made[kind].stat().st_mtime < newest:
            write(source, kind, made[kind])
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--types", default="F32,F16,Q8_0,Q4_0")
    arguments = parser.parse_args()
    kinds = tuple(arguments.types.split(","))
    if unknown := set(kinds) - set(TYPES):
        parser.error(f"unknown types {sorted(unknown)}; known are {', '.join(TYPES)}")
    for path in files(arguments.model, arguments.folder, kinds).values():
        print(path)


if __name__ == "__main__":
    main()
