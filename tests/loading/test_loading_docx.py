import io
import struct
import warnings
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.parser import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st
from outcomes import Format

from qa_service.loading import docx_package

BODY = "The minister met his counterpart in Moscow on Monday, and they talked about trade for half an hour."
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MAIN = "word/document.xml"
RAISED, LOWERED = "<w:vertAlign w:val='superscript'/>", "<w:vertAlign w:val='subscript'/>"
DOCX = Format("release.docx")
load, reason = DOCX.load, DOCX.reason


def saved(document: WordDocument) -> bytes:
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def body(xml: str) -> bytes:
    """Return a document whose body is `xml`."""
    document = docx.Document()
    for child in parse_xml(f"<w:body {W}>{xml}</w:body>"):
        document.element.body.insert(len(document.element.body) - 1, child)
    return saved(document)


def text(xml: str) -> str:
    return load(body(xml)).text


def run(words: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{words}</w:t></w:r>"


def changed(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return the package with what `change` does to its members."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = {name: package.read(name) for name in package.namelist()}
    change(members)
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return copy.getvalue()


def plain() -> bytes:
    document = docx.Document()
    document.add_paragraph(BODY)
    return saved(document)


def test_styles_mark_the_title_and_headings() -> None:
    document = docx.Document()
    document.add_heading("Visit\nSummit Meeting", level=0)
    document.add_paragraph("May 10, 2005")
    document.add_heading("Trade", level=1)
    document.add_paragraph(BODY)
    document.add_heading("Loans", level=2)
    document.add_paragraph(BODY)
    release = load(saved(document))
    assert release.title == "Visit – Summit Meeting"
    assert str(release.date) == "2005-05-10"
    assert [(section.level, section.heading) for section in release.sections] == [(2, "Trade"), (3, "Loans")]


def test_a_first_heading_is_the_title_where_no_paragraph_has_the_style_of_one() -> None:
    document = docx.Document()
    document.add_heading("Summit Meeting", level=1)
    document.add_paragraph(BODY)
    document.add_heading("Trade", level=1)
    document.add_paragraph(BODY)
    release = load(saved(document))
    assert (release.title, [section.heading for section in release.sections]) == ("Summit Meeting", ["Trade"])


def test_a_style_that_is_based_on_a_heading_is_one() -> None:
    document = docx.Document()
    style = document.styles.add_style("Ministry Section", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph(f"{BODY} First.")
    document.add_paragraph("Trade", style=style)
    document.add_paragraph(BODY)
    assert [section.heading for section in load(saved(document)).sections] == ["Trade"]


def test_list_items_are_lines_of_one_paragraph_without_invented_marks() -> None:
    document = docx.Document()
    for style, content in [(None, "Sent:"), ("List Bullet", "tents"), ("List Number", "mats"), (None, BODY)]:
        document.add_paragraph(content, style=style)
    assert load(saved(document)).text == f"Sent:\n\ntents\nmats\n\n{BODY}"


def test_a_paragraph_that_a_list_leaves_out_is_no_list_item() -> None:
    left_out = "<w:pPr><w:pStyle w:val='ListBullet'/><w:numPr><w:numId w:val='0'/></w:numPr></w:pPr>"
    assert text(f"<w:p>{left_out}{run('tents')}</w:p><w:p>{left_out}{run('mats')}</w:p>") == "tents\n\nmats"


@pytest.mark.parametrize("names", [["Aid", "Tea"], ["Aid"]])
def test_a_heading_below_a_title_without_a_style_is_not_the_title(names: list[str]) -> None:
    document = docx.Document()
    document.add_paragraph("Minister Visits Moscow")
    for name in names:
        document.add_heading(name, level=1)
        document.add_paragraph(BODY)
    assert load(saved(document)).title == "Minister Visits Moscow"


def test_a_heading_that_word_numbers_is_no_list_item() -> None:
    numbered = "<w:numPr><w:numId w:val='1'/></w:numPr>"
    headings = [
        f"<w:p><w:pPr><w:pStyle w:val='Heading2'/>{numbered}</w:pPr>{run(name)}</w:p>" for name in ("Aid", "Tea")
    ]
    release = load(body(f"<w:p>{run(BODY)}</w:p>{f'<w:p>{run(BODY)}</w:p>'.join(headings)}<w:p>{run(BODY)}</w:p>"))
    assert [section.heading for section in release.sections] == ["Aid", "Tea"]


def test_a_table_of_data_has_a_line_for_each_row_and_stands_where_it_was() -> None:
    document = docx.Document()
    document.add_paragraph(BODY)
    table = document.add_table(2, 3)
    for cell, content in zip(
        [cell for row in table.rows for cell in row.cells], ["a", "", "b\nc", "d", "e", ""], strict=True
    ):
        cell.text = content
    document.add_paragraph("End of the table.")
    assert load(saved(document)).text == f"{BODY}\n\na |  | b c\nd | e\n\nEnd of the table."


def test_a_table_that_arranges_the_page_gives_paragraphs() -> None:
    document = docx.Document()
    left, right = document.add_table(1, 2).rows[0].cells
    left.text = "Press release"
    right.add_paragraph("Summit", style="Heading 1")
    right.add_paragraph(BODY)
    assert load(saved(document)).text == f"Press release\n\nSummit\n\n{BODY}"


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        (
            "<w:r><w:t>one</w:t><w:br/><w:t xml:space='preserve'>two </w:t><w:tab/><w:t>three</w:t></w:r>",
            "one\ntwo  three",
        ),
        ("<w:r><w:t>Japan</w:t><w:noBreakHyphen/><w:t>Russia</w:t><w:softHyphen/></w:r>", "Japan-Russia"),
        ("<w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>", "new"),
        ("<w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom><w:r><w:t>new</w:t></w:r>", "new"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:t>shown</w:t></w:r>", "shown"),
        ("<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>shown</w:t></w:r>", "shown"),
        (f"{run('14')}{run('2', RAISED)}{run(' crowns')}", "14² crowns"),
        (f"{run('the 1')}{run('st', RAISED)}{run(' of 3')}", "the 1st of 3"),
        (f"<w:hyperlink>{run('250')}{run('1', RAISED)}{run('2', RAISED)}</w:hyperlink>", "250¹²"),
        (f"{run('CO')}{run('2', LOWERED)}", "CO2"),
        (f"{run('85', '<w:strike/>')}{run('90', '<w:dstrike/>')}{run('78 metres')}", "78 metres"),
        (run("78 metres", "<w:strike w:val='0'/><w:dstrike w:val='false'/>"), "78 metres"),
        ("<w:hyperlink><w:r><w:t>the treaty</w:t></w:r></w:hyperlink>", "the treaty"),
        ("<w:sdt><w:sdtContent><w:r><w:t>in a control</w:t></w:r></w:sdtContent></w:sdt>", "in a control"),
        ("<w:r><w:instrText>DATE</w:instrText></w:r><w:r><w:t>May 10</w:t></w:r>", "May 10"),
        ("<w:r><w:t>&lt;script&gt;alert(1)&lt;/script&gt;</w:t></w:r>", "<script>alert(1)</script>"),
    ],
)
def test_a_paragraph_has_the_text_that_its_reader_sees(runs: str, shown: str) -> None:
    assert text(f"<w:p>{runs}</w:p>") == shown


@pytest.mark.parametrize("end", ["del", "moveFrom"])
def test_a_paragraph_whose_end_is_deleted_runs_on_in_the_next(end: str) -> None:
    ended = f"<w:pPr><w:rPr><w:{end} w:id='1' w:author='x'/></w:rPr></w:pPr>"
    table = f"<w:tbl><w:tr><w:tc><w:p>{run('9')}</w:p></w:tc></w:tr></w:tbl>"
    xml = f"<w:p>{ended}{run('He left ')}</w:p><w:p>{ended}</w:p><w:p>{run('on Monday.')}</w:p>"
    assert text(f"{xml}{table}<w:p>{ended}{run('The end.')}</w:p>") == "He left on Monday.\n\n9\n\nThe end."


def test_a_letterhead_in_a_table_is_no_title() -> None:
    document = docx.Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "Republic of Kenya\nMinistry of Foreign Affairs"
    table.cell(0, 1).text = "Telegrams: “FOREIGN”\nP.O. Box 30551\nNairobi"
    for paragraph in ("PRESS RELEASE", "KENYA AND SOMALIA OPEN THEIR BORDER", BODY):
        document.add_paragraph(paragraph)
    release = load(saved(document))
    assert release.title == "KENYA AND SOMALIA OPEN THEIR BORDER"
    assert release.text.startswith("Republic of Kenya\nMinistry of Foreign Affairs\n\nTelegrams: “FOREIGN”\nP.O. Box")


def test_content_controls_and_text_boxes_are_read() -> None:
    box = (
        "<w:p><w:r><w:t>Before</w:t></w:r><w:r><w:pict><w:txbxContent>"
        "<w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
    )
    control = "<w:sdt><w:sdtContent><w:p><w:r><w:t>Controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    assert text(box + control) == "Before\n\nBoxed\n\nControlled"


def test_running_heads_and_feet_are_no_text() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Ministry"
    document.sections[0].footer.paragraphs[0].text = "Page 1 of 2"
    document.add_paragraph(BODY)
    assert load(saved(document)).text == BODY


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Talks with the Minister in Moscow", "Talks with the Minister in Moscow"),
        ("Word Document", BODY),
        ("Microsoft Word - draft.docx", BODY),
        ("Budget of Parks", BODY),
    ],
)
def test_a_title_in_the_properties_is_taken_where_it_is_that_of_the_text(stated: str, title: str) -> None:
    document = docx.Document()
    document.core_properties.title = stated
    document.add_paragraph(BODY)
    release = load(saved(document))
    assert (release.title, release.date) == (title, None)


