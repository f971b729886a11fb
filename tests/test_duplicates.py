import random

from qa_service.duplicates import near_duplicates, resemblance, sketch

WORDS = [f"word{n}" for n in range(2000)]


def text(seed: int, n_words: int = 400) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=n_words))


def edited(original: str, n_words: int, seed: int = 0) -> str:
    words = original.split()
    for place in random.Random(seed).sample(range(len(words)), n_words):
        words[place] = "edited"
    return " ".join(words)


def test_a_text_resembles_itself_whatever_its_case_and_marks() -> None:
    assert (
        resemblance(sketch("The ministers met, on Monday, in Kyiv."), sketch("the ministers met on monday in kyiv"))
        == 1
    )


def test_texts_without_words_resemble_nothing() -> None:
    assert resemblance(sketch(""), sketch("…")) == 0
    assert list(near_duplicates({"a": sketch("")}, {"b": sketch("")})) == []


def test_the_estimate_is_near_the_true_share_of_common_runs() -> None:
    for n_edits in (2, 8, 20):
        estimates = []
        for seed in range(30):
            one = text(seed)
            other = edited(one, n_edits, seed)
            a, b = ({tuple(words[i : i + 5]) for i in range(len(words) - 4)} for words in (one.split(), other.split()))
            estimates.append(resemblance(sketch(one), sketch(other)) - len(a & b) / len(a | b))
        assert abs(sum(estimates) / len(estimates)) < 0.05


def test_near_duplicates_are_found_among_new_and_known_releases_each_pair_once() -> None:
    known = {f"{n}.txt": sketch(text(n)) for n in range(40)}
    fresh = {
        "copy.txt": sketch(text(3)),
        "corrected.txt": sketch(edited(text(7), 3)),
        "again.txt": sketch(text(3)),
        "other.txt": sketch(text(99)),
    }
    pairs = {frozenset((a, b)): share for a, b, share in near_duplicates(fresh, known)}
    assert len(list(near_duplicates(fresh, known))) == len(pairs) == 3
    assert pairs[frozenset(("copy.txt", "3.txt"))] == 1
    assert pairs[frozenset(("again.txt", "3.txt"))] == 1
    assert 0.8 <= pairs[frozenset(("corrected.txt", "7.txt"))] < 1


def test_letterhead_makes_no_duplicates() -> None:
    head = text(1000, 60)
    fresh = {f"{n}.txt": sketch(f"{head} {text(n, 300)}") for n in range(300)}
    assert list(near_duplicates(fresh, {})) == []


def test_of_many_copies_each_is_reported_once_with_the_first() -> None:
    fresh = {f"{n:03}.txt": sketch(text(1)) for n in range(300)}
    assert list(near_duplicates(fresh, {"old.txt": sketch(text(2))})) == [
        (f"{n:03}.txt", "000.txt", 1.0) for n in range(1, 300)
    ]
    [*copies, (_, near, share)] = near_duplicates(fresh, {"corrected.txt": sketch(edited(text(1), 3))})
    assert (len(copies), near) == (299, "corrected.txt")
    assert 0.8 <= share < 1
