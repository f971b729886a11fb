"""Commands that measure and train: eval, train."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from qa_service.cli.options import AsJson, Index, open_settings

if TYPE_CHECKING:
    from qa_service.config import Settings
    from qa_service.engine import Engine


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
    output: Annotated[
        Path | None, typer.Option(help="Also write the JSON here.", dir_okay=False, writable=True, show_default=False)
    ] = None,
    calibrate: Annotated[
        bool, typer.Option(help="Fit the reader's confidence to these questions and print it.")
    ] = False,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            help="Fit to this folder's questions, too, asked over its own releases; may be repeated.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    without: Annotated[
        Literal["context", "reader-order"] | None,
        typer.Option(help="Take out the context of passages, or the reader's say in their order.", show_default=False),
    ] = None,
) -> None:
    """Measure retrieval, answers, refusals, follow-ups and the exactness of citations."""
    base = open_settings(index=index)
    if output and not output.parent.is_dir():
        raise typer.BadParameter(f"--output {output}: there is no folder {output.parent}.")
    if source.is_file():
        if questions or failures or calibrate or beside or without:
            options = "--questions, --failures, --calibrate, --with and --without"
            raise typer.BadParameter(f"{source} is a file: {options} need a folder.")
        _evaluate_reader(base, source, json_output=json_output, output=output)
        return
    if beside and not calibrate:
        raise typer.BadParameter("--with says what else to fit to: it needs --calibrate.")
    from qa_service.assembly import make_builder, make_embedder, make_reader, open_engine  # noqa: PLC0415
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.evaluation import as_failures, as_json, as_table, fit_calibration, load_question_set  # noqa: PLC0415
    from qa_service.evaluation import evaluate as run_evaluation  # noqa: PLC0415
    from qa_service.evaluation.ablations import WithoutContext, in_order_of_retrieval  # noqa: PLC0415

    question_set = load_question_set(source, questions or ())
    others = {folder: load_question_set(folder) for folder in beside or ()}
    embedder = make_embedder(base)
    reader = make_reader(base, lambda: embedder)
    with terminal.progress(is_shown=not json_output) as on_progress:

        def opened(folder: Path, index: Path | None = None) -> "Engine":
            index = index or base.index / "evaluation" / folder.resolve().name
            settings = base.model_copy(update={"documents": folder / "documents", "index": index})
            make_builder(settings, embedder).build(on_progress=on_progress)
            return open_engine(
                settings,
                embedder,
                reader=WithoutContext(reader) if without == "context" else reader,
                calibration=in_order_of_retrieval() if without == "reader-order" else None,
            )

        engine = opened(source, base.index if index else None)
        if calibrate:
            sets = [(engine, question_set), *((opened(folder), others[folder]) for folder in others)]
            fitted = fit_calibration(sets, on_progress=lambda *done: on_progress("reading", *done))
            terminal.print_json(fitted)
            _keep(fitted, output)
            return
        evaluation = run_evaluation(engine, question_set, on_progress=lambda *done: on_progress("asking", *done))
    if json_output:
        terminal.print_json(as_json(evaluation))
    else:
        terminal.print_out(as_table(evaluation))
        if failures:
            terminal.print_out(as_failures(evaluation))
    _keep(as_json(evaluation), output)


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
    hard_for: Annotated[
        str | None,
        typer.Option(
            metavar="READER",
            help="Draw most what this reader (as in QA_READER) gets wrong: it reads each question of the folders over "
            "its own passage and the five most similar ones.",
            show_default=False,
        ),
    ] = None,
    teacher: Annotated[
        list[str] | None,
        typer.Option(
            metavar="READER",
            help="A reader, or model/ of a larger one's run, to learn from as well. May be repeated: the mean of their "
            "judgements is learned.",
            show_default=False,
        ),
    ] = None,
    labelled: Annotated[int, typer.Option(min=1, help="Examples that the teachers judge.")] = 20_000,
    hold_back: Annotated[
        int,
        typer.Option(
            min=0, help="Articles of the first source, if it is a file, to choose on, and as many to report on."
        ),
    ] = 4,
    seed: Annotated[int, typer.Option(help="Same seed, same order of the same examples.")] = 0,
    json_output: AsJson = False,
) -> None:
    """Train a span reader, or go on with a run that was cut off; needs the extra "train"."""
    settings = open_settings()
    logging.getLogger("transformers").setLevel(logging.ERROR)  # it warns of the pooler that a reader has no use for
    from qa_service.cli import terminal  # noqa: PLC0415
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
        hard_for=hard_for,
        teachers=tuple(teacher or ()),
        n_labelled=labelled,
        n_held_back=hold_back,
        seed=seed,
        threads=settings.threads or n_cores(),
    )
    with terminal.progress(is_shown=not json_output) as on_progress:
        try:
            figures = run_training(run, settings, on_progress=on_progress)
        except KeyboardInterrupt:  # while data was prepared or read
            figures = {}
    if not figures:
        terminal.print_error(f"stopped: the same command goes on from {output}")
        raise typer.Exit(130)
    if json_output:
        terminal.print_json(figures)
    else:
        terminal.print_out(f"{output / 'reader'} is ready: QA_READER={output / 'reader'} qa-service serve")
        terminal.print_facts(figures)


def _evaluate_reader(settings: "Settings", file: Path, *, json_output: bool, output: Path | None) -> None:
    from qa_service.assembly import make_embedder, make_reader  # noqa: PLC0415
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.evaluation import evaluate_reader, figures_as_json, figures_as_table  # noqa: PLC0415
    from qa_service.reading.training.examples import read_squad  # noqa: PLC0415

    examples = read_squad(file, file.name)
    reader = make_reader(settings, lambda: make_embedder(settings))
    with terminal.progress(is_shown=not json_output) as on_progress:
        found = evaluate_reader(reader, examples, on_progress=lambda *done: on_progress("reading", *done))
    if json_output:
        terminal.print_json(figures_as_json(found))
    else:
        terminal.print_out(figures_as_table(f"{reader.name} on {file.name}", {"reader alone": found}))
    _keep(figures_as_json(found), output)


def _keep(figures: Mapping[str, object], output: Path | None) -> None:
    """Write the figures to a file, if one is named; after they were printed, for it may fail."""
    if output:
        from qa_service.cli import terminal  # noqa: PLC0415

        output.write_text(terminal.to_json(figures), encoding="utf-8")


def _weighted(source: str) -> tuple[Path, float]:
    path, is_given, weight = source.rpartition("=")
    try:
        found = (Path(path), float(weight)) if is_given else (Path(source), 1.0)
    except ValueError as error:
        raise typer.BadParameter(f"{source!r}: the weight after '=' is not a number.") from error
    if not 0 < found[1] < float("inf"):
        raise typer.BadParameter(f"{source!r}: a weight is a number above 0.")
    return found
