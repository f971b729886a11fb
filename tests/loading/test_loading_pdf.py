import io
import itertools
import re
from collections.abc import Sequence

import pytest
from hostile_pdf import HELVETICA, compressed, pages, pdf, stream
from hypothesis import given, settings
from hypothesis import strategies as st
from outcomes import Format
from pypdf import PdfReader, PdfWriter
from release_writers import Heading, Items, Paragraph, Release, Table, write_pdf
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, SimpleDocTemplate
from reportlab.platypus import Paragraph as Flowable
from reportlab.platypus import Table as FlowableTable

from qa_service.loading.pdf_lines import Line, with_plain_hyphens
from qa_service.loading.pdf_words import join_lines, words_of

PDF = Format("release.pdf")
load, reason, text_or_reason = PDF.load, PDF.reason, PDF.text_or_reason

BODY = "The minister met his counterpart in Moscow on Monday, and they talked about trade for half an hour. "
RELEASE = Release(
    title=("Summit Meeting",),
    date="May 10, 2005",
    parts=(
        Paragraph(BODY * 3),
        Heading("1. Aid"),
        Items(("tents", "mats")),
        Table((("Country", "Yen"), ("Korea", "16.7"))),
        *(Paragraph(f"({n}) {BODY * n}".strip()) for n in range(1, 12)),
    ),
)


def drawn(*lines: tuple[float, float, str], size: float = 11, font: str = "Helvetica") -> str:
    """Return the text of a page with these lines at x and y."""
    return paged([(x, y, size, text) for x, y, text in lines], font=font)


