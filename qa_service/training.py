"""Data and a recipe to a reader: what `qa-service train` does. Needs torch.

A run lives in one folder: prepared data, checkpoints, a log, and at the end the reader. The same command goes on where
a run was cut off.
"""

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import torch

from qa_service.assembly import make_embedder, make_reader
from qa_service.config import Settings
from qa_service.embedding import SentenceTransformerEmbedder, model_source
from qa_service.errors import ModelError, TrainingError
from qa_service.protocols import Reader
from qa_service.reading import PACKAGED, PACKAGED_NAME
from qa_service.reading.reader_folder import DESCRIPTION, GRAPH, TOKENIZER, read_folder
from qa_service.reading.training.distill import TaughtPlan, distillation_loss, label_rounds
from qa_service.reading.training.evaluate import DevSet, dev_set, evaluate, onnx_scorer, torch_scorer
from qa_service.reading.training.export import export_reader
from qa_service.reading.training.features import Batch, collate
from qa_service.reading.training.hard_negatives import hardest_first, read_candidates
from qa_service.reading.training.loop import Recipe, Trainer, span_loss
from qa_service.reading.training.plan import Mixture, Plan
from qa_service.reading.training.prepare import PreparedSource
from qa_service.reading.training.sources import source_name
from qa_service.reading.training.span_model import CONFIG, SpanModel
from qa_service.reading.training.thaw import thaw
from qa_service.reading.windows import WindowCutter
from qa_service.sentences import sentence_spans
from qa_service.training_data import HELD_BACK, held_back_source, prepared_sources

MAX_TOKENS, OVERLAP = 256, 96
# Batches of the training data from which an export learns how large the model's numbers become.
_N_SAMPLES = 8
# Int8 is shipped when it costs less than this, in points of F1 on held-back questions.
_MOST_LOST_F1 = 1.0
# An evaluation takes as long as training on some 2,000 examples, so a short run has only the one at its end.
_EVALUATE_EVERY = 10_000
_N_UNANSWERABLE = 200  # of each kind in a development set
# Hinton et al. soften with 2 to 5 and weigh the teacher more than the annotators; not searched here.
_TEACHERS_SHARE, _TEMPERATURE = 0.7, 2.0

OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """What to train on, and how. The packaged reader's own run is in its model card.

    Attributes:
        sources: Files or folders, each with its share of the examples.
        base: An encoder or a reader to start from: a folder or a name.
        unanswerable: Share of examples without an answer, not counting `n_beside`.
        n_beside: Similar passages read together with each one that answers, so that scores compare across passages.
        n_frozen: Lowest layers kept as they are, with the embeddings; None trains all.
        hard_for: Reader, named as in the settings, whose mistakes over the folders among the sources are drawn most.
        teachers: Readers, or `model/` of larger ones' runs; the mean of their judgements is learned beside the
            annotators'.
        n_labelled: Examples that the teachers judge; the run reads them again and again.
        n_held_back: Articles of the first source kept for choosing, and as many more for reporting.
    """

    sources: tuple[tuple[Path, float], ...]
    output: Path
    base: str = "all-MiniLM-L6-v2"
    n_examples: int = 100_000
    learning_rate: float = 2.5e-4
    unanswerable: float = 0.30
    n_beside: int = 0
    n_frozen: int | None = None
    hard_for: str | None = None
    teachers: tuple[str, ...] = ()
    n_labelled: int = 20_000
    n_held_back: int = 4
    seed: int = 0
    threads: int = 2


