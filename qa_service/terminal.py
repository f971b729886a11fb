"""What the command line prints: progress, build summaries, replies."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from qa_service.builder import BuildReport
from qa_service.types import Citation, Reason, Reply, written_date

_MAX_LISTED = 10
_REFUSALS = {
    Reason.NO_MATCH: "nothing in them is about this",
    Reason.LOW_CONFIDENCE: "no passage answers it well enough",
    Reason.OUTSIDE_FILTERS: "nothing within the filters answers it",
}

OnProgress = Callable[[str, int, int], None]


@contextmanager
def progress(*, is_shown: bool) -> Iterator[OnProgress]:
    """Yield a callback that shows one bar per stage on standard error."""
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not is_shown) as bars:
        tasks = {}

        def on_progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield on_progress


def to_json(value: object) -> str:
    """Return indented JSON with every letter as it is."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def print_json(value: object) -> None:
    """Print JSON on standard output, unstyled."""
    Console().file.write(to_json(value))


def print_out(what: RenderableType) -> None:
    """Print text as it is, or a table, on standard output."""
    Console().print(what, markup=False, highlight=False, soft_wrap=isinstance(what, str | Text))


def print_error(message: str) -> None:
    """Print a line on standard error."""
    Console(stderr=True).print(message, markup=False, highlight=False, soft_wrap=True)


def print_facts(facts: Mapping[str, Any]) -> None:
    """Print one fact a line."""
    for name, value in facts.items():
        print_out(f"{name:<10} {', '.join(value) if isinstance(value, list) else value}")


def print_report(report: BuildReport) -> None:
    """Print what a build did, skipped files always included."""
    state = "new snapshot" if report.is_new else "up to date, snapshot"
    print_out(f"{state} {report.snapshot}: {report.n_documents} releases, {report.n_passages} passages")
    for name, members in [("added", report.added), ("changed", report.changed), ("removed", report.removed)]:
        if members:
            print_out(f"  {name:<9} {len(members)}: {_listed(members)}")
    if report.is_new:
        print_out(f"  embedded  {report.n_embedded} passages, the others' vectors were reused or shared")
        if report.full_because:
            print_out(f"  full build, because {report.full_because}")
        print_out("  seconds   " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report.seconds.items()))
    for document_id, reason in report.skipped:
        print_out(f"  skipped   {document_id}: {reason}")


def print_reply(reply: Reply) -> None:
    """Print answers with their quotes and places, or the refusal with the nearest passages."""
    if reply.interpreted_as:
        print_out(f"Understood as: {reply.interpreted_as}\n")
    citations = {citation.id: citation for citation in reply.citations}
    for answer in reply.answers:
        citation = citations[answer.citation]
        print_out(Text.assemble((answer.text, "bold"), f"  [{citation.id}]  confidence {answer.confidence:.2f}"))
        _print_citation(citation, shows_quote=citation.quote != answer.text)
        for other in answer.also_in:
            _print_citation(citations[other], shows_quote=False)
    if reply.reason:
        print_out(f"Not in these releases: {_REFUSALS[reply.reason]}.")
        if reply.passages:
            print_out("Nearest passages (not an answer):")
        for hit in reply.passages:
            passage = hit.passage
            print_out(f"  {passage.document_id} p{passage.number}: {' '.join(passage.text.split())[:160]}")


def _print_citation(citation: Citation, *, shows_quote: bool) -> None:
    date = f", {written_date(citation.date)}" if citation.date else ""
    print_out(f"  [{citation.id}] {citation.title}{date}\n      {citation.document_id} {citation.start}-{citation.end}")
    if shows_quote:
        print_out(f"      “{' '.join(citation.quote.split())}”")


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else ""
    return ", ".join(names[:_MAX_LISTED]) + more