def paged(*pages: Sequence[tuple[float, float, float, str]], font: str = "Helvetica") -> str:
    """Return the text of pages with these lines at x and y, each in type of its size."""
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=A4)
    for lines in pages:
        for x, y, size, text in lines:
            canvas.setFont(font, size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return load(data.getvalue()).text


def rewritten(data: bytes, **encryption: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    if encryption:
        writer.encrypt(**encryption)
    copy = io.BytesIO()
    writer.write(copy)
    return copy.getvalue()


def with_title(title: str, data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.add_metadata({"/Title": title, "/CreationDate": "D:19990101000000Z"})
    copy = io.BytesIO()
    writer.write(copy)
    return copy.getvalue()


def test_the_layout_of_another_program_gives_its_paragraphs_list_and_table() -> None:
    styles = getSampleStyleSheet()
    data = io.BytesIO()
    story = [
        Flowable("Summit Meeting", styles["Title"]),
        Flowable("May 10, 2005", styles["Normal"]),
        Flowable(BODY * 20, styles["BodyText"]),
        Flowable("Results", styles["Heading2"]),
        ListFlowable([Flowable(text, styles["BodyText"]) for text in ("tents", "mats " * 40)], bulletType="bullet"),
        FlowableTable([["Country", "Yen"], ["Korea", "16.7"]], style=[("GRID", (0, 0), (-1, -1), 1, colors.black)]),
    ]
    SimpleDocTemplate(data).build(story)
    document = load(data.getvalue())
    mats = ("mats " * 40).strip()
    assert document.text == (
        f"Summit Meeting\n\nMay 10, 2005\n\n{(BODY * 20).strip()}\n\nResults\n\ntents\n{mats}\n\n"
        "Country | Yen\nKorea | 16.7"
    )
    assert [(section.heading, section.level) for section in document.sections] == [("Results", 2)]


def test_words_of_different_type_in_a_line_are_one_line() -> None:
    data = io.BytesIO()
    SimpleDocTemplate(data).build(
        [Flowable("It is <b>ten</b>times the 10<super>th</super> of <i>May</i>.", getSampleStyleSheet()["Normal"])]
    )
    assert load(data.getvalue()).text == "It is tentimes the 10th of May."


def test_raised_digits_are_superscripts_and_no_part_of_the_number_before() -> None:
    data = io.BytesIO()
    text = "A tax of 12<super>3</super> crowns for 5 km<super>2</super>.<super>14</super> The 10<super>th</super>, "
    SimpleDocTemplate(data).build([Flowable(f"{text} CO<sub>2</sub>.", getSampleStyleSheet()["Normal"])])
    assert load(data.getvalue()).text == "A tax of 12³ crowns for 5 km².¹⁴ The 10th, CO2."


def test_a_mark_that_is_drawn_digit_by_digit_or_before_its_footnote_is_raised() -> None:
    mark = [(72.0, 104.0, 6.0, "1"), (75.4, 104.0, 6.0, "2"), (80.0, 101.0, 8.0, "Roth took office.")]
    assert paged([(72, 700, 11, BODY), *mark]).endswith("¹² Roth took office.")


def test_digits_are_not_raised_by_lines_that_are_not_quite_level_nor_by_a_large_first_letter() -> None:
    assert paged([(72, 700, 11, "No."), (92, 702.5, 11, "12"), (72, 650, 11, BODY)]).startswith("No. 12")
    first = [
        (72.0, 688.0, 30.0, "T"),
        (91.0, 700.0, 11.0, "he"),
        (106.0, 700.0, 11.0, "10"),
        (121.0, 700.0, 11.0, "tents"),
    ]
    assert "10 tents" in paged([*first, (72, 650, 11, BODY)])


FULL = "The ministry will extend the canals in the south by 88 kilometres by 2018, and of the cost the"
SMALL_PRINT = f"{FULL} towns pay half in all of the years"
NOTE = "See the report on canals."


def test_a_paragraph_runs_on_over_a_footnote() -> None:
    text = paged(
        [(72, 700, 11, FULL), (72, 686, 11, FULL), (72, 80, 7, NOTE)],
        [(72, 760, 11, "state pays half, and the towns the rest."), (72, 720, 11, FULL)],
    )
    assert text == f"{FULL} {FULL} state pays half, and the towns the rest.\n\n{NOTE}\n\n{FULL}"


def test_footnotes_of_several_pages_stand_one_by_one_after_the_paragraph() -> None:
    marked = [(72.0, 92.0, 5.0, "1"), (76.0, 89.5, 7.0, NOTE), (72.0, 82.5, 5.0, "2"), (76.0, 80.0, 7.0, NOTE)]
    text = paged(
        [(72, 700, 11, FULL), *marked],
        [(72, 760, 11, f"state and {FULL[:-10]}"), (72, 746, 11, FULL), (72, 80, 7, NOTE)],
        [(72, 760, 11, "state pays half.")],
    )
    assert text == f"{FULL} state and {FULL[:-10]} {FULL} state pays half.\n\n¹ {NOTE}\n\n² {NOTE}\n\n{NOTE}"


def test_a_footnote_stays_where_it_is_when_a_paragraph_begins_on_the_next_page() -> None:
    first = [(72.0, 700.0, 11.0, FULL), (72.0, 686.0, 11.0, "towns a third."), (72.0, 80.0, 7.0, NOTE)]
    assert paged(first, [(72, 760, 11, FULL)]) == f"{FULL} towns a third.\n\n{NOTE}\n\n{FULL}"


def test_a_quotation_in_small_type_runs_on_to_the_next_page() -> None:
    text = paged(
        [(72, 700, 11, FULL), (72, 686, 11, "minister wrote:"), (72, 660, 8, SMALL_PRINT)],
        [(72, 760, 8, "from now on."), (72, 730, 11, FULL), (72, 716, 11, FULL)],
    )
    assert f"\n\n{SMALL_PRINT} from now on.\n\n" in text


def test_a_word_that_is_parted_in_a_cell_is_one_word() -> None:
    data = io.BytesIO()
    rows = [["Country", "Purpose"], ["Korea", "the admin-\nistration and a\nlong-\nterm plan"]]
    SimpleDocTemplate(data).build([FlowableTable(rows, style=[("VALIGN", (0, 0), (-1, -1), "TOP")])])
    assert load(data.getvalue()).text == "Country | Purpose\nKorea | the administration and a long-term plan"


def test_the_lines_of_a_cell_may_end_below_each_other() -> None:
    data = io.BytesIO()
    rows = [
        ["Item", "2023", "2022"],
        ["Revenue", "19,416", "17,040"],
        ["Profit\nof it abroad", "3,180\n(42)", "1,777\n(36)"],
    ]
    SimpleDocTemplate(data).build([FlowableTable(rows, style=[("ALIGN", (1, 0), (-1, -1), "RIGHT")])])
    assert load(data.getvalue()).text.endswith("17,040\nProfit of it abroad | 3,180 (42) | 1,777 (36)")


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("Canal Network to Be Ex-", "tended in the South"), "Canal Network to Be Extended in the South"),
        (("Talks on the North-", "South Canal"), "Talks on the North-South Canal"),
        (("Talks on Canals -", "the South"), "Talks on Canals -\nthe South"),
    ],
)
def test_a_word_that_is_parted_in_a_heading_is_one_word(lines: tuple[str, str], title: str) -> None:
    heading = [(72.0, 760.0, 18.0, lines[0]), (72.0, 738.0, 18.0, lines[1])]
    assert paged([*heading, (72, 680, 11, BODY)]) == f"{title}\n\n{BODY.strip()}"


