"""The command line. Each command imports what it needs when it runs, so that --help answers at once."""

import datetime as dt
import logging
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from qa_service.errors import QaServiceError, SettingsError

if TYPE_CHECKING:
    from qa_service.config import Settings
    from qa_service.live import LiveEngine
    from qa_service.preparing import Part

app = typer.Typer(
    help="Extractive question answering over press releases, with exact citations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

feedback_app = typer.Typer(help="What readers said of answers.", no_args_is_help=True)
app.add_typer(feedback_app, name="feedback")

Documents = Annotated[Path | None, typer.Option(help="Folder of releases.", show_default=False)]
Index = Annotated[Path | None, typer.Option(help="Folder of snapshots.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def main() -> None:
    """Run a command; an expected error is one line and exit status 1."""
    try:
        app()
    except QaServiceError as error:
        sys.stderr.write(f"qa-service: {error}\n")
        sys.exit(1)


@app.command()
def build(
    documents: Documents = None,
    index: Index = None,
    allow_empty: Annotated[bool, typer.Option(help="Publish an index even when there are no releases.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that load, split and embed.")] = 1,
    shards: Annotated[
        Path | None, typer.Option(help="Folder of vectors made with --shard, all parts.", show_default=False)
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N", help="Only embed part I of N, into the folder --shards; builds nothing.", show_default=False
        ),
    ] = None,
    json_output: AsJson = False,
) -> None:
    """Bring the index up to date with the documents folder."""
    part = _part(shard, shards) if shard else None
    settings = _settings(documents=documents, index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.rebuilding import rebuild, write_shard  # noqa: PLC0415

    if part and shards:
        with terminal.progress(is_shown=not json_output) as on_progress:
            written = write_shard(settings, part, shards, n_workers=workers, on_progress=on_progress)
        if json_output:
            terminal.print_json(asdict(written))
        else:
            terminal.print_out(
                f"{shards / written.file}: {written.n_documents} releases, {written.n_passages} passages, "
                f"{written.n_embedded} embedded"
            )
        return
    with terminal.progress(is_shown=not json_output) as on_progress:
        rebuilt = rebuild(settings, allow_empty=allow_empty, n_workers=workers, shards=shards, on_progress=on_progress)
    if json_output:
        replay = asdict(rebuilt.replay) if rebuilt.replay else None
        terminal.print_json({**asdict(rebuilt.report), "replay": replay, "replay_failed": rebuilt.replay_failed})
        return
    terminal.print_report(rebuilt.report)
    if rebuilt.replay:
        terminal.print_replay(rebuilt.replay)
    if rebuilt.replay_failed:
        terminal.print_error(f"the saved questions were not asked: {rebuilt.replay_failed}")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="1 to 2,000 characters.")],
    documents: Documents = None,
    index: Index = None,
    json_output: AsJson = False,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="Passages to list.")] = 5,
    date_from: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Only releases from this day on.")] = None,
    date_to: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Only releases up to this day.")] = None,
    document: Annotated[list[str] | None, typer.Option(help="Only this release; may be repeated.")] = None,
    read_dates: Annotated[bool, typer.Option(help="Heed dates and 'latest' in the question.")] = True,
) -> None:
    """Answer one question in the terminal. Exit status 0 when answered, 2 when refused."""
    settings = _settings(documents=documents, index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.assembly import open_engine  # noqa: PLC0415
    from qa_service.serialization import reply_as_json  # noqa: PLC0415
    from qa_service.types import Filters  # noqa: PLC0415

    filters = Filters(_date(date_from), _date(date_to), tuple(document) if document else None)
    reply = open_engine(settings).ask(question, top_k=top_k, filters=filters, read_dates=read_dates)
    if json_output:
        terminal.print_json(reply_as_json(reply))
    else:
        terminal.print_reply(reply)
    raise typer.Exit(0 if reply.is_answered else 2)


@app.command()
def timeline(
    question: Annotated[str, typer.Argument(help="1 to 2,000 characters.")],
    documents: Documents = None,
    index: Index = None,
    json_output: AsJson = False,
    max_releases: Annotated[int, typer.Option(min=1, max=50, help="Releases to read, nearest first.")] = 20,
    date_from: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Only releases from this day on.")] = None,
    date_to: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Only releases up to this day.")] = None,
) -> None:
    """Answer one question release by release, by date. Exit status 0 when any answers, 2 when none does."""
    settings = _settings(documents=documents, index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.assembly import open_engine  # noqa: PLC0415
    from qa_service.serialization import timeline_as_json  # noqa: PLC0415
    from qa_service.types import Filters  # noqa: PLC0415

    traced = open_engine(settings).timeline(
        question, filters=Filters(_date(date_from), _date(date_to)), max_releases=max_releases
    )
    if json_output:
        terminal.print_json(timeline_as_json(traced))
    else:
        terminal.print_timeline(traced)
    raise typer.Exit(0 if traced.entries else 2)


@app.command()
def serve(
    documents: Documents = None,
    index: Index = None,
    host: Annotated[str | None, typer.Option(help="Address to serve on.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on; 0 picks a free one.", show_default=False)] = None,
    watch: Annotated[bool, typer.Option(help="Rebuild when the documents folder changes.")] = False,
) -> None:
    """Serve the page and the API."""
    settings = _settings(documents=documents, index=index, host=host, port=port)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.rebuilding import Rebuilder  # noqa: PLC0415
    from qa_service.watching import Watcher  # noqa: PLC0415
    from qa_service.web.server import serve as serve_app  # noqa: PLC0415
    from qa_service.web.wsgi import app_from_settings, limits_of  # noqa: PLC0415

    rebuilder = Rebuilder(settings)
    if watch:
        threading.Thread(target=Watcher(settings, rebuilder).run, args=(threading.Event(),), daemon=True).start()
    serve_app(
        app_from_settings(settings, rebuilder),
        settings.host,
        settings.port,
        limits_of(settings).n_threads,
        on_ready=lambda url: terminal.print_out(f"Serving on {url} (Ctrl+C stops)"),
    )


@feedback_app.command("export")
def export_feedback(
    folder: Annotated[Path, typer.Argument(help="Gets questions.jsonl and review.jsonl; neither may be there yet.")],
    index: Index = None,
) -> None:
    """Write what readers said of answers as questions for `qa-service eval`.

    questions.jsonl has those that more readers confirm than doubt. review.jsonl has the others in the same form, with
    what was answered: correct the answer, and move the line.
    """
    settings = _settings(index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.feedback import FeedbackStore, as_questions, write_questions  # noqa: PLC0415
    from qa_service.indexing.catalog import Catalog  # noqa: PLC0415
    from qa_service.indexing.snapshot import open_current  # noqa: PLC0415

    catalog = Catalog(open_current(settings.index).folder)
    exported = as_questions(
        FeedbackStore(settings.index).entries(),
        lambda name: document.text if (document := catalog.document(name)) else None,
    )
    write_questions(exported, folder)
    terminal.print_out(
        f"{folder}: {len(exported.questions)} confirmed, {len(exported.review)} to review. "
        f"'qa-service eval {folder}' needs the releases in {folder / 'documents'}."
    )


@feedback_app.command("clear")
def clear_feedback(
    index: Index = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Remove all feedback. Export it first."""
    settings = _settings(index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.feedback import FeedbackStore  # noqa: PLC0415

    if not yes:
        typer.confirm(f"Remove all feedback in {settings.index}/?", abort=True)
    terminal.print_out(f"removed {FeedbackStore(settings.index).clear()}")


@app.command("mcp")
def serve_mcp(
    documents: Documents = None,
    index: Index = None,
    http: Annotated[bool, typer.Option("--http", help="Streamable HTTP instead of standard input and output.")] = False,
    host: Annotated[str | None, typer.Option(help="Address for --http.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port for --http; 0 picks a free one.", show_default=False)] = None,
) -> None:
    """Serve language models: tools ask, search and get_release over MCP; needs the extra [mcp]."""
    settings = _settings(documents=documents, index=index, host=host, mcp_port=port)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.hosts import host_names  # noqa: PLC0415
    from qa_service.live import LiveEngine  # noqa: PLC0415

    try:
        from qa_service import mcp_server  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"{error.name} is missing, which MCP needs: pip install -c constraints.txt -e '.[mcp]'"
        ) from error

    live = LiveEngine(settings)
    threading.Thread(target=_open_early, args=(live,), daemon=True).start()  # clients wait a few seconds at most
    server = mcp_server.make_server(live)
    if not http:
        mcp_server.serve_stdio(server, settings.server_threads)
        return
    mcp_server.serve_http(
        server,
        settings.host,
        settings.mcp_port,
        settings.server_threads,
        host_names(settings.host, settings.allowed_hosts),
        on_ready=lambda url: terminal.print_out(f"Serving MCP on {url} (Ctrl+C stops)"),
    )


@app.command()
def status(documents: Documents = None, index: Index = None, json_output: AsJson = False) -> None:
    """Show the snapshot in service, how old it is, and those on disk."""
    settings = _settings(documents=documents, index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.indexing.snapshot import open_current, sizes  # noqa: PLC0415

    manifest = open_current(settings.index).manifest
    age = dt.datetime.now(dt.UTC) - manifest.built_at
    facts = {
        "version": manifest.id,
        "built_at": manifest.built_at.isoformat(),
        "age_s": int(age.total_seconds()),
        "documents": manifest.n_documents,
        "passages": manifest.n_passages,
        "newest": manifest.newest.isoformat() if manifest.newest else None,
        "embedder": manifest.embedder,
        "backend": manifest.backend,
        "snapshots": sizes(settings.index),
    }
    if json_output:
        terminal.print_json(facts)
    else:
        terminal.print_facts(facts)


@app.command()
def rollback(
    snapshot: Annotated[
        str | None, typer.Argument(help="Id of the snapshot; by default the one before.", show_default=False)
    ] = None,
    index: Index = None,
) -> None:
    """Put an earlier snapshot in service. The next build starts from it and takes in what the folder holds then."""
    settings = _settings(index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.indexing.snapshot import roll_back, writing  # noqa: PLC0415

    with writing(settings.index):
        found = roll_back(settings.index, snapshot)
    terminal.print_out(f"in service: {found.manifest.id}, {found.manifest.n_documents} releases")


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="Snapshots to keep, the one in service among them.")],
    index: Index = None,
) -> None:
    """Remove old snapshots from disk."""
    settings = _settings(index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.indexing import drop_index  # noqa: PLC0415
    from qa_service.indexing import snapshot as snapshots  # noqa: PLC0415

    with snapshots.writing(settings.index):
        removed = snapshots.prune(settings.index, keep, lambda folder: drop_index(folder, settings))
    terminal.print_out(f"removed {', '.join(removed)}" if removed else "nothing to remove")


@app.command()
def diff(
    before: Annotated[
        str | None, typer.Argument(metavar="A", help="Id of a snapshot; by default the one before B.")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="B", help="Id of a snapshot; by default the one in service.")
    ] = None,
    documents: Documents = None,
    index: Index = None,
    json_output: AsJson = False,
) -> None:
    """Compare two snapshots: their releases, and the answers to saved questions."""
    settings = _settings(documents=documents, index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.rebuilding import compare  # noqa: PLC0415

    with terminal.progress(is_shown=not json_output) as on_progress:
        found = compare(settings, before, after, on_progress=on_progress)
    if json_output:
        terminal.print_json(asdict(found))
    else:
        terminal.print_comparison(found)


@app.command()
def watch(documents: Documents = None, index: Index = None) -> None:
    """Rebuild whenever the documents folder changes, until Ctrl+C."""
    settings = _settings(documents=documents, index=index)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.rebuilding import Rebuilder  # noqa: PLC0415
    from qa_service.watching import Watcher  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    Watcher(settings, Rebuilder(settings), on_job=terminal.print_job).run(stop)


@app.command("eval")
def evaluate(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|FILE",
            help="A folder with documents/, questions.jsonl and conversations.jsonl; or a file in SQuAD's form, to "
            "measure the reader alone.",
        ),
    ],
    questions: Annotated[
        list[Path] | None,
        typer.Option(
            help="Questions of this file instead of the folder's; may be repeated.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    index: Index = None,
    json_output: AsJson = False,
    failures: Annotated[bool, typer.Option(help="List the questions that went wrong, and at which stage.")] = False,
    output: Annotated[Path | None, typer.Option(help="Also write the JSON here.", show_default=False)] = None,
    calibrate: Annotated[
        bool, typer.Option(help="Fit the reader's confidence to these questions and print it.")
    ] = False,
    without: Annotated[
        Literal["context", "reader-order"] | None,
        typer.Option(help="Take out the context of passages, or the reader's say in their order.", show_default=False),
    ] = None,
) -> None:
    """Measure retrieval, answers, refusals, follow-ups and the exactness of citations."""
    base = _settings(index=index)
    if source.is_file():
        if questions or failures or calibrate or without:
            options = "--questions, --failures, --calibrate and --without"
            raise typer.BadParameter(f"{source} is a file: {options} need a folder.")
        _evaluate_reader(base, source, json_output=json_output, output=output)
        return
    settings = base.model_copy(
        update={
            "documents": source / "documents",
            "index": index or base.index / "evaluation" / source.resolve().name,
        }
    )
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.assembly import make_builder, make_embedder, make_reader, open_engine  # noqa: PLC0415
    from qa_service.evaluation import as_failures, as_json, as_table, fit_calibration, load_question_set  # noqa: PLC0415
    from qa_service.evaluation import evaluate as run_evaluation  # noqa: PLC0415
    from qa_service.evaluation.ablations import WithoutContext, in_order_of_retrieval  # noqa: PLC0415

    question_set = load_question_set(source, questions or ())
    embedder = make_embedder(base)
    with terminal.progress(is_shown=not json_output) as on_progress:
        make_builder(settings, embedder).build(on_progress=on_progress)
        reader = make_reader(settings, lambda: embedder)
        engine = open_engine(
            settings,
            embedder,
            reader=WithoutContext(reader) if without == "context" else reader,
            calibration=in_order_of_retrieval() if without == "reader-order" else None,
        )
        if calibrate:
            fitted = fit_calibration(engine, question_set, on_progress=lambda *done: on_progress("reading", *done))
            terminal.print_json(fitted)
            return
        evaluation = run_evaluation(engine, question_set, on_progress=lambda *done: on_progress("asking", *done))
    if output:
        output.write_text(terminal.to_json(as_json(evaluation)), encoding="utf-8")
    if json_output:
        terminal.print_json(as_json(evaluation))
        return
    terminal.print_out(as_table(evaluation))
    if failures:
        terminal.print_out(as_failures(evaluation))


@app.command()
def train(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH[=WEIGHT]...",
            help="Files in SQuAD's, QED's or QAMR's form, or folders with documents/ and questions.jsonl, each with "
            "its share of the examples.",
        ),
    ],
    output: Annotated[Path, typer.Option(help="Folder of the run; the same command again resumes it.")],
    base: Annotated[str, typer.Option(help="Folder of the model to start from.")] = "all-MiniLM-L6-v2",
    examples: Annotated[int, typer.Option(min=1, help="Examples to train on in all, repeats included.")] = 100_000,
    learning_rate: Annotated[float, typer.Option(min=1e-7, max=1e-2, help="Highest, after the warm-up.")] = 2.5e-4,
    unanswerable: Annotated[float, typer.Option(min=0, max=0.9, help="Share of examples without an answer.")] = 0.30,
    beside: Annotated[int, typer.Option(min=0, help="Similar passages read together with each one that answers.")] = 0,
    freeze: Annotated[
        int | None,
        typer.Option(min=0, help="Keep the embeddings and this many layers as they are.", show_default=False),
    ] = None,
    teacher: Annotated[
        Path | None, typer.Option(help="model/ of a larger reader's run, to learn from as well.", show_default=False)
    ] = None,
    labelled: Annotated[int, typer.Option(min=1, help="Examples that the teacher judges.")] = 20_000,
    hold_back: Annotated[
        int, typer.Option(min=0, help="Articles of the first source to choose on, and as many to report on.")
    ] = 4,
    seed: Annotated[int, typer.Option(help="Same seed, same order of the same examples.")] = 0,
    json_output: AsJson = False,
) -> None:
    """Train a span reader, or go on with a run that was cut off; needs the extra [train]."""
    settings = _settings()
    logging.getLogger("transformers").setLevel(logging.ERROR)  # it warns of the pooler that a reader has no use for
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.inference import n_cores  # noqa: PLC0415
    from qa_service.training import TrainingRun  # noqa: PLC0415
    from qa_service.training import train as run_training  # noqa: PLC0415

    run = TrainingRun(
        sources=tuple(_weighted(source) for source in sources),
        output=output,
        base=base,
        n_examples=examples,
        learning_rate=learning_rate,
        unanswerable=unanswerable,
        n_beside=beside,
        n_frozen=freeze,
        teacher=teacher,
        n_labelled=labelled,
        n_held_back=hold_back,
        seed=seed,
        threads=settings.threads or n_cores(),
    )
    with terminal.progress(is_shown=not json_output) as on_progress:
        figures = run_training(run, settings, on_progress=on_progress)
    if not figures:
        terminal.print_error(f"stopped: the same command goes on from {output}")
        raise typer.Exit(130)
    if json_output:
        terminal.print_json(figures)
    else:
        terminal.print_out(f"{output / 'reader'} is ready: QA_READER={output / 'reader'} qa-service serve")
        terminal.print_facts(figures)


@app.command()
def fetch(
    feeds: Annotated[list[str], typer.Argument(metavar="FEED...", help="http(s) addresses of RSS or Atom feeds.")],
    documents: Documents = None,
    full_text: Annotated[
        bool, typer.Option("--full-text/--no-full-text", help="Fetch the page behind an item that is a summary.")
    ] = True,
    allow_private: Annotated[
        bool | None,
        typer.Option(
            "--allow-private/--no-allow-private",
            help="Fetch from this machine and private networks too.",
            show_default=False,
        ),
    ] = None,
    json_output: AsJson = False,
) -> None:
    """Write what is new in feeds into the documents folder. Exit status 1 when a feed failed."""
    settings = _settings(documents=documents, allow_private_addresses=allow_private)
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.fetching import Limits, fetch_feeds  # noqa: PLC0415

    limits = Limits(
        timeout_s=settings.fetch_timeout_s,
        max_bytes=int(settings.fetch_max_mb * 1_000_000),
        allow_private=settings.allow_private_addresses,
    )
    with terminal.progress(is_shown=not json_output) as on_progress:
        reports = fetch_feeds(
            feeds,
            settings.documents,
            limits,
            follows_links=full_text,
            on_progress=lambda *done: on_progress("feeds", *done),
        )
    if json_output:
        terminal.print_json({"feeds": [asdict(report) for report in reports]})
    else:
        for report in reports:
            terminal.print_feed_report(report)
    raise typer.Exit(1 if any(report.reason for report in reports) else 0)


def _part(text: str, shards: Path | None) -> "Part":
    from qa_service.preparing import Part  # noqa: PLC0415

    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise typer.BadParameter(f"--shard {text}: write 1/2 for the first of two.")
    if shards is None:
        raise typer.BadParameter("--shard needs --shards FOLDER, where its vectors go.")
    return Part(int(number), int(of))


def _weighted(source: str) -> tuple[Path, float]:
    path, is_given, weight = source.rpartition("=")
    try:
        found = (Path(path), float(weight)) if is_given else (Path(source), 1.0)
    except ValueError as error:
        raise typer.BadParameter(f"{source!r}: the weight after '=' is not a number.") from error
    if not found[1] > 0:
        raise typer.BadParameter(f"{source!r}: a weight is above 0.")
    return found


def _evaluate_reader(settings: "Settings", file: Path, *, json_output: bool, output: Path | None) -> None:
    from qa_service import terminal  # noqa: PLC0415
    from qa_service.assembly import make_embedder, make_reader  # noqa: PLC0415
    from qa_service.evaluation import evaluate_reader, figures_as_json, figures_as_table  # noqa: PLC0415
    from qa_service.reading.training.examples import read_squad  # noqa: PLC0415

    examples = read_squad(file, file.name)
    reader = make_reader(settings, lambda: make_embedder(settings))
    with terminal.progress(is_shown=not json_output) as on_progress:
        found = evaluate_reader(reader, examples, on_progress=lambda *done: on_progress("reading", *done))
    if output:
        output.write_text(terminal.to_json(figures_as_json(found)), encoding="utf-8")
    if json_output:
        terminal.print_json(figures_as_json(found))
    else:
        terminal.print_out(figures_as_table(f"{reader.name} on {file.name}", {"reader alone": found}))


def _settings(**flags: Any) -> "Settings":
    from qa_service.config import load_settings, start_logging  # noqa: PLC0415

    settings = load_settings(**flags)
    start_logging(settings)
    return settings


def _open_early(live: "LiveEngine") -> None:
    try:
        live.current()
    except QaServiceError as error:
        logging.getLogger(__name__).warning("not ready yet: %s", error)


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date: write YYYY-MM-DD.") from error


if __name__ == "__main__":
    main()
