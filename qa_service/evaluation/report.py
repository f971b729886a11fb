"""`Evaluation` -> what a person reads (rich tables, plain text off a terminal) and what a script reads (JSON).

The keys of the JSON are stable: they are the names in `MEASURES`, so that two runs can be compared by a script.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from qa_service.evaluation.figures import confidence_bins, figures, kind_figures, latency_ms
from qa_service.evaluation.measures import Figure
from qa_service.evaluation.run import Evaluation, Record

_KIND_COLUMNS = {
    "passage_hit@5": "passage hit@5",
    "exact_match": "exact match",
    "f1": "f1",
    "cited_right": "cited right",
    "refused_answerable": "refused",  # every kind here is answerable
}
_N_SHOWN_VIOLATIONS = 5
_LATENCY_NOTE = "of this machine, under its load during this run"


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return the whole evaluation as JSON values: figures, then one object per question. Undefined figures are null."""
    checked, violations = _exactness(evaluation)
    bins = [{key: _rounded(value) for key, value in asdict(one).items()} for one in confidence_bins(evaluation)]
    return {
        "index": {
            "version": evaluation.index.version,
            "documents": evaluation.index.documents,
            "passages": evaluation.index.passages,
        },
        "top_k": evaluation.top_k,
        "figures": {section: figures_as_json(named) for section, named in figures(evaluation).items()},
        "kinds": {kind: figures_as_json(named) for kind, named in kind_figures(evaluation).items()},
        "reliability_bins": bins,
        "exactness": {"checked": checked, "violations": violations},
        "latency_ms": {**(latency_ms(evaluation) or {"p50": None, "p95": None}), "note": _LATENCY_NOTE},
        "records": [_json_record(record) for record in evaluation.records],
    }


def as_table(evaluation: Evaluation) -> RenderableType:
    """Return the figures with their 95% intervals, then those by kind, to be printed by a rich console."""
    title = (
        f"Snapshot {evaluation.index.version}: {len(evaluation.records)} questions, {evaluation.top_k} passages each"
    )
    return Group(
        figures_as_table(title, figures(evaluation)), Text(), _kind_table(evaluation), Text(), _footer(evaluation)
    )


def as_failures(evaluation: Evaluation) -> RenderableType:
    """Return each failed question with what was wanted, what came, and the stage that failed first."""
    failed = [record for record in evaluation.records if record.stage is not None]
    heading = Text(f"{len(failed)} of {len(evaluation.records)} questions failed", style="bold")
    return Group(heading, *(_failure(record) for record in failed))


def figures_as_json(named: Mapping[str, Figure]) -> dict[str, dict[str, float | None]]:
    """Return the figures with their intervals and numbers of questions."""
    return {name: {key: _rounded(value) for key, value in asdict(figure).items()} for name, figure in named.items()}


def figures_as_table(title: str, sections: Mapping[str, Mapping[str, Figure]]) -> Table:
    """Return one row per figure, under the name of its section."""
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    for heading in ("", "value", "95% interval", "n"):
        table.add_column(heading, justify="right" if heading else "left")
    for section, named in sections.items():
        table.add_row(Text(_words(section), style="bold"))
        for name, figure in named.items():
            table.add_row(f"  {_words(name)}", _number(figure.value), _interval(figure), str(figure.n))
    return table


def _kind_table(evaluation: Evaluation) -> Table:
    kinds = kind_figures(evaluation)
    measured = {name for named in kinds.values() for name in named}
    columns = [name for name in _KIND_COLUMNS if name in measured]
    table = Table(title="Answerable questions by kind", title_justify="left", box=None, pad_edge=False)
    table.add_column("kind")
    for heading in ("n", *(_KIND_COLUMNS[name] for name in columns)):
        table.add_column(heading, justify="right")
    table.add_column("cited right, 95%", justify="right", no_wrap=True)
    for kind, named in kinds.items():
        cited_right = named["cited_right"]
        values = [_number(named[name].value) for name in columns]
        table.add_row(Text(kind), str(cited_right.n), *values, _interval(cited_right))
    return table


def _footer(evaluation: Evaluation) -> Text:
    checked, violations = _exactness(evaluation)
    lines = [f"Exactness: {checked} slices compared with the releases, {len(violations)} violations"]
    lines += [f"  {violation}" for violation in violations[:_N_SHOWN_VIOLATIONS]]
    latency = latency_ms(evaluation)
    if latency is not None:
        lines.append(f"Latency: p50 {latency['p50']:.1f} ms, p95 {latency['p95']:.1f} ms ({_LATENCY_NOTE})")
    return Text("\n".join(lines))


def _failure(record: Record) -> Text:
    gold = record.gold
    wanted = f"{' | '.join(gold.answers)}  [{', '.join(gold.documents)}]" if gold.is_answerable else "a refusal"
    if record.was_withheld:
        got = "; ".join(record.exactness.violations)
    elif record.is_answered:
        got = f"{record.answer}  [{record.cited_document}] {record.confidence:.2f}"
        if record.quote != record.answer:
            got += f"\n  quote   {record.quote}"
    else:
        got = f"refused ({record.reason})"
    text = Text(f"\n{gold.id}  {gold.question}\n")
    if record.interpreted_as is not None:
        text.append(f"  read as {record.interpreted_as}\n")
    text.append(f"  stage   {record.stage}\n", style="yellow")
    return text.append(f"  wanted  {wanted}\n  got     {got}")


def _exactness(evaluation: Evaluation) -> tuple[int, list[str]]:
    checked = sum(record.exactness.n_checked for record in evaluation.records)
    violations = [
        f"{record.gold.id}: {violation}" for record in evaluation.records for violation in record.exactness.violations
    ]
    return checked, violations


def _json_record(record: Record) -> dict[str, Any]:
    return {
        "id": record.gold.id,
        "question": record.gold.question,
        "interpreted_as": record.interpreted_as,
        "kind": record.gold.kind,
        "miss": record.gold.miss,
        "gold_documents": list(record.gold.documents),
        "gold_answers": list(record.gold.answers),
        "document_rank": record.document_rank,
        "passage_rank": record.passage_rank,
        "answer": record.answer,
        "quote": record.quote,
        "cited_document": record.cited_document,
        "confidence": _rounded(record.confidence),
        "reason": record.reason.value if record.reason else None,
        "exact_match": record.exact_match,
        "f1": _rounded(record.f1),
        "answer_in_quote": record.answer_in_quote,
        "cited_right": record.cited_right,
        "cited_right@3": record.cited_right_at_3,
        "stage": record.stage.value if record.stage else None,
        "violations": list(record.exactness.violations),
        "took_ms": _rounded(record.took_ms),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(figure: Figure) -> str:
    return "-" if figure.low is None or figure.high is None else f"{figure.low:.3f} to {figure.high:.3f}"