def test_lines_that_end_early_stay_lines() -> None:
    text = drawn((72, 700, "Ministry of Foreign Affairs"), (72, 686, "Kasumigaseki 2-2-1"), (72, 640, BODY))
    assert text.startswith("Ministry of Foreign Affairs\nKasumigaseki 2-2-1\n\nThe minister")


def test_lines_at_the_right_margin_stay_lines() -> None:
    head = [("Press Release No 78/23", 760), ("Luxembourg, 4 May 2023", 746)]
    lines = [(545 - stringWidth(text, "Helvetica", 11), float(y), text) for text, y in head]
    line = BODY.strip()[:88]
    text = drawn(*lines, (72, 700, line), (72, 686, line), (72, 672, "half of it."))
    assert text == f"Press Release No 78/23\nLuxembourg, 4 May 2023\n\n{line} {line} half of it."


def test_a_line_that_a_raised_mark_pushes_down_goes_on() -> None:
    line = BODY.strip()[:88]
    text = drawn(*((72.0, 700.0 - 13 * n, line) for n in range(3)), (72, 656.5, "half of it."), (72, 643.5, "He left."))
    assert text == f"{line} {line} {line} half of it.\n\nHe left."


def test_an_indent_begins_a_paragraph() -> None:
    line = BODY.strip()[:88]
    text = drawn((90, 700, line), (72, 686, "half of it."), (90, 672, "Then he left."), (72, 658, line))
    assert text.split("\n\n")[0] == f"{line} half of it."


def test_a_hanging_item_runs_on_though_a_sentence_ends_with_its_first_line() -> None:
    assert drawn((72, 700, f"1. {BODY.strip()}"), (90, 686, "Then he left.")) == f"1. {BODY.strip()} Then he left."


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [(72.0, 700.0 - 14 * n, f"left line {n} goes on and on and") for n in range(20)]
    right = [(320.0, 700.0 - 14 * n, f"right line {n} goes on and on and") for n in range(20)]
    by_column = drawn(*left, *right)
    by_line = drawn(*itertools.chain.from_iterable(zip(left, right, strict=True)))
    assert by_column.index("left line 19") < by_column.index("right line 0")
    assert by_line.index("left line 19") < by_line.index("right line 0")


