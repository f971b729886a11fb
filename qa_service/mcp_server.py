"""The MCP door: tools `ask`, `search` and `get_release` for language models, over stdio or streamable HTTP.

Results are those of POST /ask, so a model can quote an answer and cite where it stands. The only room that imports the
`mcp` package, which is an extra.
"""

import datetime as dt
import errno
import logging
import socket
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import anyio
import anyio.to_thread
import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field, RootModel, StringConstraints
from pydantic_core import to_json
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from qa_service import wire
from qa_service.engine import Engine
from qa_service.errors import BackendError, QaServiceError, QuestionError, SettingsError
from qa_service.hosts import HostNames
from qa_service.live import LiveEngine
from qa_service.serialization import document_url, hit_as_json, index_info_as_json, reply_as_json
from qa_service.types import MAX_QUESTION, Filters, Turn

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger(__name__)

PATH = "/mcp"
MAX_BODY_BYTES = 256 * 1024
"""Of a message over HTTP: a question with twenty turns of history fits."""

MAX_CHARS = 100_000
_INSTRUCTIONS = (
    "Answers come from a collection of press releases and are words cut from them, never generated. Quote an answer "
    "as it is and cite it by the title and date of its citation, whose `quote` is the sentence that holds it. When "
    "`answered` is false, the releases don't say: tell so; the `passages` of such a reply are not an answer."
)
_READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


class EarlierTurn(BaseModel):
    """An earlier question of the conversation and the answer it got, null when it was refused."""

    question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)] | None = None


class AskResult(RootModel[wire.Reply]):
    """The reply of POST /ask."""


class SearchResult(BaseModel):
    """Passages near a query, best first. None of them is an answer."""

    query: str
    passages: list[wire.Passage]
    index: wire.Index


class ReleaseResult(BaseModel):
    """A release, and as much of its text as was asked for: `text` is what stands from `start` to `end` of it."""

    document_id: str
    title: str
    date: dt.date | None
    source_url: str | None
    note: str | None
    url: str
    text: str
    start: int
    end: int
    n_chars: Annotated[int, Field(description="Length of the whole text in characters; above `end`, there is more.")]


Question: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=MAX_QUESTION, description="One question, in a sentence.")
]
Query: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=MAX_QUESTION, description="A question, or words to look for.")
]
History: TypeAlias = Annotated[
    list[EarlierTurn] | None,
    Field(max_length=20, description="Earlier turns, oldest first, when the question is a follow-up."),
]
TopK: TypeAlias = Annotated[int, Field(ge=1, le=50, description="How many passages to return.")]
DateFrom: TypeAlias = Annotated[dt.date | None, Field(description="Only releases of this day or later, YYYY-MM-DD.")]
DateTo: TypeAlias = Annotated[dt.date | None, Field(description="Only releases of this day or earlier, YYYY-MM-DD.")]
DocumentId: TypeAlias = Annotated[str, Field(max_length=1_000)]
DocumentIds: TypeAlias = Annotated[
    list[DocumentId] | None, Field(max_length=1_000, description="Only these releases, by their document_id.")
]


def make_server(live: LiveEngine) -> MCPServer[Any]:
    """Return the server with its tools; each call asks `live` which engine is in service."""
    server = MCPServer[Any](
        "qa-service", title="Press releases", instructions=_INSTRUCTIONS, version=version("qa-service")
    )

    @server.tool(title="Ask the press releases", annotations=_READ_ONLY)
    def ask(
        question: Question,
        *,
        history: History = None,
        date_from: DateFrom = None,
        date_to: DateTo = None,
        document_ids: DocumentIds = None,
        top_k: TopK = 5,
    ) -> Annotated[CallToolResult, AskResult]:
        """Answer a question with words cut from the press releases.

        Each answer names the citation that holds it: title, date, the sentence, and character offsets into the
        release's text. When the releases don't say, `answered` is false, with a `reason`.
        """
        filters = _filters(date_from, date_to, document_ids)
        turns = [Turn(turn.question, turn.answer) for turn in history or ()]
        return _result(
            live,
            lambda engine: reply_as_json(engine.ask(question, history=turns, top_k=top_k, filters=filters)),
        )

    @server.tool(title="Search the press releases", annotations=_READ_ONLY)
    def search(
        query: Query,
        *,
        date_from: DateFrom = None,
        date_to: DateTo = None,
        document_ids: DocumentIds = None,
        top_k: TopK = 5,
    ) -> Annotated[CallToolResult, SearchResult]:
        """Find passages by meaning and by words, best first, without answering.

        For reading around a topic, or when `ask` was not answered. A passage names its release and its offsets.
        """
        filters = _filters(date_from, date_to, document_ids)

        def found(engine: Engine) -> dict[str, object]:
            passages = engine.retrieve(query, top_k=top_k, filters=filters).passages
            return {
                "query": query,
                "passages": [hit_as_json(hit) for hit in passages],
                "index": index_info_as_json(engine.info),
            }

        return _result(live, found)

    @server.tool(title="Read a press release", annotations=_READ_ONLY)
    def get_release(
        document_id: Annotated[DocumentId, Field(description="As citations and passages name it.")],
        start: Annotated[int, Field(ge=0, description="Where to begin, in characters.")] = 0,
        max_chars: Annotated[int, Field(ge=1, le=MAX_CHARS, description="Most characters to return.")] = 20_000,
    ) -> Annotated[CallToolResult, ReleaseResult]:
        """Return a release's title, date, source and text, which the offsets of citations count into.

        A long text comes in pieces: when `end` is below `n_chars`, call again with `start` set to `end`.
        """

        def read(engine: Engine) -> dict[str, object]:
            document = engine.catalog.document(document_id)
            if document is None:
                raise ToolError(f"there is no release {document_id!r}: take a document_id from ask or search")
            text = document.text[start : start + max_chars]
            return {
                "document_id": document.id,
                "title": document.title,
                "date": document.date.isoformat() if document.date else None,
                "source_url": document.source_url,
                "note": document.note,
                "url": document_url(document.id),
                "text": text,
                "start": min(start, len(document.text)),
                "end": min(start, len(document.text)) + len(text),
                "n_chars": len(document.text),
            }

        return _result(live, read)

    return server


