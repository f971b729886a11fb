"""What every backend must do. A backend's test subclasses `PassageIndexContract` and names its backend."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from fakes import document, passage

from qa_service.errors import SnapshotError
from qa_service.indexing.catalog import write_catalog
from qa_service.indexing.vectors import write_vectors
from qa_service.protocols import IndexBackend, PassageIndex
from qa_service.types import Filters, Passage

PASSAGES = [
    passage("The ministers met in the café.", document_id="a.txt", date=dt.date(2005, 5, 10)),
    passage("Flood relief of 16.7 million yen.", document_id="b.txt", date=dt.date(2002, 8, 30)),
    passage("A visit of the minister to Kyiv.", document_id="b.txt", number=2, start=35, date=dt.date(2002, 8, 30)),
    passage("An agreement on wetlands.", document_id="sub/it's c.txt", title="Meeting on wetlands"),
]
VECTORS = np.array([[1, 0, 0], [0, 1, 0], [0.6, 0, 0.8], [0, 0.6, 0.8]], dtype=np.float32)


class PassageIndexContract:
    """Four passages of three releases, the last one undated."""

    backend: IndexBackend

    @pytest.fixture
    def index(self, tmp_path: Path) -> PassageIndex:
        return self.written(tmp_path)

    def written(self, location: Path) -> PassageIndex:
        by_document: dict[str, list[Passage]] = {}
        for one in PASSAGES:
            by_document.setdefault(one.document_id, []).append(one)
        documents = [
            (
                document("\n".join(p.text for p in members), document_id=name, title=first.title, date=first.date),
                members,
            )
            for name, (first, *_) in by_document.items()
            for members in [by_document[name]]
        ]
        write_catalog(location, documents, [str(row) for row in range(len(PASSAGES))])
        write_vectors(location, VECTORS)
        self.backend.write(location, list(enumerate(PASSAGES)), VECTORS)
        return self.backend.open(location)

    def dense(self, index: PassageIndex, k: int = 10, **filters: object) -> list[int]:
        return [hit.row for hit in index.search_dense(VECTORS[0], k, Filters(**filters))]  # type: ignore[arg-type]

    def lexical(self, index: PassageIndex, text: str, k: int = 10, **filters: object) -> list[int]:
        return [hit.row for hit in index.search_lexical(text, k, Filters(**filters))]  # type: ignore[arg-type]

    def test_it_counts_its_passages(self, index: PassageIndex) -> None:
        assert len(index) == 4

    def test_dense_hits_come_by_cosine_best_first(self, index: PassageIndex) -> None:
        hits = index.search_dense(VECTORS[0], 2, Filters())
        assert [hit.row for hit in hits] == [0, 2]
        assert [hit.score for hit in hits] == pytest.approx([1.0, 0.6])

    def test_more_hits_than_passages_is_all_of_them(self, index: PassageIndex) -> None:
        assert sorted(self.dense(index, k=100)) == [0, 1, 2, 3]

    def test_words_match_by_stem_without_accents_or_case(self, index: PassageIndex) -> None:
        assert self.lexical(index, "CAFE minister") == [0, 2]

    def test_words_match_in_the_context_too(self, index: PassageIndex) -> None:
        assert self.lexical(index, "meetings") == [3]

    @pytest.mark.parametrize("text", ["", "the of", '!?* "', "日本", "🎉", "a AND (", "x:y^", "\x00"])
    def test_a_question_that_matches_nothing_finds_nothing(self, index: PassageIndex, text: str) -> None:
        assert self.lexical(index, text) == []

    def test_query_syntax_is_only_words(self, index: PassageIndex) -> None:
        assert self.lexical(index, 'text:"flood" AND -(yen OR +"unmatched') == [1]

    def test_dates_bound_both_searches_inclusively(self, index: PassageIndex) -> None:
        day = dt.date(2005, 5, 10)
        assert self.dense(index, date_from=day, date_to=day) == [0]
        assert self.lexical(index, "minister", date_from=day, date_to=day) == [0]
        assert self.lexical(index, "minister", date_to=dt.date(2005, 5, 9)) == [2]

    def test_undated_releases_fail_any_date_bound(self, index: PassageIndex) -> None:
        assert 3 not in self.dense(index, date_from=dt.date(1, 1, 1))
        assert self.lexical(index, "wetlands", date_to=dt.date(9999, 12, 31)) == []

    def test_document_ids_bound_both_searches(self, index: PassageIndex) -> None:
        names = ("sub/it's c.txt", "unknown.txt")
        assert self.dense(index, document_ids=names) == [3]
        assert self.lexical(index, "wetlands minister", document_ids=names) == [3]

    def test_an_empty_list_of_documents_allows_none(self, index: PassageIndex) -> None:
        assert self.dense(index, document_ids=()) == []
        assert self.lexical(index, "minister", document_ids=()) == []

    def test_k_counts_allowed_passages_only(self, index: PassageIndex) -> None:
        assert self.dense(index, k=1, document_ids=("b.txt",)) == [2]
        assert self.lexical(index, "minister", k=1, document_ids=("b.txt",)) == [2]

    @pytest.fixture
    def later(self, tmp_path: Path) -> PassageIndex:
        """An index based on the one above: two passages of b.txt withdrawn, one of d.txt new, which gets row 4."""
        base, location = tmp_path / "base", tmp_path / "later"
        base.mkdir()
        location.mkdir()
        self.written(base).close()
        new = passage("The minister spoke of floods.", document_id="d.txt", date=dt.date(2005, 5, 10))
        kept = VECTORS[[0, 3]]
        rows = write_catalog(
            location,
            [(document(new.text, document_id="d.txt", date=new.date), [new])],
            ["4"],
            base=base,
            removed=["b.txt"],
        )
        vectors = np.concatenate([kept, [[0.8, 0.6, 0]]]).astype(np.float32)
        write_vectors(location, vectors)
        self.backend.write(location, [(rows[0], new)], vectors, base=base, removed=["b.txt"])
        return self.backend.open(location)

    def test_what_a_later_index_adds_and_removes_is_seen_by_both_searches(self, later: PassageIndex) -> None:
        assert len(later) == 3
        assert self.dense(later) == [0, 4, 3]
        assert sorted(self.lexical(later, "minister")) == [0, 4]
        assert self.lexical(later, "flood") == [4]
        assert self.lexical(later, "Kyiv yen") == []

    def test_filters_hold_in_a_later_index(self, later: PassageIndex) -> None:
        day = dt.date(2005, 5, 10)
        assert self.dense(later, date_from=day) == [0, 4]
        assert self.dense(later, document_ids=("b.txt",)) == []
        assert self.dense(later, document_ids=("d.txt", "sub/it's c.txt")) == [4, 3]
        assert self.lexical(later, "minister", document_ids=("d.txt",)) == [4]

    def test_a_later_index_leaves_its_base_as_it_was(self, later: PassageIndex, tmp_path: Path) -> None:
        later.close()
        base = self.backend.open(tmp_path / "base")
        assert self.dense(base) == [0, 2, 1, 3]
        assert self.lexical(base, "minister flood") == [1, 0, 2]

    def test_opening_what_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(SnapshotError):
            self.backend.open(tmp_path / "nothing")
