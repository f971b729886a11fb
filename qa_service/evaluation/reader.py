"""A reader alone, on questions whose passage is given: SQuAD's figures.

References:
    Rajpurkar, Jia and Liang, "Know what you don't know: unanswerable questions for SQuAD", ACL 2018.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa_service.answer_measures import auc, exact_match, token_f1
from qa_service.evaluation.measures import Figure, bootstrap_figure, mean_figure
from qa_service.protocols import Reader
from qa_service.reading.training.examples import Example
from qa_service.types import Passage


@dataclass(frozen=True, slots=True)
class _Read:
    """What became of one question; `margin` is the span's score less the null score, and above 0 it is answered."""

    example: Example
    text: str
    margin: float

    @property
    def is_answered(self) -> bool:
        return self.margin > 0

    def overlap(self, measure: Callable[[str, Sequence[str]], float]) -> float:
        return measure(self.text, [answer.text for answer in self.example.answers])

    def with_null(self, measure: Callable[[str, Sequence[str]], float]) -> float:
        """SQuAD 2.0's rule: a refusal counts 1 where there is no answer, 0 where there is one."""
        if not self.example.answers:
            return float(not self.is_answered)
        return self.overlap(measure) if self.is_answered else 0.0


def evaluate_reader(
    reader: Reader, examples: Sequence[Example], *, on_progress: Callable[[int, int], None] | None = None
) -> dict[str, Figure]:
    """Return the figures, shares from 0 to 1 with 95% intervals.

    Returns:
        `exact_match` and `f1` of the best span on answerable questions, whatever the null score; `has_ans_*`, the same
        where a refusal counts 0; `no_ans`, the share of unanswerable questions refused; `all_*`, over both; `auc`, of
        the margin, answerable against unanswerable. What has no question to stand on is left out.
    """
    found = []
    for n_done, example in enumerate(examples, 1):
        title = example.title or ""
        passage = Passage(example.article, 1, 0, len(example.context), example.context, title)
        [span] = reader.read(example.question, [passage])
        found.append(_Read(example, example.context[span.start : span.end], span.score - span.null_score))
        if on_progress:
            on_progress(n_done, len(examples))
    answerable = [one for one in found if one.example.answers]
    unanswerable = [one for one in found if not one.example.answers]
    figures: dict[str, Figure] = {}
    if answerable:
        figures |= {
            "exact_match": _mean(answerable, lambda one: one.overlap(exact_match)),
            "f1": _mean(answerable, lambda one: one.overlap(token_f1)),
            "has_ans_exact_match": _mean(answerable, lambda one: one.with_null(exact_match)),
            "has_ans_f1": _mean(answerable, lambda one: one.with_null(token_f1)),
        }
    if unanswerable:
        figures["no_ans"] = _mean(unanswerable, lambda one: one.with_null(exact_match))
    if answerable and unanswerable:
        figures["all_exact_match"] = _mean(found, lambda one: one.with_null(exact_match))
        figures["all_f1"] = _mean(found, lambda one: one.with_null(token_f1))
        figures["auc"] = bootstrap_figure(
            len(found),
            lambda rows: auc([found[row].margin for row in rows], [bool(found[row].example.answers) for row in rows]),
        )
    return figures


def _mean(found: Sequence[_Read], value: Callable[[_Read], float]) -> Figure:
    """Questions over one passage go wrong together, so passages are drawn, not questions."""
    return mean_figure([value(one) for one in found], [one.example.context for one in found])
