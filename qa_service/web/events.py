"""A question answered as server-sent events: its passages as soon as they are found, the answer when it is read.

References:
    WHATWG HTML, "Server-sent events".
"""

from collections.abc import Iterator, Mapping

from flask import Response, current_app, stream_with_context

from qa_service.engine import Engine
from qa_service.serialization import passages_as_json, reply_as_json
from qa_service.web.answering import HalfAnswered, retrieve
from qa_service.web.problems import as_http, problem_as_json
from qa_service.web.schemas import AskRequest


def stream_answer(engine: Engine, asked: AskRequest) -> Response:
    """Return the events `passages` and `answer`; or `error`, a problem, once the status is sent.

    Raises as `answering.answer` does: what goes wrong before is a problem as everywhere.
    """
    half = retrieve(engine, asked)
    response = Response(stream_with_context(_events(engine, half)), mimetype="text/event-stream")
    response.call_on_close(half.give_back)  # also when the client is gone and nothing is streamed
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold the passages back
    return response


def _events(engine: Engine, half: HalfAnswered) -> Iterator[str]:
    found = half.found
    yield _event(
        "passages",
        passages_as_json(found.question, found.interpreted_as, found.passages, engine.info),
    )
    try:
        reply = half.read()
    except Exception as error:  # noqa: BLE001 - the status is sent, so this is the last place to say it
        yield _event("error", problem_as_json(as_http(error)))
    else:
        yield _event("answer", reply_as_json(reply))


def _event(name: str, data: Mapping[str, object]) -> str:
    return f"event: {name}\ndata: {current_app.json.dumps(data)}\n\n"
