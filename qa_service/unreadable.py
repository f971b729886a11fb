"""Releases that the index holds and that can't be read at the moment: a build keeps them, for they are not gone."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from qa_service.errors import BuildError
from qa_service.loading import LoadedCorpus, Skipped


def keeping_unreadable(corpus: LoadedCorpus, known: Iterable[str], full_because: str | None) -> LoadedCorpus:
    """Return `corpus` with those of `known` that can't be read at the moment as unchanged, and the reasons saying so.

    Args:
        known: Ids of the releases in the last snapshot.
        full_because: Why all is indexed anew, None when it isn't.

    Raises:
        BuildError: All is indexed anew, for which they would have to be read.
    """
    unreadable = _unreadable(corpus, known)
    if unreadable and full_because:
        first = next(iter(unreadable.values()))
        raise BuildError(
            f"{first.document_id}: {first.reason}, and build again. The index must be made anew ({full_because}), "
            f"which now would lose {len(unreadable)} of its releases; the old one stays in service."
        )
    holders = set(unreadable.values())
    skipped = (
        replace(each, reason=f"{each.reason}; what the index holds of it is kept as it was")
        if each in holders
        else each
        for each in dict.fromkeys(corpus.skipped)  # every part of a build reports a folder that it can't list
    )
    return replace(corpus, skipped=tuple(skipped), unchanged=(*corpus.unchanged, *unreadable))


def _unreadable(corpus: LoadedCorpus, known: Iterable[str]) -> dict[str, Skipped]:
    """Return those of `known` that can't be read at the moment, each with what can't: its file or a folder above."""
    loaded = {document.id for document in corpus.documents} | set(corpus.unchanged)
    unreadable = {each.document_id: each for each in corpus.skipped if each.is_unreadable}
    found = {}
    for name in sorted(set(known) - loaded):
        path = PurePosixPath(name)
        for place in (path, *path.parents):
            if str(place) in unreadable:
                found[name] = unreadable[str(place)]
                break
    return found
