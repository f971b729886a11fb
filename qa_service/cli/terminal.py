"""What the command line prints: progress, build summaries, replies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from qa_service.reports import BuildReport, DocumentChange, Outcome, Replay
from qa_service.types import Answer, Citation, Polarity, Reason, Reply, Timeline, written_date

if TYPE_CHECKING:
    from qa_service.fetching import FeedReport
    from qa_service.jobs import Job
    from qa_service.rebuilding import Comparison

_MAX_LISTED = 10
_REFUSALS = {
    Reason.NO_MATCH: "nothing in them is about this",
    Reason.LOW_CONFIDENCE: "no passage answers it well enough",
    Reason.OUTSIDE_FILTERS: "nothing within the filters answers it",
}

OnProgress = Callable[[str, int, int], None]


def _console(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: `[x]` is no markup in it, `:100:` no emoji."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


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
    with Progress(*columns, console=_console(stderr=True), disable=not is_shown) as bars:
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
    _console().file.write(to_json(value))


def print_out(what: RenderableType) -> None:
    """Print text as it is, or a table, on standard output."""
    _console().print(what, soft_wrap=isinstance(what, str | Text))


def print_error(message: str) -> None:
    """Print a line on standard error."""
    _console(stderr=True).print(message, soft_wrap=True)


def print_facts(facts: Mapping[str, Any]) -> None:
    """Print one fact a line."""
    for name, value in facts.items():
        print_out(f"{name:<10} {_sizes(value) if isinstance(value, dict) else value}")


def _sizes(n_bytes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({size / 1e6:.1f} MB)" for name, size in n_bytes.items())


def print_report(report: BuildReport) -> None:
    """Print what a build did, skipped files always included."""
    state = "new snapshot" if report.is_new else "up to date, snapshot"
    print_out(f"{state} {report.snapshot}: {report.n_documents} releases, {report.n_passages} passages")
    _print_change(report)
    if report.is_new:
        print_out(f"  embedded  {report.n_embedded} passages, the others' vectors were reused or shared")
        if report.full_because:
            print_out(f"  full build, because {report.full_because}")
        print_out("  seconds   " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report.seconds.items()))
    for each in report.duplicates[:_MAX_LISTED]:
        how = "the same text as" if each.is_exact else f"{each.resemblance:.0%} the same as"
        print_out(f"  duplicate {each.document_id}: {how} {each.other}")
    if len(report.duplicates) > _MAX_LISTED:
        print_out(f"  and {len(report.duplicates) - _MAX_LISTED} more duplicates: see report.json of the snapshot")
    for document_id, reason in report.skipped:
        print_out(f"  skipped   {document_id}: {reason}")


def print_feed_report(report: FeedReport) -> None:
    """Print what became of a feed, what failed always included."""
    if report.reason:
        print_out(f"{report.url}: failed: {report.reason}")
        return
    if not report.is_modified:
        print_out(f"{report.url}: not modified")
        return
    counts = f"{len(report.new)} new, {len(report.changed)} changed, {report.n_unchanged} unchanged"
    print_out(f"{report.url}: {counts}" + (f", {report.n_deleted} deleted here" if report.n_deleted else ""))
    for name, files in [("new", report.new), ("changed", report.changed)]:
        for file in files:
            print_out(f"  {name:<9} {file}")
    for failure in report.failed:
        print_out(f"  failed    {failure.item}: {failure.reason}")


def print_replay(replay: Replay) -> None:
    """Print which saved questions are answered differently."""
    print_out(f"  {len(replay.changed)} of {replay.n_questions} saved questions are answered differently")
    for change in replay.changed:
        print_out(
            f"    {change.question}\n      before: {_outcome(change.before)}\n      now:    {_outcome(change.after)}"
        )


def print_comparison(found: Comparison) -> None:
    """Print how one snapshot differs from another."""
    print_out(f"{found.before} -> {found.after}: passages {found.n_passages[0]} -> {found.n_passages[1]}")
    _print_change(found.change)
    if found.replay:
        print_replay(found.replay)


def print_job(job: Job) -> None:
    """Print what a rebuild did; nothing when it found nothing to do, or failed, which the log tells."""
    if job.rebuilt and job.rebuilt.report.is_new:
        print_report(job.rebuilt.report)
        if job.rebuilt.replay:
            print_replay(job.rebuilt.replay)


def _outcome(outcome: Outcome | None) -> str:
    return f"{outcome.answer} ({outcome.document_id})" if outcome else "refused"


def _print_change(change: DocumentChange | BuildReport) -> None:
    for name, members in [("added", change.added), ("changed", change.changed), ("removed", change.removed)]:
        if members:
            print_out(f"  {name:<9} {len(members)}: {_listed(members)}")


def print_reply(reply: Reply) -> None:
    """Print answers with their quotes and places, or the refusal with the nearest passages."""
    if reply.interpreted_as:
        print_out(f"Understood as: {reply.interpreted_as}\n")
    if reply.dates:
        print_out(f"Dates understood ({reply.dates.applied}): {'; '.join(reply.dates.words)}\n")
    citations = {citation.id: citation for citation in reply.citations}
    for answer in reply.answers:
        citation = citations[answer.citation]
        print_out(Text.assemble((answer.text, "bold"), f"  [{citation.id}]  confidence {answer.confidence:.2f}"))
        _print_details(answer)
        _print_citation(citation, shows_quote=citation.quote != answer.text)
        for other in answer.also_in:
            _print_citation(citations[other], shows_quote=False)
    if reply.reason:
        print_out(f"Not in these releases: {_REFUSALS[reply.reason]}.")
        if reply.without_filters:
            print_out(f"Without the filters: {reply.without_filters.text}  ({reply.without_filters.document_id})")
        if reply.passages:
            print_out("Nearest passages (not an answer):")
        for hit in reply.passages:
            passage = hit.passage
            print_out(f"  {passage.document_id} p{passage.number}: {' '.join(passage.text.split())[:160]}")


def print_timeline(timeline: Timeline) -> None:
    """Print what each release answers, a line for the answer and one for its place."""
    for entry, citation in zip(timeline.entries, timeline.citations, strict=True):
        date = citation.date.isoformat() if citation.date else "undated   "
        since = f"  (as in [{entry.unchanged_since}])" if entry.unchanged_since else ""
        print_out(Text.assemble(f"{date}  [{citation.id}] ", (entry.answer.text, "bold"), since))
        print_out(f"      {citation.document_id} {citation.answer_start}-{citation.answer_end}")
    if not timeline.entries:
        print_out("No release answers it clearly enough.")
    if timeline.has_more:
        print_out("More releases were found: --max-releases reads more.")


def _print_details(answer: Answer) -> None:
    if answer.value:
        print_out(f"      = {answer.value.bound + ' ' if answer.value.bound else ''}{answer.value.value}")
    if answer.items:
        print_out(f"      {len(answer.items)} items found:")
    for item in answer.items:
        print_out(f"      - {' '.join(item.text.split())}")
    if answer.polarity:
        print_out(f"      The release {'affirms' if answer.polarity is Polarity.YES else 'denies'} this.")
    if answer.speaker:
        print_out(f"      — {' '.join(answer.speaker.text.split())}")


def _print_citation(citation: Citation, *, shows_quote: bool) -> None:
    date = f", {written_date(citation.date)}" if citation.date else ""
    print_out(f"  [{citation.id}] {citation.title}{date}\n      {citation.document_id} {citation.start}-{citation.end}")
    if shows_quote:
        print_out(f"      “{' '.join(citation.quote.split())}”")


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else ""
    return ", ".join(names[:_MAX_LISTED]) + more
