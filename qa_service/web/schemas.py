"""What requests may say. Strict: a field has its own type, no other field is accepted."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ValidationInfo
from werkzeug.exceptions import BadRequest

from qa_service.types import MAX_QUESTION, Filters, Turn
from qa_service.web.problems import FieldError, InvalidFields

MAX_TURNS = 20
PAGE_SIZE = 50
UNKNOWN_FIELD = "Unknown field"
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_date(value: object) -> object:
    if value is None:
        return None
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("iso_date", "Should be a date that exists, written YYYY-MM-DD")


IsoDate = Annotated[dt.date | None, BeforeValidator(_iso_date)]
QuestionText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION),
    # space around it is taken off before it is measured, and U+0085, which is none to a schema's \s, is space too
    Field(json_schema_extra={"pattern": r"[^\s\x85]"}),
]
DocumentId = Annotated[str, Field(min_length=0)]  # with a limit of any kind, pydantic refuses lone surrogates


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _DateRange(_Request):
    date_from: IsoDate = Field(default=None, description="Only releases of this day and later, `YYYY-MM-DD`")
    date_to: IsoDate = Field(default=None, description="Only releases up to this day, which is not before `date_from`")

    @field_validator("date_to")
    @classmethod
    def _is_not_before_date_from(cls, date_to: dt.date | None, info: ValidationInfo) -> dt.date | None:
        date_from = info.data.get("date_from")
        if date_from and date_to and date_to < date_from:
            raise PydanticCustomError("date_order", "Should not be before the start date")
        return date_to


class TurnRequest(_Request):
    """An earlier question and its answer, null when it was refused."""

    question: QuestionText = Field(description="What was asked")
    answer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)] | None = Field(
        default=None, description="The first answer's text, null when it was refused"
    )


class FilterRequest(_DateRange):
    """Which releases may answer."""

    document_ids: Annotated[list[DocumentId], Field(max_length=1_000)] | None = Field(
        default=None, description="Only these releases; null for all, an empty list for none"
    )

    @property
    def for_engine(self) -> Filters:
        """The same, as the engine takes it."""
        ids = self.document_ids
        return Filters(self.date_from, self.date_to, None if ids is None else tuple(ids))


class AskRequest(_Request):
    """A question, and what came before it."""

    question: QuestionText = Field(description="The question, in English")
    history: Annotated[list[TurnRequest], Field(max_length=MAX_TURNS)] = Field(
        default=[], description="Earlier turns of the conversation, oldest first, so that a follow-up is understood"
    )
    as_typed: bool = Field(False, description="Whether to read the question on its own, whatever `history` holds")
    top_k: int = Field(5, ge=1, le=50, description="How many passages the reply holds")
    filters: FilterRequest = Field(FilterRequest(), description="Which releases may answer")
    read_dates: bool = Field(
        default=True,
        description='Whether dates and "latest" in the question are heeded; dates in `filters` always win',
    )

    @property
    def turns(self) -> list[Turn]:
        """The conversation so far."""
        return [Turn(turn.question, turn.answer) for turn in self.history]


class TimelineRequest(_Request):
    """A question to be answered by each release on its own."""

    question: QuestionText = Field(description="The question, in English; it stands alone")
    filters: FilterRequest = Field(FilterRequest(), description="Which releases may answer")
    max_releases: int = Field(20, ge=1, le=50, description="How many releases are read, nearest first")


class ListRequest(_DateRange):
    """Which releases to list. The bounds keep a query small and a number inside SQLite's 64 bits."""

    words: str = Field("", max_length=200, description="Only releases whose title holds each of these words")
    offset: int = Field(0, ge=0, le=1_000_000_000, description="How many to pass over")
    limit: int = Field(PAGE_SIZE, ge=1, le=PAGE_SIZE, description="How many to list")


class RollbackRequest(_Request):
    """Which snapshot to put in service."""

    snapshot: Annotated[
        str, Field(min_length=1, max_length=100, description="Its id; `GET /operator` lists those kept")
    ]


class FeedbackRequest(_Request):
    """A word on a reply: its question, and its first answer with the quote, which a refusal doesn't have.

    `key` names the reply as it was shown: a second word with the same key takes the place of the first.
    """

    verdict: Literal["up", "down"] = Field(description="Whether the reply is right")
    question: QuestionText = Field(description="What was asked")
    document_id: Annotated[str, Field(min_length=1, max_length=1_000)] | None = Field(
        default=None,
        description="The release that the first answer is cut from; null, with answer and quote, for a refusal",
    )
    answer: Annotated[str, Field(min_length=1, max_length=10_000)] | None = Field(
        default=None, description="The first answer's text, which stands in the quote"
    )
    quote: Annotated[str, Field(min_length=1, max_length=10_000)] | None = Field(
        default=None, description="Its citation's quote, which stands in the release"
    )
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)] = Field(
        "", description="In your own words"
    )
    snapshot: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="The reply's `index.version`"
    )
    key: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")] | None = Field(
        default=None, description="Names the reply, so that a second word takes the place of the first"
    )


Request = TypeVar("Request", bound=_Request)


def validate(model: type[Request], fields: Mapping[str, object]) -> Request:
    """Return `fields` as a request.

    Raises:
        InvalidFields: Naming every field that is not as it should be.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        errors = [FieldError(".".join(map(str, fault["loc"])), _in_words(fault, model)) for fault in faults]
        raise InvalidFields(errors) from error


def _in_words(fault: ErrorDetails, model: type[_Request]) -> str:
    """Return what is wrong, without the names of Python's types."""
    match fault["type"]:
        case "model_type" | "dict_type":
            return "Must be an object"
        case "string_unicode":
            return "Must be text that UTF-8 can encode"
        case "too_long":
            return f"May hold at most {fault['ctx']['max_length']}, has {fault['ctx']['actual_length']}"
        case "extra_forbidden":
            is_filter = len(fault["loc"]) == 1 and fault["loc"][0] in FilterRequest.model_fields
            is_misplaced = is_filter and "filters" in model.model_fields
            return f"{UNKNOWN_FIELD}: it belongs under filters" if is_misplaced else UNKNOWN_FIELD
    return fault["msg"]


def parse_json_object(body: bytes) -> dict[str, object]:
    """Return the object that `body` holds as UTF-8 JSON, with or without the mark that Windows puts before it.

    Raises:
        BadRequest: When it is anything else.
    """
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not JSON in UTF-8.") from error
    if not isinstance(value, dict):
        raise BadRequest("The body should be a JSON object.")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
