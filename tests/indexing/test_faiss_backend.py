import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from passage_index_contract import PassageIndexContract

from qa_service.errors import DamagedSnapshotError
from qa_service.indexing.faiss_backend import FILE_NAME, FaissBackend
from qa_service.types import Filters


class TestFaissBackend(PassageIndexContract):
    backend = FaissBackend()

    def test_a_truncated_vector_file_is_refused(self, tmp_path: Path) -> None:
        self.written(tmp_path).close()
        (tmp_path / FILE_NAME).write_bytes(b"IxFI")
        with pytest.raises(DamagedSnapshotError, match=FILE_NAME):
            self.backend.open(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that may not write")
def test_an_index_opens_from_a_folder_that_it_may_only_read() -> None:
    with TemporaryDirectory() as name:
        location = Path(name)
        TestFaissBackend().written(location).close()
        for path in [*location.rglob("*"), location]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        child = os.fork()
        if child == 0:  # root may write everywhere, so it becomes somebody else
            if os.geteuid() == 0:
                os.setuid(65534)
            hits = FaissBackend().open(location).search_lexical("wetlands", 1, Filters())
            os._exit(0 if [hit.row for hit in hits] == [3] else 1)
        assert os.waitpid(child, 0)[1] == 0
        location.chmod(0o755)
        (location / "lexical").chmod(0o755)
