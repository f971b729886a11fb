import datetime as dt

import pytest

from qa_service.loading import load_document
from qa_service.types import Document

BODY = "The minister met his counterpart in Moscow on Monday, and they talked about trade for half an hour."


def release(text: str, name: str = "release.txt") -> Document:
    return load_document(name, text.encode())


def title_block(document: Document) -> str:
    return document.text[: document.body_start].rstrip()


def body(document: Document) -> str:
    return document.text[document.body_start :]


def test_the_first_line_is_the_title_and_the_date_line_belongs_to_its_block() -> None:
    document = release(f"Emergency Assistance to Argentina\n\nMay 1, 2003\n\n{BODY}")
    assert document.title == "Emergency Assistance to Argentina"
    assert document.date == dt.date(2003, 5, 1)
    assert title_block(document) == "Emergency Assistance to Argentina\n\nMay 1, 2003"
    assert body(document) == BODY


def test_several_title_lines_are_joined_by_a_dash() -> None:
    assert release(f"Visit to Russia\nSummit Meeting\n\n{BODY}").title == "Visit to Russia – Summit Meeting"


@pytest.mark.parametrize("title", ["Emergency Assistance to\nthe Republic of Korea", "Aid for the\nRepublic of Korea"])
def test_a_title_that_was_broken_is_joined_by_a_space(title: str) -> None:
    assert release(f"{title}\n\n{BODY}").title == title.replace("\n", " ")


def test_lines_of_a_title_in_a_file_of_short_lines_are_not_joined() -> None:
    document = release("Statement by the Prime Minister\nTokyo\n\nWe met today.\n\nWe agreed.")
    assert document.title == "Statement by the Prime Minister – Tokyo"


def test_a_hard_wrapped_title_is_joined_by_a_space() -> None:
    text = (
        "EMERGENCY ASSISTANCE FOR VICTIMS OF THE FLOOD DISASTER IN ARGENTINA\nCONTINUES\n\n"
        "The minister met his counterpart in Moscow on Monday, and they spoke\nabout trade."
    )
    document = release(text)
    assert document.title == "EMERGENCY ASSISTANCE FOR VICTIMS OF THE FLOOD DISASTER IN ARGENTINA CONTINUES"
    assert body(document).startswith("The minister met")


def test_what_stands_above_the_title_is_not_the_title() -> None:
    head = "FOR IMMEDIATE RELEASE\nMay 10, 2005\n\nContact: Jane Doe, (202) 555-0100\n\nMinister Visits Moscow"
    document = release(f"{head}\n\n{BODY}")
    assert document.title == "Minister Visits Moscow"
    assert document.date == dt.date(2005, 5, 10)
    assert title_block(document) == head


@pytest.mark.parametrize(
    "line",
    [
        "(Corrected)",
        "***CORRECTED***",
        "[Updated]",
        "Revised version",
        "FOR IMMEDIATE RELEASE – CORRECTED",
        "PRESS RELEASE | FOR IMMEDIATE RELEASE",
        "For Immediate Release   CONTACT: Jane Doe (202) 555-0100",
        "FOR RELEASE AT 9 A.M.",
        "FOR PLANNING PURPOSES ONLY",
        "Press Release No. 45",
        "PRESS RELEASE #45/2005",
        "MEDIA ADVISORY",
        "FOR RELEASE: Thursday, 7 September 2017, 12 noon",
        "SC/15620",
        "PR. No. 147/2024",
    ],
)
def test_a_stamp_is_not_the_title_when_a_line_follows_that_is(line: str) -> None:
    assert release(f"{line}\n\nMinister Visits Moscow\n\n{BODY}").title == "Minister Visits Moscow"


