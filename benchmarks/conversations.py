"""How well follow-ups are understood: asked in their conversation, and written out in full by hand.

    python benchmarks/conversations.py ../shared/corpus/senate
    python benchmarks/conversations.py ../shared/corpus/sample

Measures the folder's own conversations, with which the rules were made, and the held-back ones of tests/dialogue, of
which the first half was looked at once. Prints shares cited right; needs the index that 'qa-service eval FOLDER' makes.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from qa_service.assembly import open_engine
from qa_service.config import Settings
from qa_service.evaluation import evaluate
from qa_service.evaluation.questions import Conversation, Question, QuestionSet

DATA = Path(__file__).parents[1] / "tests" / "dialogue"


def own(corpus: Path) -> Iterator[tuple[Conversation, list[str], list[bool]]]:
    """Yield the corpus' conversations, each with its turns written out and whether they lean on others."""
    written = {(row["conversation"], row["turn"]): row for row in _rows(DATA / f"stand_alone_{corpus.name}.jsonl")}
    for row in _rows(corpus / "conversations.jsonl"):
        later = [written[row["id"], number] for number in range(2, len(row["turns"]) + 1)]
        yield _conversation(row), [turn["question"] for turn in later], [turn["leans"] for turn in later]


def held_back(corpus: Path) -> Iterator[tuple[Conversation, list[str], list[bool]]]:
    """Yield the held-back conversations over the corpus, likewise."""
    for row in _rows(DATA / f"held_back_{corpus.name}.jsonl"):
        later = row["turns"][1:]
        yield _conversation(row), [turn["stand_alone"] for turn in later], [turn["leans"] for turn in later]


def _rows(file: Path) -> Iterator[dict]:
    return (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())


def _conversation(row: dict) -> Conversation:
    return Conversation(
        row["id"],
        tuple(
            Question(
                id=f"{row['id']}/{number}",
                question=turn["question"],
                kind="turn",
                document=turn["document"],
                answers=tuple(turn["answers"]),
                also=tuple(turn.get("also", ())),
                conversation=row["id"],
            )
            for number, turn in enumerate(row["turns"], 1)
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    corpus = parser.parse_args().corpus.resolve()
    engine = open_engine(Settings(index=Path("index") / "evaluation" / corpus.name))
    print(f"{'':12} {'turns':12} {'n':>3}  in conversation  written out")
    for name, source in (("own", own), ("held back", held_back)):
        found = list(source(corpus))
        written_out = [
            replace(turn, id=f"{turn.id} in full", question=question, conversation=None)
            for conversation, questions, _ in found
            for turn, question in zip(conversation.turns[1:], questions, strict=True)
        ]
        records = evaluate(engine, QuestionSet(tuple(written_out), tuple(each for each, *_ in found))).records
        in_full = [record.cited_right for record in records[: len(written_out)]]
        asked = records[len(written_out) :]
        first = [record.cited_right for record in asked if record.gold.id.endswith("/1")]
        later = [record.cited_right for record in asked if not record.gold.id.endswith("/1")]
        leans = [lean for _, _, leaning in found for lean in leaning]
        print(f"{name:12} {'first':12} {len(first):3}  {sum(first) / len(first):15.3f}")
        for kind, wanted in (("dependent", True), ("independent", False)):
            pairs = [pair for pair, lean in zip(zip(later, in_full, strict=True), leans, strict=True) if lean is wanted]
            if pairs:
                shares = [sum(column) / len(pairs) for column in zip(*pairs, strict=True)]
                print(f"{name:12} {kind:12} {len(pairs):3}  {shares[0]:15.3f}  {shares[1]:11.3f}")


if __name__ == "__main__":
    main()
