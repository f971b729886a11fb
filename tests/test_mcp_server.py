"""The MCP door, asked by the official client: in this process, over stdio, and over streamable HTTP."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import pytest
from fakes import WordEmbedder
from jsonschema import validate

from qa_service.assembly import make_builder, make_engine
from qa_service.config import Settings
from qa_service.engine import Engine
from qa_service.indexing.snapshot import current_id, open_current
from qa_service.live import LiveEngine
from qa_service.serialization import reply_as_json
from qa_service.types import Reply, Turn

mcp = pytest.importorskip("mcp", reason="needs the extra [mcp]")

from mcp import Client, StdioServerParameters  # noqa: E402
from mcp.client.stdio import stdio_client  # noqa: E402
from mcp_types import TextContent  # noqa: E402

from qa_service.mcp_server import make_server  # noqa: E402

PROGRAM = Path(__file__).with_name("fake_embedder_cli.py")
TOYOTA = "Where will Toyota build a manufacturing plant?"


@pytest.fixture(autouse=True)
def word_embedder(monkeypatch: pytest.MonkeyPatch, embedder: WordEmbedder) -> None:
    monkeypatch.setattr("qa_service.assembly.make_embedder", lambda _settings: embedder)


@pytest.fixture
def eager(settings: Settings) -> Settings:
    """Settings that answer whatever the confidence."""
    return settings.model_copy(update={"threshold": 0.0})


@pytest.fixture
def engine(eager: Settings, embedder: WordEmbedder) -> Engine:
    make_builder(eager, embedder).build()
    return make_engine(eager, open_current(eager.index), embedder)


def call(settings: Settings, tool: str, **arguments: Any) -> Any:
    """Return what a tool gives in this process."""

    async def run() -> Any:
        async with Client(make_server(LiveEngine(settings))) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(run)


def text_of(result: Any) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


def without_time(reply: Any) -> dict[str, Any]:
    return {name: value for name, value in reply.items() if name != "took_ms"}


def test_ask_gives_the_reply_of_the_api_as_json_and_as_text(eager: Settings, engine: Engine) -> None:
    result = call(eager, "ask", question=TOYOTA)

    assert not result.is_error
    assert without_time(result.structured_content) == without_time(reply_as_json(engine.ask(TOYOTA)))
    assert json.loads(text_of(result)) == result.structured_content
    citation = result.structured_content["citations"][0]
    text = call(eager, "get_release", document_id=citation["document_id"]).structured_content["text"]
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert text[citation["answer_start"] : citation["answer_end"]] == result.structured_content["answers"][0]["text"]


def test_history_filters_and_top_k_reach_the_engine(eager: Settings, engine: Engine) -> None:
    history = [{"question": TOYOTA, "answer": "in St. Petersburg"}]

    result = call(eager, "ask", question="When will he visit?", history=history, top_k=1, date_from="2005-01-01")

    expected = engine.ask("When will he visit?", history=[Turn(TOYOTA, "in St. Petersburg")], top_k=1)
    assert result.structured_content["interpreted_as"] == expected.interpreted_as
    assert len(result.structured_content["passages"]) == 1
    limited = call(eager, "ask", question=TOYOTA, document_ids=["2002-08-30-flood.txt"]).structured_content
    assert {passage["document_id"] for passage in limited["passages"]} == {"2002-08-30-flood.txt"}


def test_an_earlier_answer_without_words_is_none(
    eager: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Sequence[Turn]] = []
    ask = Engine.ask

    def noting(self: Engine, question: str, **options: Any) -> Reply:
        asked.append(options["history"])
        return ask(self, question, **options)

    monkeypatch.setattr(Engine, "ask", noting)

    call(eager, "ask", question="When will he visit?", history=[{"question": TOYOTA, "answer": ""}])

    assert asked == [[Turn(TOYOTA, None)]]


def test_a_refusal_is_a_result_with_its_reason(settings: Settings, engine: Engine) -> None:
    result = call(settings.model_copy(update={"threshold": 1.0}), "ask", question=TOYOTA)

    assert not result.is_error
    reply = result.structured_content
    assert (reply["answered"], reply["reason"], reply["answers"], reply["citations"]) == (
        False, "low_confidence", [], [],
    )  # fmt: skip
    assert reply["passages"] != []


def test_search_finds_passages_and_answers_nothing(eager: Settings, engine: Engine) -> None:
    result = call(eager, "search", query="relief supplies for the flood", top_k=2, date_to="2004-12-31")

    assert list(result.structured_content) == ["query", "passages", "index"]
    assert [passage["document_id"] for passage in result.structured_content["passages"]] == ["2002-08-30-flood.txt"] * 2


def test_a_release_is_read_in_pieces_that_join(eager: Settings, engine: Engine) -> None:
    document = engine.catalog.document("2002-08-30-flood.txt")
    assert document is not None
    pieces, end, n_chars = [], 0, 1
    while end < n_chars:
        piece = call(eager, "get_release", document_id=document.id, start=end, max_chars=100).structured_content
        assert (piece["title"], piece["date"], piece["start"]) == (document.title, "2002-08-30", end)
        pieces.append(piece["text"])
        end, n_chars = piece["end"], piece["n_chars"]

    assert "".join(pieces) == document.text
    beyond = call(eager, "get_release", document_id=document.id, start=10**9).structured_content
    assert (beyond["text"], beyond["start"], beyond["end"]) == ("", n_chars, n_chars)


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("get_release", {"document_id": "../../etc/passwd"}, "take a document_id from ask or search"),
        ("ask", {"question": "x" * 2_001}, "at most 2000 characters"),
        ("ask", {"question": "   "}, "the question has 0 characters: send 1 to 2,000"),
        ("ask", {}, "question\n  Field required"),
        ("ask", {"question": "x", "top_k": 51}, "less than or equal to 50"),
        ("ask", {"question": "x", "date_from": "soon"}, "date_from"),
        ("ask", {"question": "x", "document_ids": ["\ud800"]}, "document_ids.0"),
        ("ask", {"question": "x", "history": [{"question": "\ud800"}]}, "history.0.question"),
        ("ask", {"question": "x", "history": [{"question": "y", "answer": "\ud800"}]}, "history.0.answer"),
        ("search", {"query": "x", "document_ids": ["\ud800"]}, "document_ids.0"),
        ("get_release", {"document_id": "\ud800"}, "document_id"),
        ("search", {"query": "x", "date_from": "2005-02-01", "date_to": "2005-01-01"}, "is before date_from"),
        ("erase", {}, "erase"),
    ],
)
def test_a_mistake_is_a_tool_error_that_says_what_to_do(
    eager: Settings, engine: Engine, tool: str, arguments: dict[str, Any], says: str
) -> None:
    result = call(eager, tool, **arguments)

    assert result.is_error
    assert says in text_of(result)


def test_without_an_index_the_error_names_no_path(settings: Settings) -> None:
    result = call(settings, "ask", question=TOYOTA)

    assert result.is_error
    assert "run 'qa-service build' on the server" in text_of(result)
    assert str(settings.index.parent) not in text_of(result)


def test_an_unforeseen_error_keeps_its_text_to_the_log(
    eager: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("/srv/secret/index is on fire")

    monkeypatch.setattr(Engine, "ask", explode)

    result = call(eager, "ask", question=TOYOTA)

    assert result.is_error
    assert "/srv" not in text_of(result)


def test_tools_say_what_they_take_what_they_give_and_that_they_only_read(eager: Settings, engine: Engine) -> None:
    async def run() -> Any:
        async with Client(make_server(LiveEngine(eager))) as client:
            return (await client.list_tools()).tools, client.instructions

    tools, instructions = anyio.run(run)
    assert [tool.name for tool in tools] == ["ask", "search", "get_release"]
    assert "never generated" in instructions
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint is True
        assert all("description" in field for field in tool.input_schema["properties"].values()), tool.name
    [ask, search, get_release] = tools
    validate(call(eager, "ask", question=TOYOTA).structured_content, ask.output_schema)
    validate(call(eager, "search", query="flood").structured_content, search.output_schema)
    validate(
        call(eager, "get_release", document_id="2002-08-30-flood.txt").structured_content, get_release.output_schema
    )


def test_a_new_snapshot_answers_the_next_call(
    eager: Settings, engine: Engine, embedder: WordEmbedder, write_releases: Callable[[dict[str, str]], Path]
) -> None:
    async def run() -> list[str]:
        async with Client(make_server(LiveEngine(eager))) as client:
            before = await client.call_tool("search", {"query": "flood"})
            write_releases({"new.txt": "Visit to Kyiv\n\nThe President visited Kyiv on Monday for two days of talks."})
            make_builder(eager, embedder).build()
            after = await client.call_tool("search", {"query": "flood"})
            return [result.structured_content["index"]["version"] for result in (before, after)]

    before, after = anyio.run(run)
    assert (before, after) == (engine.info.version, current_id(eager.index))
    assert before != after


def environment(settings: Settings, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(PROGRAM.parent),
        "QA_DOCUMENTS": str(settings.documents),
        "QA_INDEX": str(settings.index),
        "QA_READER": "sentence",
        "QA_THRESHOLD": "0",
        **more,
    }


@asynccontextmanager
async def over_stdio(settings: Settings, log: Path) -> AsyncIterator[Client]:
    parameters = StdioServerParameters(
        command=sys.executable, args=[str(PROGRAM), "mcp"], env=environment(settings), cwd=settings.index.parent
    )
    with log.open("w") as errors:
        async with Client(stdio_client(parameters, errlog=errors)) as client:
            yield client


@contextmanager
def over_http(settings: Settings, **more: str) -> Iterator[str]:
    """Give the address of the server, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), "mcp", "--http", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(settings, **more),
        cwd=settings.index.parent,
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("Serving MCP on http://127.0.0.1:")
        try:
            yield line.split()[3]
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.stdout.read() == ""