def test_lines_of_a_column_end_where_the_column_does() -> None:
    line = "the ministers met there and"
    left = [(72.0, 700.0 - 14 * n, line) for n in range(12)]
    right = [(320.0, 700.0 - 14 * n, line) for n in range(12)]
    assert drawn(*left, *right) == " ".join([line] * 24)


def test_lines_of_a_column_end_where_it_does_though_the_last_column_is_short() -> None:
    line = "the ministers met there and"
    left = [(72.0, 760.0 - 14 * n, line) for n in range(45)]
    right = [(320.0, 760.0 - 14 * n, line) for n in range(3)]
    assert drawn(*left, *right) == " ".join([line] * 48)


def test_a_paragraph_that_begins_at_the_top_of_a_column_is_told_by_its_indent() -> None:
    line = "The ministers met in Moscow."
    left = [(72.0, 700.0 - 14 * n, line) for n in range(6)]
    right = [(334.0, 700.0, line[:-5]), *((320.0, 686.0 - 14 * n, line) for n in range(5))]
    assert drawn(*left, *right) == f"{' '.join([line] * 6)}\n\n{' '.join([line[:-5], *[line] * 5])}"


def test_an_indented_line_that_ends_as_far_from_the_margin_is_not_centred() -> None:
    line = "The ministers met in Moscow and spoke about trade there for half an hour before they left."
    indented = (90.0, 672.0, line[:-6].strip())
    assert "\n\n" in drawn((72, 700, line), (72, 686, line), indented, (72, 658, line), (72, 644, line))


def test_a_heading_that_is_spread_over_the_width_of_its_lines_is_no_table() -> None:
    first = [(72.0, 700.0, "Food"), (132.0, 700.0, "Aid"), (180.0, 700.0, "through")]
    second = [(72.0, 684.0, "World"), (150.0, 684.0, "Food"), (212.0, 684.0, "Programme")]
    assert "|" not in drawn(*first, *second, (72, 640, BODY))


@pytest.mark.parametrize("line", ["Tokyo - The minister left.", "Page 1 – the treaty", "• tents – and mats"])
def test_a_dash_within_a_line_is_no_mark_of_a_list(line: str) -> None:
    assert drawn((72, 700, line), (72, 640, BODY)).startswith(line.removeprefix("• "))


@pytest.mark.parametrize("mark", ["•", "-", "o", ">", "»"])
def test_marks_with_a_gap_behind_them_make_a_list_and_no_table(mark: str) -> None:
    items = [
        (x, 700.0 - 16 * n, text) for n, item in enumerate(("tents", "mats")) for x, text in ((72, mark), (90, item))
    ]
    assert drawn((72, 730, "They sent:"), *items, (72, 600, BODY)) == f"They sent:\n\ntents\nmats\n\n{BODY.strip()}"


def test_a_mark_of_a_symbol_font_makes_a_list_and_no_table() -> None:
    table = stream(
        b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <01> <f0b7> endbfchar endcmap"
    )
    font = HELVETICA.replace(b">>", b"/ToUnicode 6 0 R >>")
    item = b"BT /F 11 Tf 1 0 0 1 72 %d Tm <01> Tj 1 0 0 1 90 %d Tm (tents) Tj ET "
    assert (
        load(pages(stream(b"".join(item % (y, y) for y in (700, 684, 668))), table, font=font)).text
        == "tents\ntents\ntents"
    )


def test_a_mark_that_stands_close_to_its_item_makes_a_list() -> None:
    text = drawn((72, 700, "•tents"), (72, 686, "•mats"), (72, 600, BODY))
    assert text == f"tents\nmats\n\n{BODY.strip()}"


@pytest.mark.parametrize(("foot", "is_kept"), [("more.", True), ("over", True), ("- more -", False), ("(more)", False)])
def test_the_last_word_of_a_page_is_not_taken_for_the_mark_that_another_page_follows(foot: str, is_kept: bool) -> None:
    assert drawn((72, 700, BODY), (72, 686, foot)).endswith(foot) is is_kept


