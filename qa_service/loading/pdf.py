"""A .pdf file to blocks, with the title that its properties state.

What a file may ask for is limited throughout: pages, bytes after decompression, drawing operators and characters. The
date in its properties is that of the file, not of the release.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from pypdf import PasswordType, PdfReader, apply_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

from qa_service.errors import LoadError
from qa_service.loading.extracted import Extracted
from qa_service.loading.pdf_blocks import to_blocks
from qa_service.loading.pdf_lines import Line, to_lines, with_plain_hyphens, without_running_lines
from qa_service.loading.pdf_runs import Budget, PageReader
from qa_service.loading.pdf_tables import find_tables
from qa_service.loading.pdf_words import words_of
from qa_service.loading.stated_title import plausible_title

# Far above any release (the longest of 1,842 of the US Senate has 9,275 words, some 20 pages), and read in seconds
# when a hostile file uses them up.
MAX_PAGES = 500
MAX_STREAM_BYTES = 10_000_000  # of one stream, decompressed
MAX_BYTES = 20_000_000  # of all page contents
MAX_OPERATIONS = 500_000
MAX_CHARACTERS = 1_000_000
MAX_FONTS = 100
MAX_READS = 5_000_000  # of the file, most of them of one byte

_DAMAGED = "it is damaged, or no PDF ({}): export it again as PDF, or save its text as .txt"


def extract_pdf(data: bytes) -> Extracted:
    """Return the text of a PDF without running heads and feet; its paragraphs, headings and tables told by layout.

    Raises:
        LoadError: It is damaged, protected by a password, only pictures, or larger than the limits.
    """
    with _as_load_error():
        reader = PdfReader(_CountedBytes(data))
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise LoadError("it is protected by a password: save it without one")
        pages = _lines(reader)
        edges = [(float(page.cropbox.bottom), float(page.cropbox.top)) for page in reader.pages]
        stated = _stated_title(reader)
    if not any(map(str.isalpha, (character for lines in pages for line in lines for character in line.text))):
        raise LoadError(
            "it holds no text, only pictures of pages: run text recognition (OCR) on it, and save the result"
        )
    pages = with_plain_hyphens(without_running_lines(pages, edges))
    words = words_of(line.text for lines in pages for line in lines)
    blocks = to_blocks([item for lines in pages for item in find_tables(lines, words)])
    return Extracted(blocks=tuple(blocks), title=plausible_title(stated, blocks))


class _CountedBytes(io.BytesIO):
    """A file that may be read so often only: damage can send pypdf over it again and again."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._n_reads_left = MAX_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self._n_reads_left -= 1
        if self._n_reads_left < 0:
            raise LoadError("it takes too long to read: export it again as PDF, or save its text as .txt")
        return super().read(size)


def _lines(reader: PdfReader) -> list[list[Line]]:
    n_pages = len(reader.pages)
    if n_pages == 0:
        raise LoadError("it has no pages: export it again as PDF, or save its text as .txt")
    if n_pages > MAX_PAGES:
        raise LoadError(f"it has {n_pages:,} pages, more than the limit of {MAX_PAGES}: split it")
    page_reader = PageReader(Budget(MAX_BYTES, MAX_OPERATIONS, MAX_CHARACTERS, MAX_FONTS))
    return [to_lines(page_reader.read(page), number) for number, page in enumerate(reader.pages)]


def _stated_title(reader: PdfReader) -> str:
    """Return the title in the file's properties, empty if there is none that can be read."""
    properties = reader.metadata
    title = properties.title if properties else None
    return title if isinstance(title, str) else ""


@contextmanager
def _as_load_error() -> Iterator[None]:
    """Limit what pypdf does, and give what it raises as a LoadError."""
    try:
        with apply_configuration(
            maximum_declared_stream_length=MAX_STREAM_BYTES,
            array_based_stream_maximum_output_length=MAX_STREAM_BYTES,
            lzw_maximum_output_length=MAX_STREAM_BYTES,
            run_length_maximum_output_length=MAX_STREAM_BYTES,
            zlib_maximum_output_length=MAX_STREAM_BYTES,
            zlib_maximum_recovery_input_length=100_000,
            stream_decoding_work_maximum_length=2 * MAX_STREAM_BYTES,
            page_tree_maximum_entries=10 * MAX_PAGES,
        ):
            yield
    except LoadError:
        raise
    except LimitReachedError as error:
        raise LoadError(
            f"it asks for more than any release needs ({error}): export it again, or save it as .txt"
        ) from error
    except (FileNotDecryptedError, DependencyError) as error:
        raise LoadError(f"it is encrypted in a way that can't be read ({error}): save it without encryption") from error
    except Exception as error:  # a damaged file may raise anything, from KeyError to RecursionError
        raise LoadError(_DAMAGED.format(type(error).__name__)) from error