def serve_stdio(server: MCPServer[Any], n_threads: int) -> None:
    """Serve the program that started this one, until it closes standard input. Nothing else is printed there."""

    async def run() -> None:
        _allow_threads(n_threads)
        await server.run_stdio_async()

    anyio.run(run)


def serve_http(
    server: MCPServer[Any],
    host: str,
    port: int,
    n_threads: int,
    names: HostNames,
    *,
    on_ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve streamable HTTP until a signal asks to stop.

    Port 0 picks a free one. `on_ready` is called with the address once connections are accepted.

    Raises:
        SettingsError: When the address can't be listened on.
    """
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,  # no tool streams
        stateless_http=True,  # nothing to keep between calls, so that a restart disturbs nobody
        max_request_body_size=MAX_BODY_BYTES,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # `_OwnPagesOnly` does it
        host=host,
    )
    with _listening_socket(host, port) as listener:
        config = uvicorn.Config(_OwnPagesOnly(app, names), log_config=None, access_log=False, server_header=False)

        async def run() -> None:
            _allow_threads(n_threads)
            await uvicorn.Server(config).serve(sockets=[listener])

        on_ready(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}{PATH}")
        anyio.run(run)


class _OwnPagesOnly:
    """Refuses requests under a name that is not the server's, and those of other sites' pages. Programs pass."""

    def __init__(self, app: "ASGIApp", names: HostNames) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        app = self._app
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host, origin = headers.get("host", ""), headers.get("origin")
            if not self._names.allow(host):
                logger.warning("a request was sent to the name %r, which is not this server's", host[:200])
                app = PlainTextResponse("This server does not answer to that name: see its setting allowed_hosts.", 421)
            elif origin is not None and origin.partition("://")[2].lower() != host.lower():
                app = PlainTextResponse("Pages of other sites may not ask this server.", 403)
        await app(scope, receive, send)


def _result(live: LiveEngine, work: Callable[[Engine], dict[str, object]]) -> CallToolResult:
    """Return what `work` makes of the engine in service, as JSON and as text for clients that read only that.

    Raises:
        ToolError: There is no engine, or the question is outside its limits. The reason why there is none may name
            folders of this machine, so it goes to the log only.
    """
    try:
        engine = live.current()
    except BackendError as error:
        raise _unreachable(error) from error
    except QaServiceError as error:
        logger.warning("no engine to serve from: %s", error)
        raise ToolError("there is no index to answer from yet: run 'qa-service build' on the server") from error
    try:
        found = work(engine)
    except QuestionError as error:
        raise ToolError(str(error)) from error
    except BackendError as error:
        raise _unreachable(error) from error
    text = to_json(found, indent=1).decode()
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=found)


def _unreachable(error: BackendError) -> ToolError:
    logger.warning("%s", error)
    return ToolError("the index can't be reached: try again in a moment")


def _filters(date_from: dt.date | None, date_to: dt.date | None, document_ids: list[str] | None) -> Filters:
    if date_from and date_to and date_to < date_from:
        raise ToolError(f"date_to {date_to} is before date_from {date_from}: swap them")
    return Filters(date_from, date_to, None if document_ids is None else tuple(document_ids))


def _allow_threads(n: int) -> None:
    # one more: over stdio, reading the next message occupies a thread
    anyio.to_thread.current_default_thread_limiter().total_tokens = n + 1


def _listening_socket(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror or error
        raise SettingsError(f"can't listen on port {port} of {host}: {reason}. Choose another with --port.") from error
