"""Every error the service raises on purpose. A message says what happened, to which thing, and what to do."""

from pathlib import Path


class QaServiceError(Exception):
    """Base of all errors below; a door shows its message and nothing else."""


class SettingsError(QaServiceError):
    """A setting is unknown, of the wrong type or out of range."""


class LoadError(QaServiceError):
    """One file could not become a document. Collected in the build report; never stops a build."""


class FetchError(QaServiceError):
    """A feed, an item or its page can't be had. The message leaves the address to the caller."""


class ModelError(QaServiceError):
    """A model is missing, damaged, or not the one that a snapshot was built with."""


class DamagedExportError(ModelError):
    """A model's ONNX export is not what was written.

    Attributes:
        folder: Where it lies; once that is removed, who opens the model exports it again.
    """

    folder: Path


class TrainingError(QaServiceError):
    """Data to train or to measure a reader on can't be used, or a run can't be started or resumed."""


class BuildError(QaServiceError):
    """No snapshot was published; the one in service stays."""


class BusyError(BuildError):
    """Another process is writing to the index."""


class SnapshotError(QaServiceError):
    """A snapshot can't be opened."""


class NoSnapshotError(SnapshotError):
    """The index folder holds no snapshot yet."""


class DamagedSnapshotError(SnapshotError):
    """A snapshot can't be served: a file is missing or not what was sealed, or another version wrote it."""


class BackendError(QaServiceError):
    """The server that holds an index can't be reached, or fails; the snapshot may be sound."""


class QuestionError(QaServiceError):
    """A question, or what came with it, is outside the limits."""


class CitationError(QaServiceError):
    """A citation's offsets don't give its words. Never shown to a user: the reply is withheld."""
