import sys

import pytest

from qa_service.config import Settings
from qa_service.errors import SettingsError
from qa_service.indexing import BACKENDS


@pytest.mark.parametrize("missing", ["pymilvus", "grpc"])
def test_a_missing_extra_is_named_with_the_line_that_installs_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delitem(sys.modules, "qa_service.indexing.milvus_backend", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SettingsError, match=r"backend = 'milvus' needs .*pip install .*\.\[milvus\]"):
        BACKENDS["milvus"](settings)