@pytest.mark.parametrize(
    "head",
    [
        "MINISTRY OF FOREIGN AFFAIRS\nREPUBLIC OF KENYA\n\nPRESS RELEASE",
        "Embassy of the Republic of Indonesia\nWashington, D.C.\n\nPress Release\nNo. 012/PR/V/2023",
        "Ministry of Foreign Affairs of Chile\nPress Bulletin No. 062\nSantiago, 18 April 2016",
        "SOUTH-EAST ATLANTIC FISHERIES COMMISSION (SEAFC)",
        "GOVERNMENT OF PAKISTAN\n\nMINISTRY OF FOREIGN AFFAIRS\n\nPRESS RELEASE",
        "Council of the EU\nPRESS RELEASE\n187/24\n12/03/2024",
    ],
)
def test_a_letterhead_is_not_the_title_when_a_line_follows_that_is(head: str) -> None:
    document = release(f"{head}\n\nMinister Visits Moscow\n\n{BODY}")
    assert document.title == "Minister Visits Moscow"
    assert body(document) == BODY


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("Ministry of Health\n\nLilongwe", "Ministry of Health"),
        ("Ministry of Health: Cholera Is Over\n\nStatement by the Minister", "Ministry of Health: Cholera Is Over"),
        ("Department of Justice Fines Three Banks\n\nCustomers to Get It", "Department of Justice Fines Three Banks"),
        ("Minister Visits Moscow\n\nMinistry of Foreign Affairs", "Minister Visits Moscow"),
        ("MINISTRY OF HEALTH\nCholera in four districts", "MINISTRY OF HEALTH – Cholera in four districts"),
    ],
)
def test_what_stands_where_a_letterhead_might_is_the_title_when_none_follows(head: str, title: str) -> None:
    assert release(f"{head}\n\n{BODY}").title == title


@pytest.mark.parametrize(
    "head",
    [
        "From: Press <press@example.org>\nTo: media@example.org\nSubject: FW: Visit to Moscow\n"
        "Date: Tue, 10 May 2005 09:15:00 +0200\nMIME-Version: 1.0",
        "From:\tPress\nSent:\tTuesday, May 10, 2005 9:15 AM\nTo:\tMedia\nSubject:\tVisit to Moscow",
        "MEMORANDUM\n\nTO: All staff\nFROM: The Secretary\nDATE: May 10, 2005\nSUBJECT: Visit to Moscow",
    ],
)
def test_the_subject_of_an_e_mail_is_the_title(head: str) -> None:
    document = release(f"{head}\n\n{BODY}")
    assert (document.title, document.date) == ("Visit to Moscow", dt.date(2005, 5, 10))
    assert title_block(document) == head


@pytest.mark.parametrize(
    "title",
    ["Speech on the Subject: Trade", "Correction", "Press Release Service Opens", "Updated Rules", "Release 45"],
)
def test_a_title_may_begin_like_a_stamp(title: str) -> None:
    assert release(f"{title}\n\n{BODY}").title == title


@pytest.mark.parametrize(
    "line",
    ["(Provisional translation)", "Tokyo, May 10, 2005", "For immediate release", "press@example.org", "* * *"],
)
def test_lines_between_title_and_body_belong_to_the_title_block(line: str) -> None:
    assert title_block(release(f"Minister Visits Moscow\n\n{line}\n\n{BODY}")) == f"Minister Visits Moscow\n\n{line}"


def test_up_to_two_subtitles_belong_to_the_title_block() -> None:
    head = "Minister Visits Moscow\n\nTalks on Trade\n\nBy the Press Office"
    assert title_block(release(f"{head}\n\n{BODY}")) == head


def test_a_row_of_short_lines_below_the_title_is_an_address_and_belongs_to_the_body() -> None:
    document = release(
        f"Letter to the Chairman\n\nThe Honorable John Warner\n\nChairman\n\nWashington, D.C. 20510\n\n{BODY}"
    )
    assert title_block(document) == "Letter to the Chairman"


def test_a_dateline_gives_the_date_and_stays_in_the_body() -> None:
    document = release(f"Minister Visits Moscow\n\nMOSCOW, July 17, 2006 – {BODY}")
    assert document.date == dt.date(2006, 7, 17)
    assert body(document).startswith("MOSCOW, July 17, 2006 – The minister")


def test_a_section_heading_ends_the_title_block() -> None:
    document = release(f"Summit Meeting\n\n1. Trade relations\n\n{BODY}\n\n2. Next steps\n\n{BODY}")
    assert title_block(document) == "Summit Meeting"


def test_a_file_with_a_line_for_each_paragraph_has_a_title_block_too() -> None:
    document = release(f"Minister Visits Moscow\nMay 10, 2005\n{BODY}\n{BODY}")
    assert title_block(document) == "Minister Visits Moscow\nMay 10, 2005"


def test_a_release_without_title_or_date_has_neither() -> None:
    document = release("The Senate passed the bill on Tuesday.\n\nIt goes to the House.")
    assert document.title == "The Senate passed the bill on Tuesday."
    assert document.date is None
    assert document.body_start == 0


def test_a_sentence_that_ends_in_an_abbreviation_is_no_subtitle() -> None:
    sentence = "The minister met on Monday in the capital with all of his many counterparts, near Washington, D.C."
    assert title_block(release(f"Minister Travels\n\n{sentence}\n\n{BODY}")) == "Minister Travels"


