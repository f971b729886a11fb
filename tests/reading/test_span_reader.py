import itertools
import json
from pathlib import Path

import pytest
import torch
from fakes import passage
from reading.training.span_tiny import save_tiny, tiny_tokenizer
from transformers import BertConfig, BertForQuestionAnswering, BertModel, PreTrainedTokenizerFast

from qa_service.errors import ModelError
from qa_service.reading import SpanReader, open_span_reader
from qa_service.reading.decoding import Reading, ScoredSpan
from qa_service.reading.reader_folder import DESCRIPTION, GRAPH, TOKENIZER
from qa_service.reading.training.export import export_reader
from qa_service.reading.windows import Source

TEXT = "on monday the minister spoke in tokyo."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader that knows nothing yet, in a folder of its own."""
    path = tmp_path_factory.mktemp("reader")
    model = save_tiny(path / "model")
    export_reader(
        model, path / "model" / TOKENIZER, path / "tiny", name="tiny", max_tokens=64, overlap=16, recipe={"seed": 0}
    )
    return path / "tiny"


def copy_of(folder: Path, target: Path) -> Path:
    target.mkdir()
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def test_a_span_lies_in_its_passage_wherever_that_begins(folder: Path) -> None:
    reader = SpanReader(folder)
    passages = [passage(TEXT), passage(TEXT, start=1000, title="who spoke")]
    near, far = reader.read("who spoke", passages)
    assert 0 <= near.start < near.end <= len(TEXT)
    assert 1000 <= far.start < far.end <= 1000 + len(TEXT)


def test_words_are_whole_and_the_title_is_never_part_of_the_answer(folder: Path) -> None:
    reader = SpanReader(folder)
    for question in ("who spoke", "where", "on monday", "q"):
        [span] = reader.read(question, [passage(TEXT, title="The minister of rice")])
        assert TEXT[span.start : span.end].strip() == TEXT[span.start : span.end]
        assert span.start == 0 or not TEXT[span.start - 1].isalnum() or not TEXT[span.start].isalnum()
        assert span.end == len(TEXT) or not TEXT[span.end - 1].isalnum() or not TEXT[span.end].isalnum()


def test_many_passages_are_read_as_each_would_be_alone(folder: Path) -> None:
    reader = SpanReader(folder)
    passages = [passage(f"{TEXT} " * n) for n in (1, 9, 2, 30, 1)] * 5
    together = reader.read("who spoke", passages)
    alone = [span for one in passages for span in reader.read("who spoke", [one])]
    assert [(span.start, span.end) for span in together] == [(span.start, span.end) for span in alone]
    assert [span.score for span in together] == pytest.approx([span.score for span in alone], abs=0.05)


@pytest.mark.parametrize(
    ("question", "gap", "words"),
    [
        ("How long did they talk?", 3.0, "30 minutes"),
        ("How long did they talk?", 5.0, "Tuesday"),
        ("What was it about?", 3.0, "Tuesday"),
    ],
)
def test_words_of_the_kind_asked_for_go_before_others_that_score_a_little_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch, question: str, gap: float, words: str
) -> None:
    text = "On Tuesday they talked for 30 minutes."
    found = Reading((ScoredSpan(3, 10, 2.0 + gap), ScoredSpan(27, 37, 2.0)), null_score=1.0)
    reader = SpanReader(folder)
    monkeypatch.setattr(reader, "read_sources", lambda _sources, _n_best: {0: found})
    [span] = reader.read(question, [passage(text)])
    assert text[span.start : span.end] == words
    assert (span.score, span.null_score) == (2.0 if words == "30 minutes" else 2.0 + gap, 1.0)


def test_an_amount_that_the_model_breaks_off_is_completed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Aid of 490 million yen was given."
    found = {0: Reading((ScoredSpan(7, 18, 2.0),), 0.0)}
    reader = SpanReader(folder)
    monkeypatch.setattr(reader, "read_sources", lambda _sources, _n_best: found)
    [span] = reader.read("How much aid was given?", [passage(text, start=100)])
    assert text[span.start - 100 : span.end - 100] == "490 million yen"


def test_a_passage_without_a_token_has_no_hope_and_no_passages_no_spans(folder: Path) -> None:
    reader = SpanReader(folder)
    [blank, span] = reader.read("who spoke", [passage("\u200b\u200b"), passage(TEXT)])
    assert (blank.start, blank.end, blank.score - blank.null_score) == (0, 2, -100.0)
    assert span.score - span.null_score > -100
    assert reader.read("who spoke", []) == []


def test_several_spans_of_a_passage_are_apart(folder: Path) -> None:
    spans = SpanReader(folder).read_sources([Source("who spoke", TEXT)], n_best=3)[0].spans
    assert len(spans) == 3
    taken = sorted((span.start, span.end) for span in spans)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(taken))


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER])
def test_a_file_that_changed_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    damaged = copy_of(folder, tmp_path / "damaged")
    content = bytearray((damaged / name).read_bytes())
    content[len(content) // 2] ^= 1
    (damaged / name).write_bytes(bytes(content))
    with pytest.raises(ModelError, match=f"{name} of the reader in damaged/ is not the one it was made with"):
        SpanReader(damaged)


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER, DESCRIPTION])
def test_a_missing_file_is_a_clear_error(folder: Path, tmp_path: Path, name: str) -> None:
    damaged = copy_of(folder, tmp_path / "damaged")
    (damaged / name).unlink()
    with pytest.raises(ModelError, match="the reader in damaged/ can't be read"):
        SpanReader(damaged)


def test_a_tokenizer_that_the_model_has_no_vectors_for_is_refused(folder: Path, tmp_path: Path) -> None:
    damaged = copy_of(folder, tmp_path / "damaged")
    description = json.loads((damaged / DESCRIPTION).read_text())
    (damaged / DESCRIPTION).write_text(json.dumps(description | {"n_vocabulary": 10}))
    with pytest.raises(ModelError, match=r"tokens, its model knows 10"):
        SpanReader(damaged)


def save_hugging_face(folder: Path, *, has_head: bool = True) -> Path:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=200, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=66,
    )  # fmt: skip
    (BertForQuestionAnswering(config) if has_head else BertModel(config)).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tiny_tokenizer(), pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    return folder


def test_a_hugging_face_folder_is_exported_once_and_reads_as_its_model_does(tmp_path: Path) -> None:
    folder = save_hugging_face(tmp_path / "their-model")
    reader = open_span_reader(str(folder), tmp_path / "exports")
    [span] = reader.read("who spoke", [passage(TEXT, title="")])
    model = BertForQuestionAnswering.from_pretrained(folder).eval()
    encoding = tiny_tokenizer().encode("who spoke", TEXT)
    with torch.no_grad():
        output = model(torch.tensor([encoding.ids]), token_type_ids=torch.tensor([encoding.type_ids]))
    assert span.null_score == pytest.approx(float(output.start_logits[0, 0] + output.end_logits[0, 0]), abs=1e-4)
    [export] = (tmp_path / "exports").glob("[!.]*")
    written = export.stat().st_mtime_ns
    assert open_span_reader(str(folder), tmp_path / "exports").name == reader.name
    assert export.stat().st_mtime_ns == written


def test_a_model_without_a_head_for_questions_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    folder = save_hugging_face(tmp_path / "encoder", has_head=False)
    with pytest.raises(ModelError, match="was not trained for question answering"):
        open_span_reader(str(folder), tmp_path / "exports")
    assert list((tmp_path / "exports").glob("[!.]*")) == []


@pytest.mark.slow
def test_a_name_that_cannot_be_reached_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="Name 'span', 'sentence', a folder, or a question-answering"):
        open_span_reader("nobody/nothing", tmp_path / "exports")


def test_a_path_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no such folder"):
        open_span_reader("./nowhere", tmp_path)


def test_a_folder_of_our_own_form_is_opened_as_it_is(folder: Path, tmp_path: Path) -> None:
    assert open_span_reader(str(folder), tmp_path / "exports").name == "tiny"
    assert not (tmp_path / "exports").exists()
