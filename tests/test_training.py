"""A whole `qa-service train` with a model that builds in milliseconds."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import onnx
import pytest
from fakes import WordEmbedder, passage
from reading.training.span_tiny import save_tiny, tiny_tokenizer_with_wide_frame
from safetensors.torch import load_file

from qa_service.config import Settings
from qa_service.errors import ModelError, QaServiceError, TrainingError
from qa_service.evaluation import evaluate_reader
from qa_service.reading import SpanReader
from qa_service.reading.training.hard_negatives import hardest_first, read_candidates
from qa_service.reading.training.plan import Plan
from qa_service.reading.training.prepare import PreparedSource, read_source, write_source
from qa_service.reading.training.sources import read_file
from qa_service.training import TrainingRun, train
from qa_service.training_data import prepared_sources


def write_squad(path: Path, n_articles: int) -> Path:
    """Articles of two passages, a question on each."""

    def paragraph(article: int, city: str) -> dict[str, object]:
        context = f"on monday the minister spoke in {city} {article}. in tokyo who was on ? the minister spoke."
        answer = {"text": city, "answer_start": context.index(city)}
        return {
            "context": context,
            "qas": [{"id": f"{article}{city}", "question": f"in {city} who", "answers": [answer]}],
        }

    data = [
        {"title": f"article {n}", "paragraphs": [paragraph(n, city) for city in ("kyoto", "osaka")]}
        for n in range(n_articles)
    ]
    path.write_text(json.dumps({"data": data}))
    return path


@pytest.fixture
def run(tmp_path: Path) -> TrainingRun:
    """A run over six articles, of which two are held back."""
    save_tiny(tmp_path / "base")
    return TrainingRun(
        sources=((write_squad(tmp_path / "squad.json", 6), 1.0),),
        output=tmp_path / "run",
        base=str(tmp_path / "base"),
        n_examples=40,
        n_held_back=1,
        threads=1,
    )


def start(run: TrainingRun, settings: Settings, told: list[tuple[str, int, int]] | None = None) -> dict[str, object]:
    def on_progress(stage: str, done: int, total: int) -> None:
        if told is not None:
            told.append((stage, done, total))

    return train(run, settings, on_progress=on_progress, embedder=WordEmbedder())  # type: ignore[arg-type]


def test_a_run_ends_with_a_reader_that_reads(run: TrainingRun, settings: Settings) -> None:
    told: list[tuple[str, int, int]] = []
    figures = start(run, settings, told)
    assert figures["shipped"] in {"int8", "fp32"}
    assert told[-1] == ("training", 40, 40)
    reader = SpanReader(run.output / "reader")
    text = "the minister spoke in kyoto."
    [span] = reader.read("in kyoto who", [passage(text)])
    assert text[span.start : span.end].strip()
    assert json.loads((run.output / "reader" / "reader.json").read_text())["recipe"]["n_examples"] == 40


def test_the_held_back_files_can_be_measured_and_were_not_trained_on(run: TrainingRun, settings: Settings) -> None:
    start(run, settings)
    held = [read_file(run.output / f"held-back-{letter}.json") for letter in "ab"]
    trained = {item.example.article for item in read_source(run.output / "data" / "squad.gz").items}
    assert [len(part) for part in held] == [2, 2]
    assert len(trained) == 4
    assert not trained & {example.article for part in held for example in part}
    assert evaluate_reader(SpanReader(run.output / "reader"), held[0])["f1"].n == 2


@pytest.mark.parametrize(("lost", "shipped"), [(0.9, "int8"), (1.0, "fp32")])
def test_int8_is_shipped_when_it_costs_less_than_a_point(
    run: TrainingRun, settings: Settings, monkeypatch: pytest.MonkeyPatch, lost: float, shipped: str
) -> None:
    measured = iter([{"f1": 0.0}, {"f1": 80.0}, {"f1": 80.0 - lost}])  # at the end of training, of fp32, of int8
    monkeypatch.setattr("qa_service.training.evaluate", lambda *_, **__: next(measured))
    assert start(replace(run, n_examples=8), settings)["shipped"] == shipped
    graph = onnx.load(str(run.output / "reader" / "model.onnx")).graph
    assert any("Integer" in node.op_type for node in graph.node) == (shipped == "int8")


def test_the_same_command_goes_on_and_another_is_refused(run: TrainingRun, settings: Settings) -> None:
    start(run, settings)
    log = (run.output / "log.jsonl").read_text().count('"event": "step"')
    start(run, settings)
    assert (run.output / "log.jsonl").read_text().count('"event": "step"') == log
    with pytest.raises(TrainingError, match="another learning_rate"):
        start(replace(run, learning_rate=1.0), settings)


def test_a_source_that_is_prepared_is_not_prepared_again(
    run: TrainingRun, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = replace(run, sources=(*run.sources, (write_squad(tmp_path / "second.json", 3), 1.0)))

    def cut_off(path: Path, source: PreparedSource) -> None:
        if source.name == "second":
            raise KeyboardInterrupt
        write_source(path, source)

    with monkeypatch.context() as patch:
        patch.setattr("qa_service.training_data.write_source", cut_off)
        with pytest.raises(KeyboardInterrupt):
            start(two, settings)
    first = run.output / "data" / "squad.gz"
    written = first.stat().st_mtime_ns
    assert start(two, settings)["shipped"] in {"int8", "fp32"}
    assert first.stat().st_mtime_ns == written
    assert not {item.example.article for item in read_source(first).items} & {
        example.article for letter in "ab" for example in read_file(run.output / f"held-back-{letter}.json")
    }


def test_a_folder_that_holds_something_else_is_left_alone(run: TrainingRun, settings: Settings) -> None:
    run.output.mkdir()
    (run.output / "letter.txt").write_text("dear")
    with pytest.raises(TrainingError, match="is not empty and holds no run"):
        start(run, settings)
    assert [path.name for path in run.output.iterdir()] == ["letter.txt"]


@pytest.fixture
def own(run: TrainingRun, tmp_path: Path, write_releases: Callable[[dict[str, str]], Path]) -> TrainingRun:
    """A run over two own questions, one of which no release answers."""
    write_releases(
        {
            "a.txt": "Tokyo talks\n\nMay 1, 2005\n\nThe minister spoke in tokyo on monday about trade with the farmers "
            "of the north and asked them for patience and for more rice.\n",
            "b.txt": "Kyoto talks\n\nMay 2, 2006\n\nThe minister spoke in kyoto on monday about whales with the "
            "fishermen of the south and asked them for nothing at all.\n",
        }
    )
    rows = [
        {"id": "1", "question": "Where did the minister speak of trade?", "kind": "place", "document": "a.txt",
         "answers": ["tokyo"], "sentence": "spoke in tokyo on monday about trade"},
        {"id": "2", "question": "Where did the minister speak of cars?", "kind": "unanswerable", "document": None,
         "answers": [], "miss": "near"},
    ]  # fmt: skip
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return replace(run, sources=((tmp_path, 1.0),), n_held_back=0, output=tmp_path / "own")


def test_own_questions_are_read_with_passages_and_near_misses_from_the_retriever(
    own: TrainingRun, settings: Settings, tmp_path: Path
) -> None:
    assert start(own, settings)["shipped"] == "int8"
    source = read_source(tmp_path / "own" / "data" / f"{tmp_path.name}.gz")
    answered, unanswered = source.items
    assert answered.example.context[answered.example.answers[0].start :].startswith("tokyo")
    assert answered.example.title == "Tokyo talks | May 1, 2005"
    assert any("kyoto" in source.passages[row] for row in answered.similar)
    assert unanswered.example.answers == ()
    assert unanswered.similar  # other passages that the retriever finds for it, and that don't answer it either


def test_an_own_questions_answer_is_marked_in_its_sentence_and_never_within_a_number(
    settings: Settings, tmp_path: Path, write_releases: Callable[[dict[str, str]], Path]
) -> None:
    write_releases(
        {
            "a.txt": "Judge Sowah\n\nMay 1, 2018\n\nIn 2014 the judge chaired one for the Supreme Court of Ghana "
            "for 14 months.\n\nThe judge wrote 88 judgments of the Supreme Court of Ghana,\n14\nof them dissents, "
            "as his office has counted.\n",
            "b.txt": "Judge Mensah\n\nMay 2, 2018\n\nThe judge wrote 2014 judgments of the Supreme Court, none of them "
            "dissents, as his office has counted.\n",
        }
    )
    row = {
        "id": "1", "question": "How many judgments of the judge were dissents?", "kind": "number", "document": "a.txt",
        "answers": ["14", "14 of them"], "sentence": "88 judgments of the Supreme Court of Ghana, 14 of them dissents",
    }  # fmt: skip
    (tmp_path / "questions.jsonl").write_text(json.dumps(row))
    [source] = prepared_sources(
        [tmp_path],
        tmp_path,
        settings.model_copy(update={"passage_tokens": 40}),
        n_held_back=0,
        on_progress=lambda *_: None,
        embedder=WordEmbedder(),  # type: ignore[arg-type]
    )
    [item] = source.items
    context = item.example.context
    assert [context[answer.start :][:12] for answer in item.example.answers] == ["14\nof them d"] * 2
    near = [source.passages[row] for row in item.similar]
    assert any("2014 judgments" in passage for passage in near)
    assert not any("14 months" in passage for passage in near)


def test_own_questions_come_in_the_order_of_a_readers_mistakes_which_are_kept_when_the_run_is_cut_off(
    own: TrainingRun, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = (write_squad(tmp_path / "articles.json", 2), 0.5)
    hard = replace(own, sources=(*own.sources, articles), hard_for="sentence")

    def cut_off(stage: str, *_: int) -> None:
        if stage == "reading":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(hard, settings, on_progress=cut_off, embedder=WordEmbedder())  # type: ignore[arg-type]
    kept = next((hard.output / "readings").iterdir())
    [first] = kept.read_text().splitlines()

    drawn: list[PreparedSource] = []
    monkeypatch.setattr(
        "qa_service.training.Plan", lambda sources, *rest, **more: drawn.extend(sources) or Plan(sources, *rest, **more)
    )
    told: list[tuple[str, int, int]] = []
    assert start(hard, settings, told)["shipped"] == "int8"
    assert ("reading", 2, 2) in told
    lines = kept.read_text().splitlines()
    assert lines[0] == first
    assert [json.loads(line)["id"] for line in lines] == ["1", "2"]
    prepared = [read_source(hard.output / "data" / f"{name}.gz") for name in (tmp_path.name, "articles")]
    found = read_candidates(prepared[0], None, kept)  # type: ignore[arg-type]  # all is there, so no reader is asked
    assert drawn == [hardest_first(prepared[0], found, seed=0), prepared[1]]


@pytest.mark.parametrize(("reader", "message"), [("./nowhere", "no such folder"), ("sentence", "name a folder")])
def test_a_reader_whose_mistakes_cannot_be_read_is_said_before_anything_is_written(
    run: TrainingRun, settings: Settings, reader: str, message: str
) -> None:
    folders = ((run.output.parent, 1.0),) if reader == "./nowhere" else ()
    with pytest.raises(QaServiceError, match=message):
        start(replace(run, sources=(*run.sources, *folders), hard_for=reader), settings)
    assert not run.output.exists()


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ((("gone.json", 1.0),), "there is no gone.json"),
        ((("README.md", 1.0),), "name a folder with questions.jsonl"),
        ((("broken.json", 1.0),), "can't be read as SQuAD's form"),
        ((("squad.json", 1.0), ("base/../squad.json", 1.0)), "two sources have one name"),
    ],
)
def test_data_that_cannot_be_used_is_named(
    run: TrainingRun,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sources: Sequence[tuple[str, float]],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("README.md").write_text("words")
    Path("broken.json").write_text("[]")
    with pytest.raises(TrainingError, match=message):
        start(replace(run, sources=tuple((Path(path), share) for path, share in sources)), settings)


def test_a_file_of_questions_without_answers_is_read_beside_others(
    run: TrainingRun, settings: Settings, tmp_path: Path
) -> None:
    qas = [{"id": "1", "question": "in nara who", "answers": [], "is_impossible": True}]
    paragraphs = [{"context": "the farmers spoke.", "qas": qas}]
    (tmp_path / "none.json").write_text(json.dumps({"data": [{"title": "none", "paragraphs": paragraphs}]}))
    start(replace(run, sources=(*run.sources, (tmp_path / "none.json", 1.0)), n_examples=8), settings)
    [item] = read_source(run.output / "data" / "none.gz").items
    assert (item.example.answers, item.similar) == ((), ())


def test_a_file_of_which_all_is_held_back_is_said(run: TrainingRun, settings: Settings, tmp_path: Path) -> None:
    start(replace(run, n_examples=8), settings)
    held = run.output / "held-back-b.json"
    again = replace(run, output=tmp_path / "again", sources=(*run.sources, (held, 1.0)))
    with pytest.raises(TrainingError, match="held-back-b is what a run calls"):
        start(again, settings)
    renamed = held.rename(tmp_path / "renamed.json")
    with pytest.raises(TrainingError, match=r"renamed\.json holds only passages that are held back"):
        start(replace(again, sources=(*run.sources, (renamed, 1.0))), settings)


def test_too_few_articles_to_hold_back_is_said(run: TrainingRun, settings: Settings) -> None:
    with pytest.raises(TrainingError, match="too few articles to hold back 2 x 3"):
        start(replace(run, n_held_back=3), settings)
    assert (
        start(replace(run, n_held_back=0), settings)["shipped"] == "int8"
    )  # nothing was made that other options spoil


def test_a_base_that_is_no_model_folder_is_said(run: TrainingRun, settings: Settings) -> None:
    with pytest.raises(ModelError, match="no such folder"):
        start(replace(run, base="./nowhere"), settings)


def test_a_base_whose_form_or_weights_cannot_be_used_is_said(run: TrainingRun, settings: Settings) -> None:
    config = Path(run.base) / "config.json"
    weights = Path(run.base) / "model.safetensors"
    for file, content in ((weights, b"torn"), (config, b'{"model_type": "distilbert"}'), (config, b"{}")):
        file.write_bytes(content)
        with pytest.raises(ModelError, match="can't be trained: "):
            start(run, settings)
    assert not run.output.exists()


def test_a_teacher_that_is_missing_is_said_before_anything_is_prepared(run: TrainingRun, settings: Settings) -> None:
    with pytest.raises(ModelError, match=r"not a folder with tokenizer\.json"):
        start(replace(run, teachers=(str(run.output.parent / "documents"),)), settings)
    assert not run.output.exists()


def test_a_base_without_its_configuration_is_said(run: TrainingRun, settings: Settings) -> None:
    (Path(run.base) / "config.json").unlink()
    with pytest.raises(ModelError, match=r"not a folder with config\.json"):
        start(run, settings)


def test_a_finished_reader_can_be_trained_further(run: TrainingRun, settings: Settings) -> None:
    start(run, settings)
    further = replace(run, base=str(run.output / "reader"), output=run.output.parent / "further", learning_rate=1e-7)
    start(further, settings)
    first, second = SpanReader(run.output / "reader"), SpanReader(further.output / "reader")
    [before], [after] = (one.read("who spoke", [passage("the minister spoke.")]) for one in (first, second))
    assert after.score == pytest.approx(before.score, abs=0.05)


def test_a_smaller_reader_learns_from_a_larger_ones_judgement(run: TrainingRun, settings: Settings) -> None:
    start(run, settings)
    told: list[tuple[str, int, int]] = []
    taught = replace(
        run, teachers=(str(run.output / "model"),), n_labelled=30, output=run.output.parent / "taught", n_frozen=1
    )
    assert start(taught, settings, told)["shipped"] in {"int8", "fp32"}
    assert ("labelling", 0, 1) in told
    assert (taught.output / "labels" / "0" / "round-00000.npz").exists()
    kept = load_file(run.output.parent / "base" / "model.safetensors")
    learned = load_file(taught.output / "model" / "model.safetensors")
    moved = {name for name, weight in kept.items() if not weight.equal(learned[name])}
    assert moved
    assert all(name.startswith("encoder.layer.1.") for name in moved)


def test_a_teacher_that_frames_its_windows_otherwise_judges_the_same_ones(
    run: TrainingRun, settings: Settings, tmp_path: Path
) -> None:
    squad = json.loads((tmp_path / "squad.json").read_text())
    for article in squad["data"]:
        for paragraph in article["paragraphs"]:
            paragraph["context"] += " a b" * 200  # two windows
    (tmp_path / "squad.json").write_text(json.dumps(squad))
    save_tiny(tmp_path / "teacher")
    tiny_tokenizer_with_wide_frame().save(str(tmp_path / "teacher" / "tokenizer.json"))
    taught = replace(run, teachers=(str(tmp_path / "teacher"), run.base), n_labelled=4, n_examples=8)
    assert start(taught, settings)["shipped"] in {"int8", "fp32"}
