"""The packaged model itself, exported once per session."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from sentence_transformers import SentenceTransformer

from qa_service.config import Settings
from qa_service.embedding import SentenceTransformerEmbedder
from qa_service.embedding.sentence_transformer import PACKAGED
from qa_service.errors import DamagedExportError, ModelError
from qa_service.model_folders import write_once
from qa_service.rebuilding import rebuild

pytestmark = pytest.mark.slow

QUESTION = "How long did Koizumi and Putin talk?"
TEXTS = [
    "They talked for approximately 30 minutes.",
    "会談は約30分間行われた。",
    "Toyota will build a plant. " * 60,
    "",
]


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encoders")


@pytest.fixture(scope="module")
def embedder(encoders: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(PACKAGED, encoders)


def test_every_row_is_a_unit_vector(embedder: SentenceTransformerEmbedder) -> None:
    vectors = embedder.encode_sentences(TEXTS)
    assert vectors.shape == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_the_export_gives_the_vectors_of_sentence_transformers(
    embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_service.embedding.sentence_transformer.has_bf16", lambda: False)
    model = SentenceTransformer(embedder._source, device="cpu")
    expected = model.encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(embedder.encode_passages(TEXTS * 101)[:4], expected, atol=1e-5)


def test_a_large_build_in_bf16_gives_nearly_the_vectors_of_fp32(
    embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_service.embedding.sentence_transformer.has_bf16", lambda: True)
    monkeypatch.setattr("qa_service.embedding.sentence_transformer._FEW_TEXTS", 3)
    in_bf16 = embedder.encode_passages(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(in_bf16, axis=1), 1.0, atol=1e-6)
    cosines = np.sum(in_bf16 * embedder.encode_sentences(TEXTS), axis=1)
    assert 0.9995 < cosines.min() < 0.9999999, "bf16 is near fp32, and another arithmetic"


def test_a_question_has_the_vector_of_the_same_words_as_a_passage(embedder: SentenceTransformerEmbedder) -> None:
    np.testing.assert_allclose(embedder.encode_question(QUESTION), embedder.encode_passages([QUESTION])[0], atol=1e-5)


def test_a_question_is_nearest_to_its_answer(embedder: SentenceTransformerEmbedder) -> None:
    assert int(np.argmax(embedder.encode_sentences(TEXTS) @ embedder.encode_question(QUESTION))) == 0


def test_of_a_few_texts_each_has_the_vector_that_it_has_alone(embedder: SentenceTransformerEmbedder) -> None:
    np.testing.assert_array_equal(embedder.encode_sentences(TEXTS[:1]), embedder.encode_sentences(TEXTS)[:1])


def test_a_text_has_nearly_the_same_vector_in_any_batch(embedder: SentenceTransformerEmbedder) -> None:
    many = embedder.encode_sentences(TEXTS * 10)
    np.testing.assert_allclose(embedder.encode_sentences(TEXTS), many[:4], atol=1e-6)


def test_progress_counts_every_text(embedder: SentenceTransformerEmbedder) -> None:
    done: list[int] = []
    embedder.encode_passages(TEXTS * 10, done.append)
    assert sum(done) == 40


def test_no_texts_give_no_rows(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.encode_passages([]).shape == (0, 384)


def test_tokens_are_counted_uncut(embedder: SentenceTransformerEmbedder) -> None:
    short, long = embedder.count_tokens(["Two words", "word " * 1000])
    assert (short, long) == (4, 1002)
    assert embedder.max_tokens == 256


def test_a_model_folder_gives_the_same_vectors_under_its_own_name(
    embedder: SentenceTransformerEmbedder, encoders: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "our-model"
    shutil.copytree(embedder._source, folder)
    other = SentenceTransformerEmbedder(str(folder), encoders)
    assert other.name.startswith("our-model@")
    assert other.name.split("@")[1] == embedder.name.split("@")[1]
    np.testing.assert_allclose(other.encode_question(QUESTION), embedder.encode_question(QUESTION), atol=1e-6)


@pytest.mark.parametrize("name", ["model.onnx", "weights.bin", "tokenizer.json", "encoder.json"])
def test_a_damaged_export_is_refused(
    embedder: SentenceTransformerEmbedder, encoders: Path, tmp_path: Path, name: str
) -> None:
    copy = tmp_path / "encoders"
    shutil.copytree(encoders, copy)
    damage(copy / embedder.name / name)
    with pytest.raises(DamagedExportError, match=r"question encoder in .*\. Run 'qa-service build'") as raised:
        SentenceTransformerEmbedder(PACKAGED, copy)
    assert raised.value.folder == copy / embedder.name


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x81
    path.write_bytes(data)


def test_a_tokenizer_with_other_words_is_refused(
    embedder: SentenceTransformerEmbedder, encoders: Path, tmp_path: Path
) -> None:
    shutil.copytree(encoders, tmp_path / "encoders")
    path = tmp_path / "encoders" / embedder.name / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    words = tokenizer["model"]["vocab"]
    words["minister"], words["president"] = words["president"], words["minister"]
    path.write_text(json.dumps(tokenizer))
    with pytest.raises(DamagedExportError, match="is damaged"):
        SentenceTransformerEmbedder(PACKAGED, tmp_path / "encoders")


def test_a_build_makes_a_damaged_export_again(
    embedder: SentenceTransformerEmbedder, encoders: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(encoders, settings.index / "encoders")
    path = settings.index / "encoders" / embedder.name / "tokenizer.json"
    damage(path)
    assert rebuild(settings).report.n_documents == 3
    assert f"{embedder.name}/ is damaged and is made again" in caplog.text
    assert path.read_bytes() == (encoders / embedder.name / "tokenizer.json").read_bytes()


def test_what_a_killed_export_left_goes_with_the_next(tmp_path: Path) -> None:
    left = tmp_path / "encoders" / ".export-x7f2"
    left.mkdir(parents=True)
    (left / "model.onnx").write_text("half")

    def write(staging: Path) -> None:
        assert not left.exists()
        (staging / "encoder.json").touch()

    write_once(tmp_path / "encoders" / "words", "encoder.json", write)
    write_once(tmp_path / "encoders" / "words", "encoder.json", lambda _: pytest.fail("it was there already"))
    assert [path.name for path in (tmp_path / "encoders").glob("[!.]*")] == ["words"]


def test_an_export_of_before_whose_graph_holds_its_weights_still_opens(
    embedder: SentenceTransformerEmbedder, encoders: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "encoders" / embedder.name
    shutil.copytree(encoders / embedder.name, folder)
    onnx.save(onnx.load(folder / "model.onnx"), folder / "model.onnx")
    (folder / "weights.bin").unlink()
    described = json.loads((folder / "encoder.json").read_text())
    del described["weights_sha256"], described["tokenizer_sha256"]
    described["graph_sha256"] = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    (folder / "encoder.json").write_text(json.dumps(described))

    other = SentenceTransformerEmbedder(PACKAGED, folder.parent)

    np.testing.assert_array_equal(other.encode_question(QUESTION), embedder.encode_question(QUESTION))


def test_others_than_who_built_can_read_an_export(embedder: SentenceTransformerEmbedder, encoders: Path) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in (encoders / embedder.name).iterdir()}
    assert modes == dict.fromkeys(["model.onnx", "weights.bin", "tokenizer.json", "encoder.json"], 0o644)


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc what is mapped")
def test_the_weights_are_mapped_so_that_processes_share_them(embedder: SentenceTransformerEmbedder) -> None:
    embedder.encode_question(QUESTION)
    assert f"{embedder.name}/weights.bin" in Path("/proc/self/maps").read_text()


def test_a_folder_that_is_not_there_is_an_error(encoders: Path) -> None:
    with pytest.raises(ModelError, match="there is no such folder"):
        SentenceTransformerEmbedder("./no/such/model", encoders)


def test_a_folder_without_weights_is_an_error(encoders: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no weights"):
        SentenceTransformerEmbedder(str(tmp_path), encoders)


def test_a_name_that_no_hub_can_give_is_an_error(encoders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="Name a folder, a reachable model, or 'all-MiniLM-L6-v2'"):
        SentenceTransformerEmbedder("nobody/no-such-model", encoders)
