"""Match a question to one of many intents, with a calibrated confidence; any set of intents with a few examples each.

A question is read (spelling, abbreviations), then compared with every example in two ways: by meaning (the sentence
encoder) and by shared word and letter sequences. Ridge regression turns each into a score per intent; a logistic model over the scores, fitted on held-out predictions, turns these into probabilities, one of them for
"none of these". `docs/matching.md` has the method and the measurements.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from intents import calibration
from intents.encoder import Encoder, default_encoder
from intents.errors import MatcherError
from intents.meaning import MeaningScorer
from intents.names import NameIndex
from intents.ngrams import Ngrams, NgramScorer, ngrams_of
from intents.reader import Reader, Reading
from intents.text import words
from knowledge.glossary import Term

FORMAT: Final = 2

Floats: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """An intent that fits a question; `confidence` is the probability, from 0 to 1, that it is the right one."""

    id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Read:
    """A question as every matcher of one domain sees it."""

    reading: Reading
    vector: Floats
    ngrams: Ngrams


class Matcher:
    """Ranks intents by how well they fit a question. Make one with `Matcher.fit` or `Matcher.from_bytes`."""

    def __init__(
        self,
        ids: Sequence[str],
        starts: npt.NDArray[np.int64],
        meaning: MeaningScorer,
        ngrams: NgramScorer,
        names: NameIndex,
        calibrated: calibration.Calibration,
        reader: Reader,
        encoder: Encoder,
    ) -> None:
        self.ids = tuple(ids)
        self.reader = reader
        self._starts, self._meaning, self._ngrams, self._names = starts, meaning, ngrams, names
        self._calibration, self._encoder = calibrated, encoder

    @classmethod
    def fit(
        cls,
        examples: Mapping[str, Sequence[str]],
        out_of_scope: Sequence[str] = (),
        *,
        names: Mapping[str, Sequence[str]] | None = None,
        terms: Sequence[Term] = (),
        reader: Reader | None = None,
        encoder: Encoder | None = None,
    ) -> Matcher:
        """Return a matcher that has learnt some intents.

        Args:
            examples: Example questions by intent; at least two intents, each with at least one example.
            out_of_scope: Questions that belong to none of the intents.
            names: What each intent is called (titles, aliases); naming one speaks for it.
            terms: A glossary to read with; only used when no reader is given.
            reader: The reader to share with other matchers of the same domain.
            encoder: The sentence encoder to use instead of the package's own.

        Raises:
            MatcherError: If there are fewer than two intents or one has no example.
        """
        if len(examples) < 2 or not all(examples.values()):
            raise MatcherError("A matcher needs at least two intents, each with at least one example")
        ids = sorted(examples)
        named = {intent: tuple((names or {}).get(intent, ())) for intent in ids}
        encoder = encoder or default_encoder()
        texts = [text for intent in ids for text in examples[intent]] + list(out_of_scope)
        if reader is None:
            own = Counter(word for text in [*texts, *(n for ns in named.values() for n in ns)] for word in words(text))
            reader = Reader(own, terms)
        labels = np.array(
            [n for n, intent in enumerate(ids) for _ in examples[intent]] + [len(ids)] * len(out_of_scope),
            dtype=np.int64,
        )
        starts = np.searchsorted(labels, np.arange(len(ids) + 1))
        readings = [reader.read(text) for text in texts]
        vectors = encoder.encode_all([reading.text for reading in readings])
        name_index = NameIndex.of([[reader.read(name).text for name in named[intent]] for intent in ids])
        targets = np.eye(len(ids) + 1)[labels] - 1 / len(ids)
        partitions = calibration.partitions(labels, len(ids))
        meaning, meaning_held_out = MeaningScorer.fit(vectors, targets, partitions)
        ngrams, ngram_held_out = NgramScorer.fit([reading.lexical for reading in readings], targets, partitions)
        name_scores = np.stack([name_index.scores(reading.text) for reading in readings])
        held_out = [
            calibration.HeldOut.of(
                by_meaning,
                by_ngrams,
                labels=labels,
                partition=partition,
                vectors=vectors,
                named=name_scores,
                intents_left_out=left_out,
            )
            for by_meaning, by_ngrams, partition, left_out in zip(
                meaning_held_out, ngram_held_out, partitions, (False, True), strict=True
            )
        ]
        calibrated = calibration.fit(held_out)
        return cls(ids, starts, meaning, ngrams, name_index, calibrated, reader, encoder)

    def read(self, question: str) -> Read:
        """Return a question as this matcher, and any other with the same reader, sees it."""
        reading = self.reader.read(question)
        return Read(reading, self._encoder.encode(reading.text), ngrams_of(reading.lexical))

    def rank(self, question: str, limit: int = 5) -> list[Match]:
        """Return the intents that fit a question best, best first; their confidences add up to at most one."""
        return self.rank_read(self.read(question), limit)

    def rank_read(self, read: Read, limit: int = 5) -> list[Match]:
        """Return the same for a question that has been read."""
        by_meaning, cosines = self._meaning.scores(read.vector)
        by_ngrams = self._ngrams.scores(read.ngrams)
        named = self._names.scores(read.reading.text)
        none = len(self.ids)
        blended = by_meaning[:none] + calibration.NGRAM_SHARE * by_ngrams[:none] + calibration.NAME_SHARE * named
        chosen = np.argsort(-blended, kind="stable")[: calibration.CANDIDATES]
        nearest = np.maximum.reduceat(cosines[: self._starts[-1]], self._starts[:-1])[chosen]
        features = np.stack([by_meaning[chosen], by_ngrams[chosen], nearest, named[chosen]], axis=1)
        confidences = self._calibration.confidences(features, float(by_meaning[none]), float(by_ngrams[none]))
        matches = [Match(self.ids[n], round(float(c), 4)) for n, c in zip(chosen, confidences, strict=True)]
        return sorted(matches, key=lambda match: (-match.confidence, match.id))[:limit]

    def named(self, read: Read) -> tuple[str, ...]:
        """Return the intents that a question names outright, in order of mention."""
        return tuple(self.ids[n] for n in self._names.found(read.reading.text))

    def to_bytes(self) -> bytes:
        """Return the matcher as bytes, without its reader and encoder."""
        header = {
            "format": FORMAT,
            "ids": self.ids,
            "names": self._names.names,
            "calibration": self._calibration.to_json(),
        }
        file = io.BytesIO()
        np.savez(
            file,
            header=np.frombuffer(json.dumps(header).encode(), np.uint8),
            starts=self._starts,
            vectors=self._meaning.vectors.astype(np.float16),
            meaning_weights=self._meaning.weights,
            **{f"ngrams_{key}": array for key, array in self._ngrams.arrays().items()},  # type: ignore[arg-type]  # numpy's stub reads ** as allow_pickle
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes, reader: Reader, encoder: Encoder | None = None) -> Matcher:
        """Return a stored matcher.

        Raises:
            MatcherError: If the bytes are damaged or of another format.
        """
        try:
            with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
                header = json.loads(arrays["header"].tobytes())
                if header["format"] != FORMAT:
                    raise MatcherError(f"The stored matcher has format {header['format']}, this version reads {FORMAT}")
                return cls(
                    header["ids"],
                    arrays["starts"],
                    MeaningScorer(arrays["vectors"].astype(np.float32), arrays["meaning_weights"]),
                    NgramScorer.from_arrays(
                        {key[7:]: arrays[key] for key in arrays.files if key.startswith("ngrams_")}
                    ),
                    NameIndex.of(header["names"]),
                    calibration.Calibration.from_json(header["calibration"]),
                    reader,
                    encoder or default_encoder(),
                )
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise MatcherError("The stored matcher is damaged; build the knowledge base again") from error
