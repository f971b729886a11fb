"""How often "latest", "most recent" and "first" pick the right release, with and without reading dates.

    python benchmarks/latest.py ../shared/corpus/senate

Twice forty questions of tests/evaluation, each about a matter of several releases, both sets written by others who had
not seen the rules. Of the first, odd ones were looked at while the rules were mended, even ones only measured; the
second was measured once, when the rules stood. Needs the index that 'qa-service eval FOLDER' makes.
"""

import argparse
import json
from pathlib import Path

from qa_service.assembly import open_engine
from qa_service.config import Settings

QUESTIONS = Path(__file__).parents[1] / "tests" / "evaluation"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--wrong", action="store_true", help="show the odd questions of the first set that went wrong")
    arguments = parser.parse_args()
    engine = open_engine(Settings(index=Path("index") / "evaluation" / arguments.corpus.name))
    first, second = (
        [json.loads(line) for line in (QUESTIONS / name).read_text(encoding="utf-8").splitlines()]
        for name in ("latest_senate.jsonl", "latest_senate_held_back.jsonl")
    )
    for reads in (False, True):
        right: dict[str, list[bool]] = {
            name: [] for name in ("looked at", "only measured", "held back", "latest", "first")
        }
        for number, row in enumerate([*first, *second], 1):
            reply = engine.ask(row["question"], read_dates=reads)
            cited = reply.citations[0].document_id if reply.citations else None
            is_right = cited in {row["document"], *row.get("also", ())}
            half = "looked at" if number % 2 else "only measured"
            right["held back" if number > len(first) else half].append(is_right)
            right[row["kind"]].append(is_right)
            if arguments.wrong and reads and not is_right and number % 2 and number <= len(first):
                order = reply.dates.order if reply.dates else None
                print(f"{row['question']} | wanted {row['document']} | got {cited} | understood {order}")
        shares = ", ".join(f"{name} {sum(each)} of {len(each)}" for name, each in right.items())
        print(f"{'with' if reads else 'without'} reading dates: right release for {shares}")


if __name__ == "__main__":
    main()
