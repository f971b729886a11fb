"""Query strings and the page's form, as the fields that `schemas` validates.

Names are flat here (`date_from`, not `filters.date_from`); errors name them as they were sent.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import unquote_to_bytes, urlencode

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from qa_service.types import Turn
from qa_service.web.negotiation import wants_page
from qa_service.web.problems import FieldError, InvalidFields
from qa_service.web.schemas import MAX_TURNS, UNKNOWN_FIELD, AskRequest, ListRequest, TimelineRequest, validate

MAX_HISTORY_BYTES = 36_000
"""Of the form's body: leaves room below its 64 KiB for a question of 2,000 characters at 12 bytes each."""

MAY_BE_EMPTY = frozenset({"date_from", "date_to", "top_k", "max_releases"})
"""Browsers send these empty when nobody filled them in; that is the same as not at all."""

_NUMBERS = frozenset({"top_k", "max_releases", "offset", "limit"})
_TRUTHS = frozenset({"as_typed", "read_dates"})
_TRUE_OR_FALSE = {"true": True, "false": False}
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")

Values = MultiDict[str, str]
_Asked = TypeVar("_Asked", AskRequest, TimelineRequest)


def refuse_unreadable_query() -> None:
    """Refuse an address whose query is not UTF-8, raw or percent-encoded, before anything looks at its parameters."""
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError as error:
        raise BadRequest("The address is not UTF-8. Percent-encode what it asks for, as UTF-8.") from error


def sent_form() -> Values:
    """Return the fields of the request's form. Browsers send line breaks as CRLF; releases have LF."""
    return MultiDict((name, value.replace("\r\n", "\n")) for name, value in request.form.items(multi=True))


def parse_ask_query(values: Values) -> AskRequest:
    """Return the question of `GET /ask`.

    Raises:
        InvalidFields: Naming every parameter that is not as it should be.
    """
    # snapshot: the one that answered when the link was made; the page compares
    _refuse_unknown(values, {"q", "top_k", "date_from", "date_to", "document_id", "read_dates", "snapshot"})
    return _validate_asked(AskRequest, values, question="q")


def parse_ask_form(values: Values) -> AskRequest:
    """Return the question of the page's form, with the newest turns of its history.

    Raises:
        InvalidFields: Naming every field that is not as it should be.
    """
    known = {"question", "top_k", "date_from", "date_to", "document_id", "history_question", "history_answer"}
    _refuse_unknown(values, known | {"as_typed", "read_dates"})
    return _validate_asked(AskRequest, values, question="question")


def parse_list_query(values: Values) -> ListRequest:
    """Return which releases `GET /documents` asks for.

    Raises:
        InvalidFields: Naming every parameter that is not as it should be.
    """
    known = set(ListRequest.model_fields)
    _refuse_unknown(values, known)
    return validate(ListRequest, {name: value for name, value in _given(values).items() if name in known})


def history_of(values: Values) -> list[Turn]:
    """Return the turns that a form carries, not validated, at most the last `MAX_TURNS`."""
    pairs = zip(values.getlist("history_question"), values.getlist("history_answer"), strict=False)
    return [Turn(question, answer) for question, answer in pairs][-MAX_TURNS:]


def newest_turns(turns: Sequence[Turn]) -> list[Turn]:
    """Return the last turns that the next form can carry: at most `MAX_TURNS`, and few enough bytes."""
    kept: list[Turn] = []
    size = 0
    for turn in reversed(turns[-MAX_TURNS:]):
        size += len(urlencode({"history_question": turn.question, "history_answer": turn.answer or ""})) + 1
        if size > MAX_HISTORY_BYTES:
            break
        kept.append(turn)
    return kept[::-1]


def parse_timeline_query(values: Values) -> TimelineRequest:
    """Return the question of `GET /timeline`.

    Raises:
        InvalidFields: Naming every parameter that is not as it should be.
    """
    _refuse_unknown(values, {"q", "max_releases", "date_from", "date_to", "document_id"})
    return _validate_asked(TimelineRequest, values, question="q")


def _validate_asked(model: type[_Asked], values: Values, *, question: str) -> _Asked:
    given = _given(values)
    fields = {name: given[name] for name in given.keys() & model.model_fields.keys()}
    if question in given:
        fields["question"] = given[question]
    filters = {name: given[name] for name in ("date_from", "date_to") if name in given}
    if "document_id" in values:
        filters["document_ids"] = values.getlist("document_id")
    fields["filters"] = filters
    if "history" in model.model_fields:
        fields["history"] = _history_fields(values)
    try:
        return validate(model, fields)
    except InvalidFields as error:
        raise InvalidFields([FieldError(_flat_name(e.field, question), e.message) for e in error.errors]) from error


def _history_fields(values: Values) -> list[dict[str, object]]:
    if len(values.getlist("history_question")) != len(values.getlist("history_answer")):
        raise InvalidFields(
            [FieldError("history_answer", "Each history_question needs one, empty when it was refused")]
        )
    return [{"question": turn.question, "answer": turn.answer} for turn in history_of(values)]


def _given(values: Values) -> dict[str, object]:
    """Return what was sent under each name, with its type, without what nobody filled in.

    A list where a name was repeated, which is the wrong type for a single field.
    """
    given = {name: _typed(name, sent[0]) if len(sent) == 1 else sent for name, sent in values.lists()}
    return {name: value for name, value in given.items() if value != "" or name not in MAY_BE_EMPTY}


def _typed(name: str, value: str) -> object:
    """Return a number or a truth value as such, anything else as it is: validation then names its type."""
    if name in _NUMBERS and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    return _TRUE_OR_FALSE.get(value, value) if name in _TRUTHS else value


def _flat_name(path: str, question: str) -> str:
    if path == "question":
        return question
    name = path.removeprefix("filters.")
    return "document_id" if name.startswith("document_ids") else name


def _refuse_unknown(values: Iterable[str], known: set[str]) -> None:
    """Refuse names that nobody knows.

    From a browser they are passed over, unless there is a hint to give: sites add some to links that are shared there.
    """
    hints = {"question": ": the question goes in q"} if "q" in known else {}
    if unknown := [name for name in values if name not in known and (name in hints or not wants_page())]:
        raise InvalidFields([FieldError(name, UNKNOWN_FIELD + hints.get(name, "")) for name in unknown])
