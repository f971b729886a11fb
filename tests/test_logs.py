import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest

from qa_service import logs
from qa_service.config import load_settings, start_logging


@pytest.fixture
def in_a_request() -> Iterator[None]:
    token = logs.request_id.set("id-1")
    yield
    logs.request_id.reset(token)


def record(
    message: str, *args: object, exc_info: object = None, extra: dict[str, object] | None = None
) -> logging.LogRecord:
    return logging.getLogger().makeRecord("qa_service.x", logging.INFO, "f", 1, message, args, exc_info, extra=extra)  # type: ignore[arg-type]


def test_a_json_line_is_one_object_whatever_the_message_holds() -> None:
    line = logs.JsonFormatter().format(record('two\nlines, a "quote" and a %s', "名前"))
    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["logger"]) == ("INFO", "qa_service.x")
    assert told["message"] == 'two\nlines, a "quote" and a 名前'
    assert told["time"].endswith("+00:00")
    assert "request_id" not in told


@pytest.mark.usefixtures("in_a_request")
def test_a_line_written_during_a_request_carries_its_id() -> None:
    assert json.loads(logs.JsonFormatter().format(record("x")))["request_id"] == "id-1"
    assert logs.TextFormatter().format(record("x")).endswith(" INFO qa_service.x: x [id-1]")


def test_a_traceback_is_a_member_of_the_object() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        line = logs.JsonFormatter().format(record("x", exc_info=sys.exc_info()))
    assert json.loads(line)["exception"].endswith("ValueError: broken")


def test_fields_of_a_record_are_members_and_even_odd_ones_can_be_written() -> None:
    told = json.loads(
        logs.JsonFormatter().format(
            record(
                "x",
                extra={
                    logs.FIELDS: {
                        "status": 200,
                        "odd": {
                            1,
                        },
                    }
                },
            )
        )
    )
    assert (told["status"], told["odd"]) == (200, "{1}")


@pytest.mark.parametrize(("form", "formatter"), [("text", logs.TextFormatter), ("json", logs.JsonFormatter)])
def test_the_setting_chooses_the_form(form: str, formatter: Callable[[], logging.Formatter]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        start_logging(load_settings(log_format=form))
        [handler] = root.handlers
        assert type(handler.formatter) is formatter
    finally:
        root.handlers[:] = before
        root.setLevel(level)