def test_over_stdio_the_client_library_gets_what_the_engine_answers(
    eager: Settings, engine: Engine, tmp_path: Path
) -> None:
    async def run() -> Any:
        async with over_stdio(eager, tmp_path / "log") as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == ["ask", "search", "get_release"]
            return await client.call_tool("ask", {"question": TOYOTA})

    result = anyio.run(run)
    assert without_time(result.structured_content) == without_time(reply_as_json(engine.ask(TOYOTA)))


def test_over_stdio_nothing_but_the_protocol_is_printed(eager: Settings, engine: Engine) -> None:
    messages = [
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "ask", "arguments": {"question": "?"}}},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "get_release", "arguments": {}}},
    ]
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(eager, QA_LOG_LEVEL="DEBUG"),
        cwd=eager.index.parent,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        printed = []
        for message in messages:
            server.stdin.write(json.dumps(message) + "\n")
            server.stdin.flush()
            if "id" in message:
                printed.append(json.loads(server.stdout.readline()))
        rest, errors = server.communicate(timeout=30)

    assert [(line["jsonrpc"], line["id"]) for line in printed] == [("2.0", 1), ("2.0", 2), ("2.0", 3)]
    assert rest == ""
    assert "serving snapshot" in errors  # the log is there, on the other stream
    assert server.returncode == 0


def test_over_http_the_client_library_gets_what_the_engine_answers(eager: Settings, engine: Engine) -> None:
    async def run(url: str) -> Any:
        async with Client(url) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == ["ask", "search", "get_release"]
            return await client.call_tool("ask", {"question": TOYOTA})

    with over_http(eager) as url:
        result = anyio.run(run, url)
    assert without_time(result.structured_content) == without_time(reply_as_json(engine.ask(TOYOTA)))


def test_over_http_other_sites_and_other_messages_are_refused(eager: Settings, engine: Engine) -> None:
    refused = [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Content-Length": str(10**9)}, 413),
        ({"Content-Type": "text/plain"}, 400),
    ]
    with over_http(eager) as url:
        for headers, status in refused:
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
            connection.request("POST", "/mcp", b"{}", {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            body = response.read()
            connection.close()
            assert (headers, response.status) == (headers, status)
            assert b"Traceback" not in body
            assert response.getheader("Server") is None