def test_hyphens_are_typed_ones_where_a_program_writes_all_of_them_otherwise() -> None:
    def line(text: str) -> Line:
        return Line(text, page=0, x=72, end=500, y=700, size=11, word_end=100)

    parted = [[line("a long‐term infor‐"), line("mation")]]
    assert [each.text for each in with_plain_hyphens(parted)[0]] == ["a long-term infor-", "mation"]
    marked = [[line("a long-term infor‐"), line("mation")]]
    assert with_plain_hyphens(marked) == marked


def test_characters_without_a_width_of_their_own_have_that_of_their_font() -> None:
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
        b"/DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 900 /W [97 [500]] >>",
        stream(
            b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange "
            b"2 beginbfrange <0061> <007a> <0061> <0020> <0020> <0020> endbfrange endcmap"
        ),
    )
    wide = "abcdefgh".encode("utf-16-be").hex().encode()
    text = b"BT /F 10 Tf 72 700 Td <%b> Tj 68 0 Td <%b> Tj ET" % (wide, wide)
    assert load(pages(stream(text), *font[1:], font=font[0])).text == "abcdefghabcdefgh"


def test_letters_that_a_font_only_names_are_read_by_their_names() -> None:
    names = b"/o /f_f_i /c.alt /e.small /g12 /uni0041"
    encoding = b"<< /Type /Encoding /Differences [1 %b] >>" % names
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /X /Encoding %b >>" % encoding
    assert load(pages(stream(b"BT /F 11 Tf 72 700 Td <01020304050620> Tj ET"), font=font)).text == "officeA"


def test_a_page_that_lies_on_its_side_is_read() -> None:
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=A4)
    canvas.rotate(90)
    canvas.drawString(72, -100, "Summit Meeting")
    canvas.drawString(72, -150, BODY)
    canvas.save()
    assert load(data.getvalue()).text == f"Summit Meeting\n\n{BODY.strip()}"


def test_letters_that_are_drawn_twice_to_look_bold_are_read_once() -> None:
    assert drawn((72, 700, "Summit"), (72.3, 700, "Summit"), (72, 650, BODY)) == f"Summit\n\n{BODY.strip()}"


def test_running_heads_and_page_numbers_are_dropped_wherever_pages_end() -> None:
    document = load(write_pdf(RELEASE))
    assert len(PdfReader(io.BytesIO(write_pdf(RELEASE))).pages) > 1
    assert "Ministry of Foreign Affairs" not in document.text
    assert "- 1 -" not in document.text
    assert f"(11) {BODY * 11}".strip() in document.text


@pytest.mark.parametrize(
    ("foot", "is_kept"),
    [("Page 3 of 7", False), ("- 1 -", False), ("1", False), ("1/2", False), ("2005", True), ("10 tents", True)],
)
def test_a_page_number_is_dropped_and_another_number_is_not(foot: str, is_kept: bool) -> None:
    text = drawn((72, 700, BODY), (72, 660, BODY), (290, 60, foot))
    assert text.endswith(foot) is is_kept


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (("the infor-", "mation"), "the information"),
        (("Japan-", "Russia relations"), "Japan-Russia relations"),
        (("a long-", "term plan"), "a long-term plan"),
        (("a far-", "reaching plan; reaching far"), "a far-reaching plan; reaching far"),
        (("in 2005-", "06"), "in 2005-06"),
        (("soft‐", "ware"), "software"),
        (("a dash –", "here"), "a dash – here"),
        (("日露首脳", "会談"), "日露首脳会談"),
    ],
)
def test_a_word_that_was_parted_at_the_end_of_a_line_is_one_word(lines: tuple[str, str], joined: str) -> None:
    assert join_lines(*lines, words_of(lines)) == joined


def test_the_second_half_of_a_parted_word_is_no_word() -> None:
    lines = ("barbaric at-", "tacks aimed at civilians")
    assert join_lines(*lines, words_of(lines)) == "barbaric attacks aimed at civilians"


