"""One release written in every format, as offices write them: front matter, markup, a page's furniture, a layout."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

import docx
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Items:
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    rows: tuple[tuple[str, ...], ...]


Part = Paragraph | Heading | Items | Table


@dataclass(frozen=True)
class Release:
    """Its title has one line or more; `parts` are its body."""

    title: tuple[str, ...]
    date: str
    parts: tuple[Part, ...]
    running_head: str = "Ministry of Foreign Affairs"


def write_txt(release: Release) -> bytes:
    pieces = ["\n".join(release.title), release.date]
    for part in release.parts:
        match part:
            case Paragraph(text) | Heading(text):
                pieces.append(text)
            case Items(texts):
                pieces.append("\n".join(texts))
            case Table(rows):
                pieces.append("\n".join(" | ".join(row) for row in rows))
    return "\n\n".join(pieces).encode()


def write_md(release: Release) -> bytes:
    pieces = ["# " + "<br>".join(map(_md, release.title)), _md(release.date)]
    for part in release.parts:
        match part:
            case Paragraph(text):
                pieces.append(_md(text))
            case Heading(text):
                pieces.append("## " + _md(text))
            case Items(texts):
                pieces.append("\n".join("- " + _md(text) for text in texts))
            case Table(rows):
                lines = ["| " + " | ".join(map(_md, row)) + " |" for row in rows]
                lines.insert(1, "|" + "---|" * len(rows[0]))
                pieces.append("\n".join(lines))
    return "\n\n".join(pieces).encode()


def _md(text: str) -> str:
    return re.sub(r"^(\(?\d+)([.)])|([*_`<\[#|\\])", lambda m: f"{m[1]}\\{m[2]}" if m[1] else "\\" + m[3], text)


def write_html(release: Release) -> bytes:
    body = [f"<h1>{'<br>'.join(map(escape, release.title))}</h1>", f"<p class=date>{escape(release.date)}</p>"]
    for part in release.parts:
        match part:
            case Paragraph(text):
                body.append(f"<p>{escape(text)}</p>")
            case Heading(text):
                body.append(f"<h2>{escape(text)}</h2>")
            case Items(texts):
                body.append("<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>")
            case Table(rows):
                cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
                body.append("<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>")
    return (
        f"<!doctype html><html><head><title>{escape(release.title[0])} | Ministry of Foreign Affairs</title></head>"
        "<body>"
        "<div id=cookie-banner><p>We use cookies. <a href=/p>Privacy</a></p><button>Accept</button></div>"
        f"<header><p>{release.running_head}</p></header><nav><ul><li><a href=/>Home</a></li></ul></nav>"
        f"<div id=main>{''.join(body)}</div><p><a href=index.html>Back to Index</a></p>"
        "<footer>Copyright, legal matters</footer><script>track()</script></body></html>"
    ).encode()


def write_docx(release: Release) -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = release.running_head
    document.sections[0].footer.paragraphs[0].text = "Page 1 of 2"
    document.core_properties.title = "Microsoft Word - draft3.docx"
    document.add_heading("\n".join(release.title), level=0)
    document.add_paragraph(release.date)
    for part in release.parts:
        match part:
            case Paragraph(text):
                half = len(text) // 2
                paragraph = document.add_paragraph(text[:half])
                paragraph.add_run(text[half:]).bold = True
            case Heading(text):
                document.add_heading(text, level=1)
            case Items(texts):
                for text in texts:
                    document.add_paragraph(text, style="List Bullet")
            case Table(rows):
                table = document.add_table(rows=0, cols=len(rows[0]))
                for row in rows:
                    for cell, text in zip(table.add_row().cells, row, strict=True):
                        cell.text = text
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def write_pdf(release: Release, *, size: float = 11) -> bytes:
    """Write pages in type of `size` points. Each line of the title is far from filling its line: else it would wrap."""
    data = io.BytesIO()
    layout = _PageLayout(Canvas(data, pagesize=A4), release.running_head, size)
    layout.canvas.setTitle("Microsoft Word - draft3.doc")
    for line in release.title:
        layout.lines([line], font="Helvetica-Bold", size=size + 2)
    layout.gap()
    layout.lines([release.date])
    layout.gap()
    for part in release.parts:
        match part:
            case Paragraph(text):
                layout.paragraph(text)
            case Heading(text):
                layout.paragraph(text, font="Helvetica-Bold", size=size + 1.5)
            case Items(texts):
                for text in texts:
                    layout.item(text)
            case Table(rows):
                layout.table(rows)
        layout.gap()
    layout.end()
    return data.getvalue()


@dataclass
class _PageLayout:
    """Sets lines on pages from top to bottom, with a running head and a page number on each."""

    canvas: Canvas
    running_head: str
    size: float
    left: float = 72
    right: float = 523
    y: float = 770
    page: int = 1
    words_parted: list[str] = field(default_factory=list)

    def gap(self) -> None:
        self.y -= 0.8 * self.size

    def paragraph(self, text: str, *, font: str = "Helvetica", size: float | None = None) -> None:
        self.lines(list(self._wrapped(text, self.right - self.left, font, size or self.size)), font=font, size=size)

    def item(self, text: str) -> None:
        first, *more = self._wrapped(text, self.right - self.left - 18, "Helvetica", self.size)
        self.lines([first], x=self.left + 18, mark="•")
        self.lines(more, x=self.left + 18)

    def lines(
        self,
        lines: Sequence[str],
        *,
        font: str = "Helvetica",
        size: float | None = None,
        x: float | None = None,
        mark: str = "",
    ) -> None:
        for line in lines:
            self._next_line((size or self.size) * 1.25)
            self.canvas.setFont(font, size or self.size)
            if mark:
                self.canvas.drawString(self.left, self.y, mark)
            self.canvas.drawString(self.left if x is None else x, self.y, line)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        width = (self.right - self.left) / len(rows[0])
        for row in rows:
            cells = [list(self._wrapped(cell, width - 12, "Helvetica", self.size)) for cell in row]
            height = max(map(len, cells))
            self._next_line(self.size * 1.25)
            top = self.y
            self.canvas.setFont("Helvetica", self.size)
            for column, cell in enumerate(cells):
                for n, line in enumerate(cell):
                    self.canvas.drawString(self.left + column * width, top - n * self.size * 1.25, line)
            self.y = top - (height - 1) * self.size * 1.25 - 4

    def end(self) -> None:
        self._furniture()
        self.canvas.save()

    def _next_line(self, leading: float) -> None:
        if self.y - leading < 72:
            self._furniture()
            self.canvas.showPage()
            self.page += 1
            self.y = 770
        self.y -= leading

    def _furniture(self) -> None:
        self.canvas.setFont("Helvetica", 0.75 * self.size)
        self.canvas.drawString(self.left, 800, self.running_head)
        self.canvas.drawCentredString(297, 40, f"- {self.page} -")

    def _wrapped(self, text: str, width: float, font: str, size: float) -> Iterator[str]:
        """Yield lines no wider than `width`; a long word is parted with a hyphen where a syllable of it fits."""
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if stringWidth(longer, font, size) <= width:
                line = longer
                continue
            head = word[: len(word) // 2]
            if len(word) > 9 and word.isalpha() and stringWidth(f"{line} {head}-", font, size) <= width:
                self.words_parted.append(word)
                yield f"{line} {head}-"
                line = word[len(head) :]
            else:
                yield line
                line = word
        yield line


WRITERS = {".txt": write_txt, ".md": write_md, ".html": write_html, ".docx": write_docx, ".pdf": write_pdf}
