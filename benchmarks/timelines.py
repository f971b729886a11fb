"""How many entries of a timeline belong there, and how many of the releases that belong there it has.

    python benchmarks/timelines.py ../shared/corpus/senate
    python benchmarks/timelines.py ../shared/corpus/senate --half looked-at --wrong

Thirty questions of tests/evaluation, each with the releases that answer it and wordings of their answers, written by
someone who had not seen the rules. Half were looked at while the rules were mended, half only measured. An entry is
right when its release is among those and its words match a wording: all of one stand in the other, in order, or they
share half of their words (F1 >= 0.5). Needs the index that 'qa-service eval FOLDER' makes.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa_service.answer_measures import normalise_answer, token_f1
from qa_service.assembly import open_engine
from qa_service.config import Settings
from qa_service.types import Timeline

QUESTIONS = Path(__file__).parents[1] / "tests" / "evaluation" / "timelines_senate.jsonl"
HALVES = ("looked-at", "measured")
LEAST_F1 = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--index", type=Path, help="where the index is, if not in index/evaluation")
    parser.add_argument("--half", choices=HALVES, help="only these questions")
    parser.add_argument(
        "--wrong", action="store_true", help="show what is wrong or missing of those that were looked at"
    )
    arguments = parser.parse_args()
    engine = open_engine(Settings(index=arguments.index or Path("index") / "evaluation" / arguments.corpus.name))
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    for half in (arguments.half,) if arguments.half else HALVES:
        traced = [(row, engine.timeline(row["question"])) for row in rows if row["half"] == half]
        if arguments.wrong and half == HALVES[0]:
            for row, timeline in traced:
                show_wrong(row, timeline)
        print(report(half, traced))


def report(half: str, traced: Sequence[tuple[dict[str, Any], Timeline]]) -> str:
    """Return precision and recall over all entries and labelled releases of some questions."""
    n_entries = sum(len(timeline.entries) for _, timeline in traced)
    n_labelled = sum(len(row["releases"]) for row, _ in traced)
    n_right = sum(is_right for row, timeline in traced for _, _, is_right in judged(row, timeline))
    n_labelled_found = sum(
        document in row["releases"] for row, timeline in traced for document, _, _ in judged(row, timeline)
    )
    more = sum(timeline.has_more for _, timeline in traced)
    return (
        f"{half}, {len(traced)} questions: right {n_right} of {n_entries} entries ({n_right / max(n_entries, 1):.2f}) "
        f"and of {n_labelled} releases ({n_right / n_labelled:.2f}); by release alone {n_labelled_found} "
        f"({n_labelled_found / max(n_entries, 1):.2f}, {n_labelled_found / n_labelled:.2f}); has_more {more}"
    )


def judged(row: dict[str, Any], timeline: Timeline) -> list[tuple[str, str, bool]]:
    """Return each entry's release and words, and whether it is right."""
    return [
        (
            citation.document_id,
            entry.answer.text,
            matches(entry.answer.text, row["releases"].get(citation.document_id, ())),
        )
        for entry, citation in zip(timeline.entries, timeline.citations, strict=True)
    ]


def matches(answer: str, wordings: Sequence[str]) -> bool:
    """Return whether the answer says what one of the wordings says."""
    said = normalise_answer(answer)
    return (
        any(
            bool(said and wanted) and (f" {wanted} " in f" {said} " or f" {said} " in f" {wanted} ")
            for wanted in map(normalise_answer, wordings)
        )
        or token_f1(answer, wordings) >= LEAST_F1
    )


def show_wrong(row: dict[str, Any], timeline: Timeline) -> None:
    print(f"{row['id']} {row['question']}")
    found = judged(row, timeline)
    for document, words, is_right in found:
        if not is_right:
            print(f"  wrong {document} {words!r}, wanted {row['releases'].get(document, 'nothing')}")
    for document in row["releases"].keys() - {document for document, _, _ in found}:
        print(f"  missing {document} {row['releases'][document]}")


if __name__ == "__main__":
    main()