def test_a_document_without_properties_is_read() -> None:
    data = changed(plain(), lambda members: members.pop("docProps/core.xml"))
    relations = b'Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"'

    def unlinked(members: dict[str, bytes]) -> None:
        start = members["_rels/.rels"].index(relations)
        first = members["_rels/.rels"].rindex(b"<Relationship ", 0, start)
        last = members["_rels/.rels"].index(b"/>", start) + 2
        members["_rels/.rels"] = members["_rels/.rels"][:first] + members["_rels/.rels"][last:]

    assert load(changed(data, unlinked)).title == BODY


def test_a_document_without_text_is_an_error() -> None:
    assert "it holds no text" in reason(saved(docx.Document()))


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_zip_is_an_error(data: bytes) -> None:
    assert "no Word document" in reason(data)


def test_an_old_word_document_and_one_with_a_password_are_errors_that_say_so() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    assert reason(ole) == "it is a document of an old Word (.doc), whatever its name: save it as .docx"
    assert "protected by a password" in reason(ole + "EncryptedPackage".encode("utf-16-le"))


def test_a_zip_with_a_password_is_an_error() -> None:
    data = bytearray(plain())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "protected by a password" in reason(bytes(data))


@pytest.mark.parametrize("missing", ["[Content_Types].xml", "_rels/.rels", MAIN])
def test_a_missing_part_is_an_error(missing: str) -> None:
    assert "save it again as .docx" in reason(changed(plain(), lambda members: members.pop(missing)))


