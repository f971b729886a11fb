"""What a build says of itself, and what became of saved questions by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """The ids of releases that differ between two snapshots."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @classmethod
    def between(cls, before: Mapping[str, str], after: Mapping[str, str]) -> "DocumentChange":
        """Compare two snapshots' sha256 by document id."""
        both = before.keys() & after.keys()
        return cls(
            added=tuple(sorted(after.keys() - before.keys())),
            changed=tuple(sorted(name for name in both if before[name] != after[name])),
            removed=tuple(sorted(before.keys() - after.keys())),
        )


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A release that is new or changed, and one that says the same.

    Attributes:
        resemblance: Estimated share of common runs of words, from 0.8 on.
        is_exact: Whether the texts are equal.
    """

    document_id: str
    other: str
    resemblance: float
    is_exact: bool


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What a part of a build did.

    Attributes:
        file: Its name in the folder of shards.
        n_skipped: Files that are no releases; the build that takes the shards says why.
        seconds: By stage, in order.
    """

    file: str
    n_documents: int
    n_passages: int
    n_embedded: int
    n_skipped: int
    seconds: Mapping[str, float] = field(compare=False)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Stored as `report.json` in the snapshot it made.

    Attributes:
        snapshot: The id in service now.
        is_new: False when nothing had changed, so no snapshot was written.
        full_because: Why nothing of the last snapshot could be reused, None when it could.
        n_embedded: Texts that were embedded; the other passages' vectors were known.
        duplicates: Of added and changed releases.
        seconds: By stage, in order.
    """

    snapshot: str
    previous: str | None
    is_new: bool
    full_because: str | None
    n_documents: int
    n_passages: int
    n_embedded: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    duplicates: tuple[Duplicate, ...]
    seconds: Mapping[str, float] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best answer to a question and the release it is cut from."""

    answer: str
    document_id: str


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question whose best answer, or the release that it comes from, is another one; None stands for a refusal."""

    question: str
    before: Outcome | None
    after: Outcome | None


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of saved questions."""

    n_questions: int
    changed: tuple[ChangedAnswer, ...]
