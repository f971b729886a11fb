"""The weights that come with the package."""

import subprocess
import sys

import pytest
from fakes import passage

from qa_service.reading import PACKAGED, SpanReader

SEED = (
    "Prime Minister Koizumi met President Putin in the Kremlin for approximately 30 minutes from 6:40 pm, Moscow time. "
    "Toyota Motor Corporation decided to build a manufacturing plant in St. Petersburg. The Foreign Minister of "
    "Russia, Sergey Lavrov, will visit Japan on May 30 and 31."
)


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How long did Koizumi and Putin talk?", "30 minutes"),
        ("Which company will build a plant in St. Petersburg?", "Toyota Motor Corporation"),
        ("When will Lavrov visit Japan?", "May 30 and 31"),
        ("Where did Koizumi meet Putin?", "Kremlin"),
        ("who is the foriegn minister of russia", "Sergey Lavrov"),
    ],
)
def test_it_marks_the_words_asked_for(reader: SpanReader, question: str, words: str) -> None:
    [span] = reader.read(question, [passage(SEED, title="Japan-Russia Summit Meeting")])
    found = SEED[span.start : span.end]
    assert words in found
    assert len(found) <= len(words) + 20
    assert span.score > span.null_score


@pytest.mark.parametrize(
    "question", ["What is the recipe for a sourdough starter?", "Who won the 2022 world cup final?"]
)
def test_it_sees_that_the_passage_says_nothing_of_the_kind(reader: SpanReader, question: str) -> None:
    [span] = reader.read(question, [passage(SEED, title="Japan-Russia Summit Meeting")])
    assert span.score < span.null_score


def test_what_is_read_beside_a_passage_changes_nothing_in_it(reader: SpanReader) -> None:
    question, wanted = "How long did Koizumi and Putin talk?", passage(SEED, title="Japan-Russia Summit Meeting")
    others = [passage("Toyota will build a plant. " * 40), passage("The ministers met in Kyiv.")]
    [alone] = reader.read(question, [wanted])
    _, beside, _ = reader.read(question, [others[0], wanted, others[1]])
    assert beside == alone


def test_it_is_small_and_says_how_it_was_trained(reader: SpanReader) -> None:
    assert (PACKAGED / "model.onnx").stat().st_size < 35_000_000
    assert reader.description.recipe
    assert str(reader.description.recipe["base"]).startswith("bge-small-en-v1.5")
    assert "licence" in (PACKAGED / "README.md").read_text(encoding="utf-8").lower()


def test_reading_imports_no_torch() -> None:
    check = (
        "import sys; from qa_service.reading import SpanReader; from qa_service.types import Passage; "
        "SpanReader().read('Who spoke?', [Passage('a', 1, 0, 12, 'Lugar spoke.', 'Talks')]); "
        "sys.exit(' '.join({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
