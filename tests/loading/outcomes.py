"""What becomes of a file: a document, or the reason why there is none."""

from dataclasses import dataclass

import pytest

from qa_service.errors import LoadError
from qa_service.loading import load_document
from qa_service.types import Document


def outcome(document_id: str, data: bytes) -> Document | str:
    """Return the document, or the reason why there is none."""
    try:
        return load_document(document_id, data)
    except LoadError as error:
        return str(error)


@dataclass(frozen=True)
class Format:
    """Loads the bytes of one format, each as the file `document_id`."""

    document_id: str

    def load(self, data: bytes) -> Document:
        return load_document(self.document_id, data)

    def reason(self, data: bytes) -> str:
        """Return why there is no document; a document fails the test."""
        with pytest.raises(LoadError) as caught:
            self.load(data)
        return str(caught.value)

    def text_or_reason(self, data: bytes) -> str:
        found = outcome(self.document_id, data)
        return found if isinstance(found, str) else found.text
