"""The sentence encoder: all-MiniLM-L6-v2 in 8 bits, run by onnxruntime. See `docs/encoder.md` for where it comes from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from intents.errors import EncoderError

# From 1.32 on onnxruntime keeps a device id and queues usage events for its maker, unless told not to before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # noqa: TID251 - no setting of ours: a switch that onnxruntime reads nowhere else

import onnxruntime

FOLDER: Final = Path(__file__).parent
CHECKSUMS: Final = {
    "model.onnx": "c975b4dd822661842c24f8759a668ac8ebca9074667aebc08c72574dda878e08",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
MODEL: Final = CHECKSUMS["model.onnx"][:12]  # tells vectors of one model from those of another
DIMENSIONS: Final = 384
TOKENS_MAX: Final = 64

Vectors: TypeAlias = npt.NDArray[np.float32]


class Encoder:
    """Turns sentences into unit vectors whose dot product says how alike they are.

    Args:
        folder: Holds `model.onnx` and `tokenizer.json`.
        checksums: SHA-256 of each file that must be as tested.

    Raises:
        EncoderError: If a model file is missing or is not the one this version was tested with.
    """

    def __init__(self, folder: Path = FOLDER, checksums: Mapping[str, str] = CHECKSUMS) -> None:
        for name, expected in checksums.items():
            try:
                with (folder / name).open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise EncoderError(f"The encoder file {folder / name} cannot be read ({error.strerror})") from error
            if found != expected:
                raise EncoderError(
                    f"The encoder file {folder / name} has checksum {found[:12]}..., expected {expected[:12]}..."
                )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(TOKENS_MAX)
        self._tokenizer.no_padding()

    def encode(self, text: str) -> Vectors:
        """Return one sentence's vector: 384 numbers of length one, whatever else was encoded before."""
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return np.asarray(vectors[0], dtype=np.float32)

    def encode_all(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of many sentences, one row each.

        Sentences are encoded singly, as questions will be: the 8-bit model scales by what is in a batch, so that the same
        sentence would get a slightly different vector in different company.
        """
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        with ThreadPoolExecutor(max_workers=2) as pool:
            return np.stack(list(pool.map(self.encode, texts)))


class RememberingEncoder(Encoder):
    """An encoder that encodes each sentence once; for fitting several matchers on overlapping examples."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, Vectors] = {}

    def encode(self, text: str) -> Vectors:
        """Return one sentence's vector, as `Encoder.encode` does."""
        if (known := self._known.get(text)) is None:
            known = self._known[text] = super().encode(text)
        return known


@cache
def default_encoder() -> Encoder:
    """Return the encoder of the package, loaded once in a process."""
    return Encoder()
