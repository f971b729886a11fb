"""A file of JSON lines -> checked rows. The three forms below are the whole definition of a question set's lines.

A faulty line is reported and passed over. Fields that a form does not name are ignored, so a set may carry its own.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from qa_service.types import MAX_QUESTION

UNANSWERABLE = "unanswerable"

Miss = Literal["near", "off-topic"]


def _not_blank(text: str) -> str:
    if not text.split():
        raise ValueError("must not be blank")
    return text


Words = Annotated[str, AfterValidator(_not_blank)]
Asked = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_QUESTION), AfterValidator(_not_blank)]
_Row = TypeVar("_Row", bound=BaseModel)


class TurnRow(BaseModel):
    question: Asked
    document: Words | None
    answers: list[Words]
    also: list[Words] = []

    @model_validator(mode="after")
    def _document_and_answers_agree(self) -> Self:
        if self.document is None and (self.answers or self.also):
            raise ValueError("without a document there can be neither answers nor 'also'")
        if self.document is not None and not self.answers:
            raise ValueError("a document needs at least one answer")
        return self


class QuestionRow(TurnRow):
    id: Words
    kind: Words
    sentence: str = ""
    miss: Miss | None = None

    @model_validator(mode="after")
    def _kind_and_document_agree(self) -> Self:
        if (self.kind == UNANSWERABLE) != (self.document is None):
            raise ValueError(f"kind {UNANSWERABLE!r} goes with document null, and only with it")
        if self.miss is not None and self.document is not None:
            raise ValueError("'miss' is for unanswerable questions")
        return self


class ConversationRow(BaseModel):
    id: Words
    turns: Annotated[list[TurnRow], Field(min_length=2)]


def read_rows(path: Path, form: type[_Row], faults: list[str]) -> Iterator[tuple[str, _Row]]:
    """Yield "file:line" and the row of each sound line of `path`, and add what is wrong with the others to `faults`.

    A missing file has no lines.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        faults.append(f"{path} can't be read ({error.strerror})")
        return
    for number, line in enumerate(lines, 1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            row = form.model_validate(json.loads(line.decode("utf-8")))
        except ValidationError as error:
            faults.extend(f"{where}: {_said(one)}" for one in error.errors())
        except (ValueError, RecursionError) as error:
            faults.append(f"{where}: not a line of JSON in UTF-8 ({error})")
        else:
            yield where, row


def _said(error: ErrorDetails) -> str:
    place = ".".join(str(part) for part in error["loc"])
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "model_type":
        message = "must be an object of JSON, in one line"
    return f"{place}: {message}" if place else message
