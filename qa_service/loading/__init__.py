"""Bytes of files to documents with canonical text, metadata and sections."""

from qa_service.loading.corpus import LOADERS, LoadedCorpus, load_corpus, load_document
from qa_service.loading.listing import Skipped

__all__ = ["LOADERS", "LoadedCorpus", "Skipped", "load_corpus", "load_document"]
