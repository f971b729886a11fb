from evaluation_fakes import REFUSES, FakeEngine, Says

from qa_service.evaluation.replay import replay
from qa_service.reports import ChangedAnswer, Outcome

RELEASES = {"a.txt": "They met in Moscow.", "b.txt": "They met in Moscow, then in Kyiv."}
MOSCOW, MOSCOW_OF_B, KYIV = Says("Moscow", "a.txt"), Says("Moscow", "b.txt"), Says("Kyiv", "b.txt")


def test_what_is_answered_or_cited_or_refused_differently_is_listed_and_nothing_else() -> None:
    plans = {
        "the same?": (MOSCOW, MOSCOW),
        "refused as before?": (REFUSES, REFUSES),
        "other words?": (MOSCOW, KYIV),
        "another release?": (MOSCOW, MOSCOW_OF_B),
        "refused now?": (MOSCOW, REFUSES),
        "answered now?": (REFUSES, MOSCOW),
    }
    before, after = (FakeEngine(RELEASES, {asked: plan[number] for asked, plan in plans.items()}) for number in (0, 1))
    done: list[tuple[int, int]] = []

    found = replay(list(plans), before, after, lambda *step: done.append(step))  # type: ignore[arg-type]

    moscow = Outcome("Moscow", "a.txt")
    assert found.n_questions == 6
    assert found.changed == (
        ChangedAnswer("other words?", moscow, Outcome("Kyiv", "b.txt")),
        ChangedAnswer("another release?", moscow, Outcome("Moscow", "b.txt")),
        ChangedAnswer("refused now?", moscow, None),
        ChangedAnswer("answered now?", None, moscow),
    )
    assert done == [(number, 6) for number in range(1, 7)]