def test_usual_hyphens_stay_where_those_of_parted_words_are_of_another_kind() -> None:
    assert join_lines("of nation-", "building", frozenset(), is_parting_marked=True) == "of nation-building"
    assert join_lines("infor‐", "mation", frozenset(), is_parting_marked=True) == "information"


@pytest.mark.parametrize("title", ["Microsoft Word - draft.doc", "untitled", "release_final.pdf", "Budget of Parks"])
def test_a_title_in_the_properties_that_is_none_of_this_text_is_not_taken(title: str) -> None:
    document = load(with_title(title, rewritten(write_pdf(Release(("Summit",), "May 10, 2005", (Paragraph(BODY),))))))
    assert (document.title, str(document.date)) == ("Summit", "2005-05-10")


def test_a_title_in_the_properties_is_taken_where_the_text_marks_none() -> None:
    data = io.BytesIO()
    canvas = Canvas(data)
    canvas.drawString(72, 700, BODY)
    canvas.save()
    document = load(with_title("Talks with the Minister in Moscow", data.getvalue()))
    assert (document.title, document.date) == ("Talks with the Minister in Moscow", None)


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_file_that_anybody_may_open_is_read_though_it_is_encrypted(algorithm: str) -> None:
    data = write_pdf(RELEASE)
    encrypted = rewritten(data, user_password="", owner_password="secret", algorithm=algorithm)
    assert load(encrypted).text == load(data).text


def test_a_file_with_a_password_is_an_error() -> None:
    encrypted = rewritten(write_pdf(RELEASE), user_password="secret", algorithm="AES-256")
    assert reason(encrypted) == "it is protected by a password: save it without one"


def test_what_stands_at_the_foot_of_a_page_is_read_last_though_it_is_drawn_first() -> None:
    foot = [(72, 100, 8, "1 Loans excluded."), (72, 90, 8, "2 At current exchange rates.")]
    head = (72, 800, 8, "Press Release No. 23/123")
    text = paged([head, *foot, (72, 700, 18, "Board Meets"), (72, 660, 11, BODY), (72, 647, 11, "It agreed.")])
    assert text.endswith("It agreed.\n\n1 Loans excluded.\n\n2 At current exchange rates.")


def test_pictures_of_pages_are_an_error_that_names_the_remedy() -> None:
    picture = stream(b"\xff" * 100, b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /BitsPerComponent 8")
    assert "text recognition (OCR)" in reason(pages(stream(b"q 595 0 0 842 0 0 cm /X Do Q"), picture))


@pytest.mark.parametrize("text", [b"(12)", b"(- 1 -)", b"<0102>"])
def test_pictures_of_pages_with_their_numbers_only_are_an_error_too(text: bytes) -> None:
    font = HELVETICA.replace(b"/WinAnsiEncoding", b"<< /Type /Encoding /Differences [1 /g1 /g2] >>")
    assert "text recognition (OCR)" in reason(pages(stream(b"BT /F 11 Tf 290 30 Td %b Tj ET" % text), font=font))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_an_error_or_keeps_its_beginning(share: float) -> None:
    data = write_pdf(RELEASE)
    outcome = text_or_reason(data[: int(share * len(data))])
    assert outcome.startswith(("Summit Meeting", "it is damaged, or no PDF", "it holds no text"))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"no pdf", b"%PDF-1.7\n" + bytes(range(256)) * 50])
def test_what_is_no_pdf_is_an_error(data: bytes) -> None:
    assert "it is damaged, or no PDF" in reason(data)


TEXT = b"BT /F 11 Tf 72 700 Td (Summit Meeting) Tj ET "

