"""The pure parts of peers.py: which releases are indexed, what a reply is worth, what all replies add up to."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from serving import percentiles_ms, shares

from qa_service.answer_measures import token_f1
from qa_service.evaluation.measures import Figure, holds, mean_figure
from qa_service.evaluation.questions import Question
from qa_service.sentences import covering_sentences


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what a system said to it.

    Attributes:
        seconds: From the question's line to the reply's, as the asking process sees it.
        round: From 1; answers are judged in the first, times counted in all.
    """

    gold: Question
    reply: Mapping[str, Any]
    seconds: float
    round: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A passage as the peers index it: its context, then its text."""

    document_id: str
    text: str


def chosen_documents(sizes: Mapping[str, int], gold: Collection[str], limit: int | None) -> list[str]:
    """Return ids of releases with about `limit` passages: those of `gold`, then others by lot, the same each time.

    Args:
        sizes: Number of passages by release.
        limit: None takes all. Gold releases stay in, even when they alone have more.
    """
    if limit is None:
        return sorted(sizes)
    chosen = sorted(set(gold) & set(sizes))
    left = limit - sum(sizes[name] for name in chosen)
    others = sorted(set(sizes) - set(gold))
    random.Random(0).shuffle(others)
    for name in others:
        if sizes[name] <= left:
            chosen.append(name)
            left -= sizes[name]
    return sorted(chosen)


def evenly(questions: Sequence[Question], n: int | None) -> list[Question]:
    """Return `n` of the questions, evenly spaced, so that answerable and unanswerable ones keep their shares."""
    if n is None or n >= len(questions):
        return list(questions)
    return [questions[number * len(questions) // n] for number in range(n)]


def cited(reply: Mapping[str, Any], texts: Sequence[Text]) -> tuple[str, str]:
    """Return the release that a reply cites, and its quote.

    qa-service says both. A peer names a passage and perhaps a place in it: the quote is the sentence there, the answer
    alone when the passage does not hold it.
    """
    if "quote" in reply:
        return reply["document"], reply["quote"]
    text, answer = texts[reply["row"]].text, reply["answer"]
    start = reply.get("start", text.find(answer))
    quote = slice(*covering_sentences(text, start, start + len(answer))) if start >= 0 else None
    return texts[reply["row"]].document_id, text[quote] if quote else answer


def is_cited_right(asked: Asked, texts: Sequence[Text]) -> bool:
    """Return whether the reply cites a right release, and its quote holds a gold answer, as `qa-service eval` does."""
    if asked.reply["answer"] is None:
        return False
    document, quote = cited(asked.reply, texts)
    return document in asked.gold.documents and any(holds(quote, answer) for answer in asked.gold.answers)


def quality(asked: Sequence[Asked], texts: Sequence[Text]) -> dict[str, Figure]:
    """Return shares and means over the first round, with their intervals."""
    first = [one for one in asked if one.round == 1]
    answerable = [one for one in first if one.gold.is_answerable]
    unanswerable = [one for one in first if not one.gold.is_answerable]

    def refused(some: Sequence[Asked]) -> Figure:
        return _mean([float(one.reply["answer"] is None) for one in some])

    return {
        "cited_right": _mean([float(is_cited_right(one, texts)) for one in answerable]),
        "f1": _mean([token_f1(one.reply["answer"] or "", one.gold.answers) for one in answerable]),
        "refused_unanswerable": refused(unanswerable),
        "refused_answerable": refused(answerable),
    }


def summary(asked: Sequence[Asked], texts: Sequence[Text]) -> dict[str, Any]:
    """Return one system's figures: quality, latency, and shares of its stages where it tells them."""
    spent: dict[str, float] = {}
    for one in asked:
        for stage, seconds in one.reply.get("stages", {}).items():
            spent[stage] = spent.get(stage, 0.0) + seconds
    return {
        "questions": len(asked),
        **percentiles_ms([one.seconds for one in asked]),
        **{name: asdict(figure) for name, figure in quality(asked, texts).items()},
        "raised": sum("raised" in one.reply for one in asked if one.round == 1),
        "stage_shares": shares(spent) or None,
    }


def _mean(values: Sequence[float]) -> Figure:
    return mean_figure(values, range(len(values)))