@pytest.mark.parametrize("title", ["Visit to the U.S.", "MINISTER: NO DEAL.", "Who Will Pay?"])
def test_a_title_may_end_like_a_sentence(title: str) -> None:
    assert title_block(release(f"{title}\n\n{BODY}")) == title


def test_long_body_text_without_a_title_is_titled_by_its_first_words() -> None:
    document = release(f"{BODY} {BODY}")
    assert document.title == (
        "The minister met his counterpart in Moscow on Monday, and they talked about trade for half an hour. "
        "The minister met his…"
    )
    assert document.body_start == 0


def test_a_text_without_words_is_titled_by_its_file() -> None:
    assert release("* * *", "notes/2005-05-10-summit.txt").title == "2005-05-10-summit"


def test_a_title_has_at_most_300_characters() -> None:
    title = release(f"---\ntitle: {'word ' * 100}\n---\n{BODY}").title
    assert len(title) == 300
    assert title.endswith("word…")


def test_front_matter_comes_before_what_the_text_says_and_is_not_text() -> None:
    document = release(
        f"---\ntitle: Stated\ndate: 2001-01-01\nnote: N.\n---\nMinister Visits\n\nMay 10, 2005\n\n{BODY}"
    )
    assert (document.title, document.date, document.note) == ("Stated", dt.date(2001, 1, 1), "N.")
    assert document.text.startswith("Minister Visits")
    assert body(document) == BODY


def test_a_date_line_comes_before_the_file_name() -> None:
    assert release(f"Title\n\nMay 10, 2005\n\n{BODY}", "2001-01-01.txt").date == dt.date(2005, 5, 10)


@pytest.mark.parametrize(
    "line",
    ["Deadline: June 30, 2006", "Last Updated: May 12, 2024", "(Revised: 12 May 2024)", "Effective: June 30, 2006"],
)
@pytest.mark.parametrize("head", ["{title}\n\n{line}\n\n{date}", "{line}\n\n{title}\n\n{date}"])
def test_the_date_of_something_else_is_neither_title_nor_date(line: str, head: str) -> None:
    head = head.format(title="Minister Visits Moscow", line=line, date="May 10, 2005")
    document = release(f"{head}\n\n{BODY}")
    assert (document.title, document.date) == ("Minister Visits Moscow", dt.date(2005, 5, 10))
    assert title_block(document) == head


def test_short_lines_above_the_main_heading_belong_to_the_title_block() -> None:
    above = "2\\. Press Releases\n\nReference number:\n\nHQ123\n\nMay 10, 2005"
    document = release(f"{above}\n\n# Minister Visits Moscow\n\n{BODY}", "release.md")
    assert (document.title, document.date) == ("Minister Visits Moscow", dt.date(2005, 5, 10))
    assert body(document) == BODY


def test_a_sentence_above_the_main_heading_is_body() -> None:
    document = release(f"2\\. {BODY}\n\n# Background\n\n{BODY}", "release.md")
    assert (document.body_start, [section.heading for section in document.sections]) == (0, ["Background"])


def test_a_short_line_below_the_date_is_body() -> None:
    document = release(f"Minister Visits Moscow\n\nMay 10, 2005\n\nTrade\n\n{BODY}")
    assert title_block(document) == "Minister Visits Moscow\n\nMay 10, 2005"


def test_a_heading_below_the_title_begins_a_section() -> None:
    document = release(f"# Minister Visits Moscow\n\nTea and talks\n\n## Trade\n\n{BODY}", "release.md")
    assert title_block(document) == "Minister Visits Moscow\n\nTea and talks"
    assert [section.heading for section in document.sections] == ["Trade"]


def test_a_hearing_is_a_title_and_not_the_day_of_its_release() -> None:
    document = release(f"Hearing on Dams, June 30, 2006\n\nMay 10, 2005\n\n{BODY}")
    assert document.title == "Hearing on Dams, June 30, 2006"
    assert document.date == dt.date(2005, 5, 10)


def test_a_release_that_says_only_when_it_was_changed_has_no_date() -> None:
    assert release(f"Minister Visits Moscow\n\nUpdated: May 12, 2024\n\n{BODY}").date is None


def test_the_file_name_gives_the_date_where_the_text_does_not() -> None:
    assert release(f"Title\n\n{BODY}", "sub/2007-05-22-biden-14.txt").date == dt.date(2007, 5, 22)


def test_the_date_of_an_event_in_the_title_is_not_the_date_of_the_release() -> None:
    assert release(f"Statement on September 11, 2001\n\n{BODY}").date is None