def train(
    run: TrainingRun,
    settings: Settings,
    *,
    on_progress: OnProgress,
    embedder: SentenceTransformerEmbedder | None = None,
) -> dict[str, object]:
    """Train, or go on training, until the run is finished or interrupted; return its figures, empty if interrupted.

    Near misses are found with `embedder`, by default the one that the settings name.

    Raises:
        TrainingError: The data can't be used, or the folder holds another run.
        ModelError: The base can't be read.
    """
    _check_sources([path for path, _ in run.sources])
    model, tokenizer = load_base(run.base)
    for teacher in run.teachers:
        _model_folder(teacher)
    judge = _judge(run, settings, lambda: embedder or make_embedder(settings)) if run.hard_for else None
    _claim(run)
    sources = prepared_sources(
        [path for path, _ in run.sources],
        run.output,
        settings,
        n_held_back=run.n_held_back,
        on_progress=partial(on_progress, "preparing"),
        embedder=embedder,
    )
    if judge:
        sources = _hardest_first(run, sources, judge, partial(on_progress, "reading"))
    torch.set_num_threads(1)  # the trainer has its own threads, one piece of a batch each
    plan = _plan(run, sources, tokenizer)
    cutter = plan.cutter
    held_back = held_back_source(run.output)
    dev = dev_set(held_back, 10_000, _N_UNANSWERABLE) if held_back else None
    if run.n_frozen is not None:
        model.freeze_lowest(run.n_frozen)
    trainer = Trainer(
        model,
        _taught(run, sources, plan, on_progress) if run.teachers else plan,
        Recipe(
            run.n_examples,
            run.learning_rate,
            n_threads=run.threads,
            evaluate_every=max(_EVALUATE_EVERY, run.n_examples // 10),
        ),
        folder=run.output,
        pad_id=cutter.pad_id,
        evaluate=lambda model: evaluate(torch_scorer(model), cutter, dev, n_threads=run.threads) if dev else {},
        loss=distillation_loss(share=_TEACHERS_SHARE, temperature=_TEMPERATURE) if run.teachers else span_loss,
        on_progress=partial(on_progress, "training"),
    )
    trainer.resume()
    with _stopping(trainer.stop):
        trainer.run()
    if not trainer.is_finished:
        return {}
    model.save(run.output / "model", tokenizer)
    samples = [collate(features, cutter.pad_id) for features in plan.batches(0)[:_N_SAMPLES]]
    return _export(run, model, cutter, dev, samples)


def _judge(run: TrainingRun, settings: Settings, embedder: Callable[[], SentenceTransformerEmbedder]) -> Reader:
    if not any(path.is_dir() for path, _ in run.sources):
        raise TrainingError("--hard-for is about questions over releases: name a folder with questions.jsonl as well")
    return make_reader(settings.model_copy(update={"reader": run.hard_for, "threads": run.threads}), embedder)


def _hardest_first(
    run: TrainingRun, sources: Sequence[PreparedSource], judge: Reader, on_progress: Callable[[int, int], None]
) -> list[PreparedSource]:
    """Return the sources, folders in the order of the judge's mistakes; what it finds is kept in the run's folder."""
    ordered = []
    for (path, _), source in zip(run.sources, sources, strict=True):
        if path.is_dir():
            findings = run.output / "readings" / f"{source.name}.jsonl"
            found = read_candidates(source, judge, findings, on_progress=on_progress)
            ordered.append(hardest_first(source, found, seed=run.seed))
        else:
            ordered.append(source)
    return ordered


def _plan(run: TrainingRun, sources: Sequence[PreparedSource], tokenizer: Path, *, room: int | None = None) -> Plan:
    """Return the plan of a model with this tokenizer; `room` is that of another one's windows."""
    cutter = WindowCutter.load(tokenizer, max_tokens=MAX_TOKENS, overlap=OVERLAP)
    if room is not None:
        cutter = WindowCutter.load(tokenizer, max_tokens=MAX_TOKENS + room - cutter.room, overlap=OVERLAP)
    weights = {source_name(path): weight for path, weight in run.sources}
    mixture = Mixture(weights, unanswerable=run.unanswerable, n_beside=run.n_beside)
    return Plan(sources, mixture, cutter=cutter, split=sentence_spans, seed=run.seed)


def _taught(run: TrainingRun, sources: Sequence[PreparedSource], plan: Plan, on_progress: OnProgress) -> TaughtPlan:
    """Return the plan with the teachers' judgement, which is written to the run's folder round by round."""
    folders = [run.output / "labels" / str(number) for number in range(len(run.teachers))]
    for teacher, folder in zip(run.teachers, folders, strict=True):
        label_rounds(
            partial(_teacher, teacher),
            _plan(run, sources, _model_folder(teacher) / TOKENIZER, room=plan.cutter.room),
            -(-run.n_labelled // plan.round_size),
            folder,
            n_threads=run.threads,
            on_progress=partial(on_progress, "labelling"),
        )
    return TaughtPlan(plan, folders)


def _teacher(name: str) -> SpanModel:
    return load_base(name)[0]


def _check_sources(paths: Sequence[Path]) -> None:
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise TrainingError(f"there is no {', '.join(missing)}: name files or folders to train on")
    names = [source_name(path) for path in paths]
    if taken := set(names) & set(HELD_BACK):
        raise TrainingError(
            f"{taken.pop()} is what a run calls questions that it holds back: rename that file or folder"
        )
    if len(set(names)) < len(names):
        raise TrainingError(f"two sources have one name ({', '.join(names)}): rename a file or folder")


def load_base(base: str) -> tuple[SpanModel, Path]:
    """Return the model to start from and its tokenizer's file: an encoder's or a reader's, as weights or as a graph.

    Raises:
        ModelError: The folder lacks a file, its files don't belong together, or it is no model of a form that can be
            trained.
    """
    folder = _model_folder(base)
    if (folder / DESCRIPTION).is_file():
        read_folder(folder)  # compares its files with their checksums
    graphs = [] if any(folder.glob("*.safetensors")) else sorted(folder.glob("*.onnx"))
    try:
        model = SpanModel.untrained(folder) if graphs else SpanModel.load(folder)
    except Exception as error:  # those of transformers and safetensors have no common class
        raise ModelError(f"{base!r} can't be trained: {error}") from error
    if graphs:
        thaw(graphs[0], model)
    return model, folder / TOKENIZER


def _model_folder(model: str) -> Path:
    folder = PACKAGED if model == PACKAGED_NAME else Path(model_source(model))
    for file in (TOKENIZER, CONFIG):
        if not (folder / file).is_file():
            raise ModelError(f"{model!r} is not a folder with {file}: name the folder of a model")
    return folder


def _claim(run: TrainingRun) -> None:
    """Write down what the folder's run is or, if it has data already, make sure that it is this one."""
    recipe = json.loads(json.dumps(asdict(run) | {"threads": None}, default=str))
    path = run.output / "recipe.json"
    has_data = any([*run.output.glob("data/*.gz"), *run.output.glob("held-back-*.json")])
    if path.exists() and has_data:
        known = json.loads(path.read_text("utf-8"))
        other = sorted(key for key in recipe if recipe[key] != known.get(key))
        if other:
            raise TrainingError(
                f"{run.output} holds a run with another {', '.join(other)}: give the same options to go on with it, "
                "or name another folder"
            )
        return
    if not path.exists() and run.output.exists() and any(run.output.iterdir()):
        raise TrainingError(f"{run.output} is not empty and holds no run: name another folder")
    run.output.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(recipe, indent=1) + "\n", encoding="utf-8")


def _export(
    run: TrainingRun, model: SpanModel, cutter: WindowCutter, dev: DevSet | None, samples: Sequence[Batch]
) -> dict[str, object]:
    """Write the reader, in int8 unless that costs too much, and its figures."""
    figures: dict[str, object] = {}
    recipe = json.loads((run.output / "recipe.json").read_text("utf-8"))
    write = partial(
        export_reader,
        model,
        run.output / "model" / TOKENIZER,
        run.output / "reader",
        name=run.output.resolve().name,
        max_tokens=MAX_TOKENS,
        overlap=OVERLAP,
        recipe=recipe,
        samples=samples,
    )
    if dev:
        write(is_int8=False)
        scores = {"fp32": evaluate(onnx_scorer(run.output / "reader" / GRAPH), cutter, dev, n_threads=run.threads)}
        write(is_int8=True)
        scores["int8"] = evaluate(onnx_scorer(run.output / "reader" / GRAPH), cutter, dev, n_threads=run.threads)
        figures |= scores
        if scores["fp32"]["f1"] - scores["int8"]["f1"] >= _MOST_LOST_F1:
            write(is_int8=False)
            figures["shipped"] = "fp32"
    else:
        write(is_int8=True)
    figures.setdefault("shipped", "int8")
    (run.output / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return figures


@contextmanager
def _stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Let an interruption finish the step that is under way, and save."""
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
