"""Replies as the JSON that POST /ask and 'qa-service ask --json' give. The fields are part of the fixed outside."""

import datetime as dt
from collections.abc import Sequence
from urllib.parse import quote

from qa_service.types import Answer, Citation, Hit, IndexInfo, LeftOut, Reply, Slice, Timeline, UnderstoodDates, Value


def reply_as_json(reply: Reply) -> dict[str, object]:
    """Return the reply as JSON-ready values."""
    return {
        "question": reply.question,
        "interpreted_as": reply.interpreted_as,
        "answered": reply.is_answered,
        "reason": reply.reason.value if reply.reason else None,
        "dates": _dates_as_json(reply.dates),
        "without_filters": _left_out_as_json(reply.without_filters),
        "answers": [_answer_as_json(answer) for answer in reply.answers],
        "citations": [_citation_as_json(citation) for citation in reply.citations],
        "passages": [hit_as_json(hit) for hit in reply.passages],
        "index": index_info_as_json(reply.index),
        "took_ms": round(reply.took_ms, 1),
    }


def timeline_as_json(timeline: Timeline) -> dict[str, object]:
    """Return the timeline as JSON-ready values: an entry is an answer with one member more."""
    return {
        "question": timeline.question,
        "entries": [
            {**_answer_as_json(entry.answer), "unchanged_since": entry.unchanged_since} for entry in timeline.entries
        ],
        "citations": [_citation_as_json(citation) for citation in timeline.citations],
        "has_more": timeline.has_more,
        "index": index_info_as_json(timeline.index),
        "took_ms": round(timeline.took_ms, 1),
    }


def passages_as_json(
    question: str, interpreted_as: str | None, passages: Sequence[Hit], index: IndexInfo
) -> dict[str, object]:
    """Return what is known before anything is read, as members of the reply that follows."""
    return {
        "question": question,
        "interpreted_as": interpreted_as,
        "passages": [hit_as_json(hit) for hit in passages],
        "index": index_info_as_json(index),
    }


def document_url(document_id: str, passage_number: int | None = None) -> str:
    """Return the address of a release's page, at a passage if one is named."""
    anchor = f"#p{passage_number}" if passage_number else ""
    return f"/documents/{quote(document_id, safe='/')}{anchor}"


def index_info_as_json(info: IndexInfo) -> dict[str, object]:
    """Return the `index` member of a reply."""
    return {
        "version": info.version,
        "built_at": info.built_at.isoformat(),
        "documents": info.documents,
        "passages": info.passages,
        "newest": _iso(info.newest),
    }


def _answer_as_json(answer: Answer) -> dict[str, object]:
    return {
        "text": answer.text,
        "confidence": round(answer.confidence, 4),
        "citation": answer.citation,
        "also_in": list(answer.also_in),
        "value": _value_as_json(answer.value) if answer.value else None,
        "items": [_slice_as_json(item, "text") for item in answer.items],
        "polarity": answer.polarity.value if answer.polarity else None,
        "speaker": _slice_as_json(answer.speaker, "name") if answer.speaker else None,
    }


def _value_as_json(value: Value) -> dict[str, object]:
    return {"kind": value.kind.value, "value": value.value, "bound": value.bound}


def _slice_as_json(part: Slice, name: str) -> dict[str, object]:
    return {name: part.text, "start": part.start, "end": part.end}


def _citation_as_json(citation: Citation) -> dict[str, object]:
    return {
        "id": citation.id,
        "document_id": citation.document_id,
        "title": citation.title,
        "date": _iso(citation.date),
        "section": citation.section,
        "source_url": citation.source_url,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "answer_start": citation.answer_start,
        "answer_end": citation.answer_end,
        "before": citation.before,
        "after": citation.after,
        "url": document_url(citation.document_id, citation.passage_number),
    }


def hit_as_json(hit: Hit) -> dict[str, object]:
    """Return a member of a reply's `passages`."""
    passage = hit.passage
    return {
        "document_id": passage.document_id,
        "title": passage.title,
        "date": _iso(passage.date),
        "section": passage.section,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "score": round(hit.score, 6),
        "url": document_url(passage.document_id, passage.number),
    }


def _dates_as_json(dates: UnderstoodDates | None) -> dict[str, object] | None:
    if dates is None:
        return None
    return {
        "words": list(dates.words),
        "date_from": _iso(dates.date_from),
        "date_to": _iso(dates.date_to),
        "order": dates.order.value if dates.order else None,
        "applied": dates.applied.value,
    }


def _left_out_as_json(left_out: LeftOut | None) -> dict[str, object] | None:
    if left_out is None:
        return None
    return {
        "text": left_out.text,
        "document_id": left_out.document_id,
        "title": left_out.title,
        "date": _iso(left_out.date),
        "url": document_url(left_out.document_id, left_out.passage_number),
    }


def _iso(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None