def test_another_package_is_an_error() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("mimetype", "application/epub+zip")
    assert "can't be read as a Word document" in reason(data.getvalue())


def test_a_zip_bomb_is_an_error_whatever_size_it_states() -> None:
    bomb = changed(plain(), lambda members: members.update({MAIN: b" " * 100_000_000}))
    assert f"unpacks to more than {docx_package.MAX_XML_BYTES:,} bytes" in reason(bomb)
    true_size = struct.pack("<I", 100_000_000)
    assert bomb.count(true_size) == 2
    assert ": save it again as .docx" in reason(bomb.replace(true_size, struct.pack("<I", 1000)))


def test_a_picture_is_never_unpacked() -> None:
    data = changed(plain(), lambda members: members.update({"word/media/image1.png": bytes(100_000_000)}))
    assert load(data).text == BODY


def test_thousands_of_parts_are_an_error() -> None:
    def crowd(members: dict[str, bytes]) -> None:
        members.update({f"word/part{n}.xml": b"<a/>" for n in range(3000)})

    assert "more than the limit of 2,000" in reason(changed(plain(), crowd))


def test_millions_of_elements_are_an_error() -> None:
    crowded = f"<w:document {W}><w:body>{'<w:p/>' * 1_100_000}</w:body></w:document>".encode()
    assert "more than 1,000,000 elements" in reason(changed(plain(), lambda members: members.update({MAIN: crowded})))


LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("declaration", "entity"),
    [
        (f'<!DOCTYPE x [<!ENTITY e0 "ha">{LAUGHS}]>', "&e9;"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"),
        ('<!DOCTYPE x SYSTEM "http://example.org/x.dtd">', ""),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(declaration: str, entity: str, encoding: str) -> None:
    xml = f"<w:document {W}><w:body><w:p><w:r><w:t>{entity}x</w:t></w:r></w:p></w:body></w:document>"
    hostile = f'<?xml version="1.0" encoding="{encoding}"?>{declaration}{xml}'.encode(encoding)
    assert "declares a document type or entities" in reason(
        changed(plain(), lambda members: members.update({MAIN: hostile}))
    )


@pytest.mark.parametrize("encoding", ["utf-7", "cp037"])
def test_xml_in_an_encoding_that_could_hide_entities_is_refused(encoding: str) -> None:
    hidden = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e "ha">]><x>&e;</x>'
    data = hidden.encode(encoding) if encoding == "cp037" else hidden.replace("<!", "+ADw-!").encode()
    assert "not in UTF-8 or UTF-16" in reason(changed(plain(), lambda members: members.update({MAIN: data})))


def test_elements_100_000_deep_are_an_error() -> None:
    deep = f"<w:document {W}><w:body>{'<w:sdt>' * 100_000}{'</w:sdt>' * 100_000}</w:body></w:document>"
    assert "can't be read" in reason(changed(plain(), lambda members: members.update({MAIN: deep.encode()})))


def test_a_style_that_is_based_on_itself_ends() -> None:
    def loop(members: dict[str, bytes]) -> None:
        style = b'<w:style w:type="paragraph" w:styleId="L"><w:name w:val="l"/><w:basedOn w:val="L"/></w:style>'
        members["word/styles.xml"] = members["word/styles.xml"].replace(b"</w:styles>", style + b"</w:styles>")
        members[MAIN] = members[MAIN].replace(b"<w:p>", b'<w:p><w:pPr><w:pStyle w:val="L"/></w:pPr>')

    assert load(changed(plain(), loop)).text == BODY


def test_a_member_whose_name_leads_out_of_the_package_is_harmless() -> None:
    data = changed(plain(), lambda members: members.update({"../../evil.xml": b"<a/>", "/etc/evil.xml": b"<a/>"}))
    assert load(data).text == BODY


SMALL = body("<w:p><w:r><w:t>Summit Meeting</w:t></w:r></w:p>")


@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_a_damaged_package_gives_a_document_or_a_reason(data: st.DataObject) -> None:
    damaged = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(SMALL) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings(action="ignore"):  # zipfile warns of names that occur twice
        outcome = DOCX.text_or_reason(bytes(damaged))
    assert outcome
    assert "could not be parsed" not in outcome