LIMIT = "more than any release"
DAMAGED = "it is damaged, or no PDF"
HOSTILE = {
    "a stream that unpacks to 100 MB": (pages(compressed(b" " * 100_000_000)), LIMIT),
    "400 pages that unpack to 9 MB each": (pages(compressed(b" " * 9_000_000), kids=b"3 0 R " * 400), LIMIT),
    "a stream that was packed 5,000 times": (pages(stream(b"x", b"/Filter [" + b"/FlateDecode " * 5000 + b"]")), LIMIT),
    "a million operators": (pages(compressed(b"q Q " * 500_000)), LIMIT),
    "400 pages that all draw 30,000 operators": (pages(compressed(TEXT * 6_000), kids=b"3 0 R " * 400), LIMIT),
    "a text of 9 MB": (pages(compressed(b"BT /F 11 Tf (" + b"a " * 4_500_000 + b") Tj ET")), LIMIT),
    "a font whose every code stands for 1,000 letters": (
        pages(
            compressed(b"BT /F 11 Tf 72 700 Td (" + b"a" * 400_000 + b") Tj ET"),
            stream(
                b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <61> <%b> endbfchar endcmap"
                % (b"0061" * 1_000)
            ),
            font=HELVETICA.replace(b">>", b"/ToUnicode 6 0 R >>"),
        ),
        LIMIT,
    ),
    "more pages than any release": (pages(stream(TEXT), kids=b"3 0 R " * 501), "501 pages, more than the limit of 500"),
    "a million pages": (pages(stream(TEXT), kids=b"3 0 R " * 1_000_000), LIMIT),
    "a page tree that is its own branch": (pages(stream(TEXT), kids=b"2 0 R"), DAMAGED),
    "page trees that are each other's branch": (
        pdf(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>",
            b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>",
        ),
        DAMAGED,
    ),
    "a page tree 10,000 deep": (
        pdf(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            *(b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (n + 3) for n in range(10_000)),
        ),
        LIMIT,
    ),
    "arrays 100,000 deep": (pages(stream(b"[" * 100_000 + b"] TJ")), DAMAGED),
    "an object that is defined by itself": (pdf(b"1 0 R"), DAMAGED),
    "no page tree": (pdf(b"<< /Type /Catalog >>"), DAMAGED),
    "no pages": (pages(stream(TEXT), kids=b""), "it has no pages"),
    "a cross-reference table that leads to itself": (pdf(b"<< /Type /Catalog >>", trailer=b"/Prev 60"), DAMAGED),
    "a form that draws itself": (
        pages(
            stream(b"/X Do"),
            stream(b"/X Do /X Do", b"/Subtype /Form /Resources << /XObject << /X 6 0 R >> >>"),
        ),
        "it holds no text",
    ),
}


@pytest.mark.parametrize(("data", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason(data: bytes, expected: str) -> None:
    message = reason(data)
    assert expected in message
    assert re.search(r": (export|run|save|split)", message)


def test_thousands_of_saved_states_are_no_reason_to_refuse_a_page() -> None:
    assert load(pages(compressed(b"q " * 20_000 + TEXT))).text == "Summit Meeting"


def test_numbers_that_are_no_places_on_a_page_are_passed_over() -> None:
    huge = b"9" * 40
    odd = b"BT /F 11 Tf 1 0 0 1 72 700 Tm (Summit) Tj %b 0 Td (lost) Tj /N 3 Td (x) TJ 7 Tj ET " % huge
    assert load(pages(stream(b"Q Q EMC ET " + odd + TEXT))).text.startswith("Summit")


@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_a_damaged_file_gives_a_document_or_a_reason(data: st.DataObject) -> None:
    damaged = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(SMALL) - 1))] = data.draw(st.integers(0, 255))
    outcome = text_or_reason(bytes(damaged))
    assert outcome
    assert "could not be parsed" not in outcome


SMALL = pages(stream(TEXT + b"[(a) -300 (b)] TJ 1 0 0 1 0 0 cm /X Do"), stream(TEXT, b"/Subtype /Form"))
