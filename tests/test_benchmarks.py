"""The pure parts of benchmarks/: what is chosen, how replies are judged and summed up, that a reader stays the same."""

from typing import Any

import pytest
from peer_figures import Asked, Text, chosen_documents, evenly, is_cited_right, summary
from peers import interleave

from qa_service.evaluation.questions import Question

SIZES = {"gold.txt": 3, "a.txt": 4, "b.txt": 4, "c.txt": 4, "long.txt": 90}
GOLD = Question("1", "Who signed?", "person", "gold.txt", ("Ms Abe", "Abe"), also=("a.txt",))
UNANSWERABLE = Question("2", "Who paid?", "person", None, ())
TEXTS = (
    Text("gold.txt", "Treaty signed | May 10, 2005 | Ms Abe signed the treaty. Mr Ito looked on."),
    Text("b.txt", "Another treaty | Ms Abe signed this one, too."),
)


def asked(reply: dict[str, Any], gold: Question = GOLD, seconds: float = 0.1, round_: int = 1) -> Asked:
    return Asked(gold, reply, seconds, round_)


def test_without_a_limit_every_release_is_indexed():
    assert chosen_documents(SIZES, {"gold.txt"}, None) == sorted(SIZES)


def test_gold_releases_stay_in_and_others_fill_up_to_the_limit():
    chosen = chosen_documents(SIZES, {"gold.txt", "never-indexed.txt"}, 12)

    assert "gold.txt" in chosen
    assert "long.txt" not in chosen
    assert sum(SIZES[name] for name in chosen) == 11  # a fourth release of four would be too many
    assert chosen == chosen_documents(dict(reversed(SIZES.items())), {"gold.txt"}, 12)


def test_gold_releases_stay_in_beyond_the_limit():
    assert chosen_documents(SIZES, {"gold.txt", "long.txt"}, 10) == ["gold.txt", "long.txt"]


def test_fewer_questions_keep_the_share_of_unanswerable_ones():
    questions = [GOLD] * 12 + [UNANSWERABLE] * 4

    fewer = evenly(questions, 8)

    assert fewer == [GOLD] * 6 + [UNANSWERABLE] * 2
    assert evenly(questions, 99) == questions


def test_a_peer_is_right_when_the_sentence_of_its_answer_holds_a_gold_answer():
    assert is_cited_right(asked({"answer": "the treaty", "row": 0}), TEXTS)
    assert not is_cited_right(asked({"answer": "Mr Ito", "row": 0}), TEXTS)


def test_a_peers_place_in_the_passage_decides_which_sentence_is_its_quote():
    text = "Ito signed. Ms Abe signed after him."
    texts = (Text("gold.txt", text),)

    assert not is_cited_right(asked({"answer": "signed", "row": 0}), texts)
    assert is_cited_right(asked({"answer": "signed", "row": 0, "start": text.rindex("signed")}), texts)


def test_the_right_words_from_a_wrong_release_are_wrong():
    assert not is_cited_right(asked({"answer": "Ms Abe", "row": 1}), TEXTS)


def test_an_answer_that_is_not_in_the_passage_it_names_is_its_own_quote():
    assert is_cited_right(asked({"answer": "ms abe", "row": 0}), TEXTS)
    assert not is_cited_right(asked({"answer": "Mr Abo", "row": 0}), TEXTS)


def test_qa_service_is_judged_by_its_own_citation():
    reply = {"answer": "Abe", "document": "a.txt", "quote": "Abe signed."}

    assert is_cited_right(asked(reply), TEXTS)
    assert not is_cited_right(asked(reply | {"document": "b.txt"}), TEXTS)


def test_quality_is_counted_in_the_first_round_and_latency_in_all():
    right = {"answer": "Ms Abe", "row": 0, "stages": {"retrieve": 1.0, "read": 3.0}}
    refusal = {"answer": None, "raised": "TypeError()"}
    replies = [
        asked(right, seconds=0.1),
        asked({"answer": None}, seconds=0.3),
        asked(refusal, UNANSWERABLE, seconds=0.2),
        asked({"answer": "Mr Ito", "row": 0}, seconds=0.4, round_=2),
        asked(refusal, UNANSWERABLE, seconds=0.5, round_=2),
    ]

    figures = summary(replies, TEXTS)

    assert figures["questions"] == 5
    assert figures["p50_ms"] == pytest.approx(300)
    assert (figures["cited_right"]["value"], figures["cited_right"]["n"]) == (0.5, 2)
    assert figures["f1"]["value"] == 0.5
    assert figures["refused_answerable"]["value"] == 0.5
    assert (figures["refused_unanswerable"]["value"], figures["refused_unanswerable"]["n"]) == (1.0, 1)
    assert figures["raised"] == 1
    assert figures["stage_shares"] == {"retrieve": 0.25, "read": 0.75}


def test_each_question_goes_to_all_systems_before_the_next_and_the_first_changes():
    order = []

    class Fake:
        def __init__(self, name: str) -> None:
            self.name = name

        def ask(self, question: str) -> tuple[dict[str, Any], float]:
            order.append((question, self.name))
            return {"answer": self.name}, 0.5

    replies = interleave({name: Fake(name) for name in "xyz"}, [GOLD, UNANSWERABLE], 2)

    assert [{name for _, name in order[at : at + 3]} for at in (0, 3, 6, 9)] == [set("xyz")] * 4
    assert [{question for question, _ in order[at : at + 3]} for at in (0, 3)] == [{"Who signed?"}, {"Who paid?"}]
    assert len({order[at][1] for at in (0, 3, 6)}) > 1
    assert [(one.reply["answer"], one.round) for one in replies["y"]] == [("y", 1), ("y", 1), ("y", 2), ("y", 2)]


def test_the_converted_reader_gives_the_span_models_logits():
    import torch
    from peer_reader import as_question_answering, largest_difference
    from transformers import BertConfig, BertModel

    from qa_service.reading.training.span_model import SpanModel

    torch.manual_seed(0)
    small = BertConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, num_labels=1
    )
    model = SpanModel(BertModel(small, add_pooling_layer=False), 16, uses_types=True)
    ids, types = torch.randint(1, 50, (2, 9)), torch.tensor([[0] * 4 + [1] * 5] * 2)
    converted = as_question_answering(model)

    assert largest_difference(model, converted, ids, types) < 1e-5
    with torch.no_grad():
        converted.qa_outputs.weight.copy_(model.head.weight.flip(0))
    assert largest_difference(model, converted, ids, types) > 1e-3


def test_only_a_bert_is_converted():
    from peer_reader import as_question_answering
    from transformers import MPNetConfig, MPNetModel

    from qa_service.reading.training.span_model import SpanModel

    small = MPNetConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    with pytest.raises(TypeError, match="MPNetConfig"):
        as_question_answering(SpanModel(MPNetModel(small, add_pooling_layer=False), 16, uses_types=False))
