"""How often "latest", "most recent" and "first" pick the right release, with and without reading dates.

    python benchmarks/latest.py ../shared/corpus/senate

Three sets of forty questions of tests/evaluation, each about a matter of several releases, each set written by someone
who had not seen the rules. The rules were mended on the first two; the third was measured once, when they stood. Needs
the index that 'qa-service eval FOLDER' makes.
"""

import argparse
import json
from pathlib import Path

from qa_service.assembly import open_engine
from qa_service.config import Settings

QUESTIONS = Path(__file__).parents[1] / "tests" / "evaluation"
SETS = {
    "first": "latest_senate.jsonl",
    "second": "latest_senate_second.jsonl",
    "held back": "latest_senate_third.jsonl",
}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--wrong", action="store_true", help="show what went wrong in the first two sets")
    options = parser.parse_args()
    engine = open_engine(Settings(index=Path("index") / "evaluation" / options.corpus.name))
    for reads in (False, True):
        for name in options.sets:
            rows = [json.loads(line) for line in (QUESTIONS / SETS[name]).read_text(encoding="utf-8").splitlines()]
            right: dict[str, list[bool]] = {"latest": [], "first": []}
            for row in rows:
                reply = engine.ask(row["question"], read_dates=reads)
                cited = reply.citations[0].document_id if reply.citations else None
                right[row["kind"]].append(cited in {row["document"], *row.get("also", ())})
                if options.wrong and reads and not right[row["kind"]][-1] and name != "held back":
                    print(f"{row['question']} | wanted {row['document']} | got {cited} | {reply.dates}")
            n_right = sum(sum(each) for each in right.values())
            parts = ", ".join(f"{kind} {sum(each)} of {len(each)}" for kind, each in right.items())
            print(f"{name} set, {'dates read' if reads else 'not read'}: {n_right} of {len(rows)} right ({parts})")


if __name__ == "__main__":
    main()
