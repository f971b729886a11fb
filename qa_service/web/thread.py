"""The chat page for a reply, for a mistake, and with a limit taken off: what `ask` renders for browsers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import current_app, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from qa_service.serialization import document_url
from qa_service.types import MAX_QUESTION, Answer, Citation, Passage, Reply, Turn
from qa_service.web.citing import copies, original_url
from qa_service.web.current import current_engine
from qa_service.web.forms import history_of, newest_turns, sent_form
from qa_service.web.release import fingerprint
from qa_service.web.schemas import AskRequest, FilterRequest, validate
from qa_service.web.wording import GLANCE, limit_line

REMOVE = "remove"
"""Field of the page's form: which limit to take off, instead of asking."""

_SNAPSHOT_ID = re.compile(r"[0-9A-Za-z-]{1,60}")
_DATES = ("date_from", "date_to")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A passage around the answer's words: `before + words + after` is all of it."""

    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer as the page shows it.

    Attributes:
        others: Citations of other places that say the same.
        paragraph: The passage, None when the quote and what is shown around it are all of it.
        copies: The answer with its citation, by name of the form.
    """

    answer: Answer
    citation: Citation
    others: Sequence[Citation]
    paragraph: Paragraph | None
    copies: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Limit:
    """A filter that is set. `name` and `value` are the form's field, `label` says it in words."""

    name: str
    value: str
    label: str


class Links(NamedTuple):
    """Where a question is asked again: as it was understood; alone, as it was typed; without its dates; over time."""

    permanent: str
    as_typed: str
    without_dates: str
    over_time: str


def empty_page(values: MultiDict[str, str]) -> str:
    """Return the page without a question, limited as `values` say; raises InvalidFields."""
    engine = current_engine()
    given = {name: values[name] for name in _DATES if values.get(name)}
    ids = values.getlist("document_id")
    limits = validate(FilterRequest, {**given, "document_ids": ids} if ids else given)
    starters = current_app.config["SUGGEST"](engine)
    return render_template("chat.html", index=engine.info, starters=starters, limits=_limits_of(limits))


def reply_page(asked: AskRequest, reply: Reply, linked_snapshot: str | None) -> str:
    """Return the page with a question that was answered or refused.

    Args:
        linked_snapshot: The snapshot that answered when the link to this question was made.
    """
    best = reply.answers[0].text if reply.answers else None
    understood = _stand_alone(reply)
    is_known = linked_snapshot is not None and _SNAPSHOT_ID.fullmatch(linked_snapshot)
    return render_template(
        "chat.html",
        earlier=asked.turns,
        reply=reply,
        candidates=_candidates(reply),
        history=newest_turns([*asked.turns, Turn(asked.question, best)]),
        limits=_limits_of(asked.filters),
        links=_links(asked, reply, understood),
        understood=understood,
        moved_from=linked_snapshot if is_known and linked_snapshot != reply.index.version else None,
        key=secrets.token_hex(8),
    )


def problem_page(problem: HTTPException) -> str:
    """Return the page with a question that could not be asked, and all that was typed."""
    return _page_as_typed(sent_form(), problem)


def page_without_a_limit() -> str:
    """Return the page as the form has it, but without the limit that the form's button names."""
    form = sent_form()
    name, _, value = form[REMOVE].partition(":")
    left = MultiDict(
        (field, given)
        for field, given in form.items(multi=True)
        if field != name or (name not in _DATES and given != value)
    )
    return _page_as_typed(left)


def citation_url(citation: Citation) -> str:
    """Return where the release opens at the passage, with the quote and in it the answer's words highlighted."""
    marks: dict[str, object] = {
        name: getattr(citation, name) for name in ("start", "end", "answer_start", "answer_end")
    }
    marks["quote"] = fingerprint(citation.quote)
    address, _, anchor = document_url(citation.document_id, citation.passage_number).partition("#")
    return f"{address}?{urlencode(marks)}#{anchor}"


def original_of(citation: Citation) -> str | None:
    """Return where the original opens at the quote, None when it is not on the web."""
    return original_url(citation.source_url, citation.quote)


def _page_as_typed(form: MultiDict[str, str], problem: HTTPException | None = None) -> str:
    earlier = history_of(form)
    return render_template(
        "chat.html",
        earlier=earlier,
        problem=problem,
        question=form.get("question", ""),
        history=newest_turns(earlier),
        limits=_limits_as_typed(form),
    )


def _candidates(reply: Reply) -> list[Candidate]:
    citations = {citation.id: citation for citation in reply.citations}
    passages = {(hit.passage.document_id, hit.passage.number): hit.passage for hit in reply.passages}
    found = []
    for answer in reply.answers:
        citation = citations[answer.citation]
        passage = passages.get((citation.document_id, citation.passage_number))
        found.append(
            Candidate(
                answer,
                citation,
                [citations[other] for other in answer.also_in],
                _paragraph(passage, citation) if passage else None,
                copies(answer, citation, request.host_url.rstrip("/") + citation_url(citation)),
            )
        )
    return found


def _paragraph(passage: Passage, citation: Citation) -> Paragraph | None:
    if citation.start - passage.start <= GLANCE and passage.end - citation.end <= GLANCE:
        return None
    begin, end = citation.answer_start - passage.start, citation.answer_end - passage.start
    return Paragraph(passage.text[:begin], passage.text[begin:end], passage.text[end:])


def _stand_alone(reply: Reply) -> str:
    """Return the question to ask again: as it was understood, unless what it leans on makes that too long to ask."""
    understood = reply.interpreted_as
    return understood if understood and len(understood) <= MAX_QUESTION else reply.question


def _links(asked: AskRequest, reply: Reply, understood: str) -> Links:
    limits: dict[str, Any] = {
        "date_from": asked.filters.date_from,
        "date_to": asked.filters.date_to,
        "document_id": asked.filters.document_ids,
    }
    read_dates = None if asked.read_dates else "false"
    return Links(
        permanent=url_for(
            "ask.ask_by_link", q=understood, **limits, read_dates=read_dates, snapshot=reply.index.version
        ),
        as_typed=url_for("ask.ask_by_link", q=asked.question, **limits, read_dates=read_dates),
        over_time=url_for("timeline.timeline_by_link", q=understood, **limits),
        without_dates=url_for("ask.ask_by_link", q=understood, **limits, read_dates="false"),
    )


def _limits_of(filters: FilterRequest) -> list[Limit]:
    dates = [(name, date.isoformat()) for name in _DATES if (date := getattr(filters, name))]
    return _with_labels(dates, filters.document_ids or ())


def _limits_as_typed(form: MultiDict[str, str]) -> list[Limit]:
    return _with_labels([(name, form[name]) for name in _DATES if form.get(name)], form.getlist("document_id"))


def _with_labels(dates: Sequence[tuple[str, str]], ids: Sequence[str]) -> list[Limit]:
    titles = _titles_of(ids) if ids else {}
    return [
        *(Limit(name, value, limit_line(name, value)) for name, value in dates),
        *(Limit("document_id", name, limit_line("document_id", titles.get(name, name))) for name in dict.fromkeys(ids)),
    ]


def _titles_of(ids: Sequence[str]) -> dict[str, str]:
    try:
        return current_engine().catalog.titles_of(ids)
    except ServiceUnavailable:
        return {}  # the page keeps what was typed when there is no index, too
