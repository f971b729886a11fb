"""Which releases say the same as others, nearly or word for word.

Each text is known by a sketch, the smallest hashes of its runs of words; the share that two sketches have in common
estimates the share of runs that the texts have in common.

References:
    Broder, "On the resemblance and containment of documents", 1997: bottom-k sketches.
"""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Sketch = NDArray[np.uint32]
"""Up to `SIZE` hashes, ascending."""

SIZE = 64
NEAR = 0.8  # resemblance from which two releases are reported
_RUN = 5  # words
# A run of words in more releases than this is letterhead and tells nothing.
_MOST_SHARED = 200
_WORD = re.compile(r"\w+")


def sketch(text: str) -> Sketch:
    """Return the sketch of a text; an empty one for a text without words."""
    words = _WORD.findall(text.lower())
    runs = {" ".join(words[begin : begin + _RUN]) for begin in range(max(1, len(words) - _RUN + 1))} if words else set()
    hashes = np.fromiter((zlib.crc32(run.encode()) for run in runs), dtype=np.uint32, count=len(runs))
    return np.unique(hashes)[:SIZE]


def resemblance(a: Sketch, b: Sketch) -> float:
    """Return the estimated share, 0 to 1, of both texts' runs of words that are in both."""
    union = np.union1d(a, b)[:SIZE]
    both = np.intersect1d(np.intersect1d(a, b), union)
    return len(both) / len(union) if len(union) else 0.0


def near_duplicates(fresh: Mapping[str, Sketch], known: Mapping[str, Sketch]) -> Iterator[tuple[str, str, float]]:
    """Yield each release of `fresh` with one that resembles it, among them or `known`, and the resemblance.

    A pair comes once. Of releases with the same sketch each comes with the first of them, and one stands for all
    where they are compared with others: a text that is there a thousand times makes a thousand lines, not a million.
    """
    if not fresh:
        return
    groups: dict[bytes, list[str]] = defaultdict(list)
    for name, hashes in {**known, **fresh}.items():
        groups[hashes.tobytes()].append(name)
    groups.pop(b"", None)  # texts without words
    for first, *others in groups.values():
        yield from ((name, first, 1.0) for name in others if name in fresh)
    # the last of each, which is new if any is
    yield from _near_pairs(
        {members[-1]: fresh[members[-1]] for members in groups.values() if members[-1] in fresh},
        {members[-1]: known[members[-1]] for members in groups.values() if members[-1] not in fresh},
    )


def _near_pairs(fresh: Mapping[str, Sketch], known: Mapping[str, Sketch]) -> Iterator[tuple[str, str, float]]:
    if not fresh:
        return
    sketches = {**known, **fresh}
    names = list(sketches)
    owners = np.repeat(np.arange(len(names)), [len(hashes) for hashes in sketches.values()])
    values = np.concatenate(list(sketches.values()))
    is_asked = np.isin(values, np.concatenate(list(fresh.values())))
    holders: dict[int, list[str]] = defaultdict(list)
    for value, owner in zip(values[is_asked].tolist(), owners[is_asked].tolist(), strict=True):
        holders[value].append(names[owner])
    seen: set[str] = set()
    for name, hashes in fresh.items():
        seen.add(name)
        shared = [holders[value] for value in hashes.tolist() if len(holders[value]) <= _MOST_SHARED]
        counts = Counter(other for names in shared for other in names if other not in seen)
        for other, n_common in counts.items():
            # Few runs in common, of those that tell something, can't make a high resemblance.
            if n_common >= NEAR * len(shared) / 2:
                found = resemblance(hashes, sketches[other])
                if found >= NEAR:
                    yield name, other, found
