import datetime as dt

import pytest

from qa_service.errors import LoadError
from qa_service.loading import load_document
from qa_service.types import Document

BODY = "The minister met his counterpart in Moscow on Monday, and they talked about trade for half an hour."


def page(html: str, name: str = "page.html") -> Document:
    return load_document(name, html.encode())


def text(body: str) -> str:
    return page(f"<!doctype html><body>{body}</body>").text


def title(head: str, body: str = f"<p>{BODY}</p>") -> str:
    return page(f"<!doctype html><head>{head}</head><body>{body}</body>").title


def test_paragraphs_are_parted_by_a_blank_line_and_breaks_are_line_ends() -> None:
    assert text("<p>One<br>two</p><div>three</div>four<p>five") == "One\ntwo\n\nthree\n\nfour\n\nfive"


def test_white_space_is_folded_as_a_browser_shows_it() -> None:
    assert text("<p>  One \n\t two  <b> three</b> four\n<br>  five </p>") == "One two three four\nfive"


def test_inline_tags_neither_add_nor_remove_spaces() -> None:
    assert (
        text("<p><b>Japan</b>ese<span> and</span> <i>Russian</i>s 10<sup>th</sup></p>") == "Japanese and Russians 10th"
    )


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<span class=a>Press release</span><!----><span class=a>14 March 2023</span>", "Press release 14 March 2023"),
        ("<time class=a>14 March 2023</time><a class=b>Brussels</a>", "14 March 2023 Brussels"),
        ("<span class=a>CO</span><span class=b>2</span>", "CO2"),
        ("<span class=a>Minis</span><span class=b>ters met</span>", "Ministers met"),
        ("<span class=a>1,240</span><span class=b>,113</span>", "1,240,113"),
        ("<span>Euro</span><span>Parliament</span>", "EuroParliament"),
    ],
)
def test_boxes_that_a_page_sets_apart_by_its_style_are_no_one_word(html: str, shown: str) -> None:
    assert text(f"<p>{html}") == shown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("14<sup>2</sup> crowns", "14² crowns"),
        ("250<a href=#f4><sup>4</sup></a> workers", "250⁴ workers"),
        ("250<sup><a href=#f4>[4]</a></sup> workers", "250[⁴] workers"),
        ("250<sup>1<b>2</b></sup> workers", "250¹² workers"),
        ("250<sup><sup>4</sup></sup> workers", "250⁴ workers"),
        ("10<sup>6</sup> tonnes on 5 km<sup>2</sup>", "10⁶ tonnes on 5 km²"),
        ("6<sup>1</sup>/<sub>2</sub> per cent of CO<sub>2</sub>", "6¹/2 per cent of CO2"),
        ("the 1<sup>st</sup> of 3", "the 1st of 3"),
        ("<sup>2</sup> Residents pay half.", "² Residents pay half."),
        ("<sup>14 crowns<p>2 days</sup> more 3", "14 crowns\n\n2 days more 3"),
    ],
)
def test_raised_digits_are_superscripts(html: str, shown: str) -> None:
    assert text(f"<p>{html}") == shown


@pytest.mark.parametrize(
    "struck",
    [
        "<del>85 metres</del>",
        "<s>85 <b>metres</b></s>",
        "<strike>85 metres</strike>",
        "<span style='color: red; text-decoration: line-through'>85 metres</span>",
        "<span style='text-decoration-line:underline line-through'>85 metres</span>",
    ],
)
def test_struck_out_text_is_dropped(struck: str) -> None:
    assert text(f"<p>The dam will be {struck} <ins>78 metres</ins> high.") == "The dam will be 78 metres high."


def test_underlined_text_is_kept() -> None:
    assert text("<p>The dam will be <u style='text-decoration: underline'>78 metres</u> high.") == (
        "The dam will be 78 metres high."
    )


def test_the_pronunciation_above_a_word_is_dropped() -> None:
    html = "<p>A <ruby>course<rp>(</rp><rt>kosu</rt><rp>)</rp></ruby> in <ruby><rb>京都<rt>きょうと</ruby>."
    assert text(html) == "A course in 京都."


def test_two_breaks_begin_a_paragraph() -> None:
    assert text("One.<br><br>Two.<br>\n<br><br>Three.") == "One.\n\nTwo.\n\nThree."


def test_preformatted_text_keeps_its_layout() -> None:
    assert text("<pre>Item   Yen\n  Tents  10</pre>") == "Item   Yen\n  Tents  10"


def test_entities_are_decoded_and_stay_text() -> None:
    assert (
        text("<p>R&amp;D &lt;script&gt; caf&eacute; &#8220;x&#8221;&nbsp;&mdash; &hellip;")
        == "R&D <script> café “x” — …"
    )


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>alert(1)</script>",
        "<style>p {}</style>",
        "<noscript>Turn it on</noscript>",
        "<template><p>x</p></template>",
        "<nav>Home | News</nav>",
        "<aside>Related</aside>",
        "<footer>Contact us</footer>",
        "<form><input> Search <button>Go</button></form>",
        "<iframe>x</iframe>",
        "<svg><title>Icon</title><text>x</text></svg>",
        "<p hidden>x</p>",
        "<p style='color: red; display : none'>x</p>",
        "<div role=navigation>x</div>",
        "<dialog>x</dialog>",
        "<!-- x -->",
        "<p><a href='#'>Back to Index</a></p>",
        "<p>[<a href='#'>Back to the top of this page</a>] | <a href='/'>Home</a></p>",
        "<div id=cookie-banner><p>We use cookies to count visits.</p><button>Accept</button></div>",
        "<div class='share-bar clearfix'>Share: <a href=#>Post</a> <a href=#>Mail</a></div>",
        "<p><a href=#>Facebook</a> <a href=#>Twitter</a> | <a href=#>Print this page</a></p>",
        "<ul class=breadcrumbs><li><a href=/>Start</a></li><li>Press releases</li></ul>",
        "<div class=SiteFooter><p>Kasumigaseki 2-2-1, Tokyo</p></div>",
        "<h3>Related Links</h3><ul><li><a href=a>Japan-Korea relations</a></li><li><a href=b>Visit</a></li></ul>",
        "<h3>Latest news</h3><div><p><a href=a>Visit to Egypt</a></p><p><a href=b>Aid to Guinea</a></p></div>",
        "<dl><dt>Related Information (Aid)</dt></dl><ul><li><a href=a>Aid to Guinea</a></li></ul>",
        "<p><a href=a>Related Information (Japan-Russia Relations)</a></p>",
        "<p><a href=#>Back to Press Releases</a></p>",
        "<p hidden onclick='steal()'>x</p><img src=x onerror=alert(1)>",
        "<div id=comments><h3>Comments (2)</h3><p>Joe: too dear.</p></div>",
        "<ol class='comment-list'><li class='comment even depth-1'><p>Joe: too dear.</p></li></ol>",
        "<section id=respond class=comment-respond><p>Leave a reply</p></section>",
        "<div id=disqus_thread>Loading</div>",
        "<div class='navbar-collapse collapse'><ul><li><a>Home</a></li><li>Call 555-1212</li></ul></div>",
        "<div class=language-switcher>Choose language: <a>English</a></div>",
        "<div class=td-post-sharing><p>Share it with friends</p></div>",
        "<div class='gem-c-share-links'><p>Share it with friends</p></div>",
        "<h3>Tags</h3><div><a href=a>Office of the Spokesperson</a> <a href=b>Guinea</a></div>",
        "<h2 class=visually-hidden>Breadcrumb</h2>",
        "<p><a class='sr-only focusable' href=#m>Skip to the words</a><span class=screen-reader-text>x</span></p>",
        "<div aria-hidden=true>Loading</div>",
        "<p><i class=icon aria-hidden=true>chevron_right</i></p>",
        "<p><label for=q>Site language</label> <label><input> Remember me</label></p>",
        "<div><input value=x> <label>Site language</label></div>",
        "<ol itemtype='https://schema.org/BreadcrumbList'><li><a href=/>Start</a><li>Summit</ol>",
        "<div aria-label=Breadcrumbs><a href=/>Start</a> / Summit</div>",
        "<p><a href=/>Home</a> &gt; <a href=/n>News</a> &gt; Summit</p>",
        "<p>You are here: <a href=/>Home</a> » Summit</p>",
        "<section><h2>Related news</h2><div><h3><a href=a>Aid to Guinea</a></h3><p>Tents sent.</p></div></section>",
        "<div><div><h2>Related</h2></div><span>Statement</span><a href=a>Aid to Guinea</a></div>",
        "<div class='field field--name-field-tags'><div>Tags</div><div><a href=a>Guinea</a></div></div>",
        "<div id=jp-relatedposts><h3>Related</h3></div>",
        "<ol class=breadCrumb><li><a href=/>Start</a></li><li>Summit</li></ol>",
        "<p><a href=/news>View all news</a></p>",
    ],
)
def test_what_is_no_text_of_the_release_is_dropped(hidden: str) -> None:
    assert text(f"<p>Before.</p>{hidden}<p>{BODY}</p>") == f"Before.\n\n{BODY}"


def test_words_of_a_release_are_kept_even_when_a_menu_could_say_them() -> None:
    assert text("<p>Back to Index</p><p><a href=x>The treaty</a></p>") == "Back to Index\n\nThe treaty"


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("<div class=social-development><p>Aid.</p></div>", "Aid."),
        ("<h3>Related documents</h3><ul><li>Joint statement</li></ul>", "Related documents\n\nJoint statement"),
        ("<ul><li><a href=a>Joint statement</a></li><li><a href=b>Annex</a></li></ul>", "Joint statement\nAnnex"),
        ("<p>We use cookies, said the minister.</p>", "We use cookies, said the minister."),
        ("<div class=comments-enabled><p>Aid.</p></div>", "Aid."),
        ("<div><h3>Related news</h3><p>Aid.</p></div>", "Related news\n\nAid."),
        ("<div><h3>Other measures</h3><p>Aid (<a href=a>map</a>).</p></div>", "Other measures\n\nAid (map)."),
        ("<h3><button>Aid</button></h3><div role=region aria-hidden=true>Tents.</div>", "Aid\n\nTents."),
        ("<div role=tabpanel aria-hidden=true><p>Aid.</p></div>", "Aid."),
        ("<h3>Tags</h3><p>They cost 5 euros.</p>", "Tags\n\nThey cost 5 euros."),
        ("<div class=article_topbar><p>Aid.</p></div>", "Aid."),
        ("<div class='panel-collapse collapse'><p>Aid.</p></div>", "Aid."),
        ("<p class='not-sr-only'>Aid.</p>", "Aid."),
        ("<p class='sr-only md:not-sr-only'>Aid.</p>", "Aid."),
        ("<p aria-hidden=false>Aid.</p>", "Aid."),
        ("<p><label>Place:</label> Tokyo</p>", "Place: Tokyo"),
        ("<p>Home &gt; Abroad</p>", "Home > Abroad"),
        ("<p>Home/school <a href=x>clubs</a> opened.</p>", "Home/school clubs opened."),
        ("<p>Home <a href=x>fires</a> killed 3.</p>", "Home fires killed 3."),
    ],
)
def test_what_only_resembles_furniture_is_kept(kept: str, expected: str) -> None:
    assert text(f"<h1>Summit</h1><p>{BODY}</p>{kept}") == f"Summit\n\n{BODY}\n\n{expected}"


def test_a_list_of_links_above_the_heading_of_the_page_is_its_menu() -> None:
    menu = "<ul><li><a href=a>About us</a></li><li><a href=b>Countries</a></li></ul>"
    assert text(f"{menu}<h1>Summit</h1><p>{BODY}</p>") == f"Summit\n\n{BODY}"


def test_a_line_of_links_above_the_heading_of_the_page_is_its_menu() -> None:
    languages = "<div><a href=ja>日本語</a> | <a href=fr>Français</a></div>"
    assert text(f"{languages}<h1>Summit</h1>{languages}<p>{BODY}</p>") == f"Summit\n\n日本語 | Français\n\n{BODY}"


@pytest.mark.parametrize(
    "menu",
    [
        "<ul><li><a href=a>Ministers</a></li><li><a href=b>News</a></li></ul>",
        "<div><a href=a>Ministers</a> | <a href=b>News</a></div>",
        "<div><a href=a>Ministers</a></div><div><a href=b>News</a></div><div><a href=c>Embassies</a></div>",
        "<table><tr><td><a href=a>Ministers</a><td><a href=b>News</a></table>",
        "<table><tr><td><ul><li><a href=a>Ministers</a><li><a href=b>News</a></ul><td><h3></h3></table>",
        "<table><tr><td><ul><li><a href=a>Ministers</a><li><a href=b>News</a></ul></table>",
        "<div id=share>Send</div><ul><li><a href=a>Ministers</a></li></ul>",
    ],
)
@pytest.mark.parametrize("heading", ["<p><b>Summit</b></p>", "<h2>Summit</h2>", "<h1>Summit</h1>"])
def test_links_that_begin_a_page_are_its_menu(menu: str, heading: str) -> None:
    document = page(f"{menu}{heading}<p>May 10, 2005</p><p>{BODY}</p>")
    assert (document.title, document.text) == ("Summit", f"Summit\n\nMay 10, 2005\n\n{BODY}")


def test_two_links_one_below_the_other_above_the_heading_of_the_page_are_its_menu() -> None:
    links = "<div><a href=a>Ministers</a></div><div><a href=b>News</a></div>"
    assert text(f"{links}<h1>Summit</h1><p>{BODY}</p>") == f"Summit\n\n{BODY}"


def test_a_menu_in_the_first_cell_of_a_page_that_a_table_arranges_is_dropped() -> None:
    menu = "<ul><li><a href=a>Ministers</a></li><li><a href=b>News</a></li></ul>"
    html = f"<table><tr><td>{menu}</td><td><h2>Summit</h2><p>{BODY}</p></td></tr></table>"
    assert text(html) == f"Summit\n\n{BODY}"


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p><a href=a>Summit</a></p>", "Summit"),
        ("<p><a href=a>Press</a></p><p><a href=b>Summit</a></p>", "Press\n\nSummit"),
        ("<p>Summit</p><ul><li><a href=a>Statement</a><li><a href=b>Annex</a></ul>", "Summit\n\nStatement\nAnnex"),
        ("<h2>Summit</h2><p><a href=a>日本語</a> | <a href=b>Français</a>", "Summit\n\n日本語 | Français"),
        ("<table><tr><td><a href=a>Summit</a><td>2005</table>", "Summit | 2005"),
    ],
)
def test_links_that_may_be_the_title_or_stand_below_it_are_kept(html: str, shown: str) -> None:
    assert text(f"{html}<p>{BODY}</p>") == f"{shown}\n\n{BODY}"


def test_furniture_whose_heading_is_taken_back_takes_no_text_with_it() -> None:
    html = f"<div class=share><p>Share</p></div><ul><li><a href=a>Post</a></li></ul><p>Summit</p><p>{BODY}</p>"
    assert text(html) == f"Summit\n\n{BODY}"


def test_links_end_where_the_text_goes_on() -> None:
    links = "<p>Related links</p><p><a href=a>Aid to Guinea</a></p>"
    assert text(f"{links}<p>{BODY}</p><p><a href=b>The treaty</a></p>") == f"{BODY}\n\nThe treaty"


def test_a_link_back_after_paragraphs_that_breaks_part_is_dropped() -> None:
    assert text(f"One.<br>&nbsp;<br>{BODY}<br><br>[<a href=#top>Back to Top</a>]") == f"One.\n\n{BODY}"


def test_marks_that_word_writes_before_the_items_of_a_list_are_no_text() -> None:
    mark = "<span style='font-family:Symbol;mso-list:Ignore'>·<span>&nbsp;&nbsp;</span></span>"
    item = f"<p class=MsoListParagraph><![if !supportLists]>{mark}<![endif]>tents<o:p></o:p></p>"
    assert text(f"<p>{BODY}</p>{item}") == f"{BODY}\n\ntents"


def test_a_share_bar_within_the_article_is_dropped_and_the_rest_of_it_is_kept() -> None:
    share = "<div class=social-share><p>Share</p></div>"
    assert text(f"<article><h1>Summit</h1>{share}<p>{BODY}</p></article>") == f"Summit\n\n{BODY}"


@pytest.mark.parametrize("box", ["div class=sidebar", "div id=share", "form", "header"])
def test_a_box_that_holds_the_heading_of_the_page_is_read(box: str) -> None:
    assert text(f"<{box}><h1>Summit</h1></{box.split(maxsplit=1)[0]}><p>{BODY}</p>") == f"Summit\n\n{BODY}"


def test_a_page_whose_whole_text_lies_in_a_menu_by_name_is_read() -> None:
    assert text(f"<div class=sidebar><p>{BODY}</p></div>") == BODY


def test_a_page_is_read_though_a_name_or_a_box_in_front_of_it_hides_it_all() -> None:
    assert text(f"<div class=comments aria-hidden=true><p>{BODY}</p></div><p>Cookies</p>") == f"{BODY}\n\nCookies"
    assert page(f"<body aria-hidden=true><p>{BODY}</p>").text == BODY
    assert text(f"<app-root aria-hidden=true><p>{BODY}</p></app-root>") == BODY


def test_a_main_heading_that_only_screen_readers_see_is_the_title() -> None:
    assert page(f"<h1 class=sr-only>Summit</h1><p>{BODY}</p>").title == "Summit"


def test_event_handlers_and_scripts_are_no_text() -> None:
    document = page(
        f"<h1 onmouseover=\"alert('boo')\">Summit</h1><p onclick=steal()>{BODY}</p><script>steal()</script>"
    )
    assert document.text == f"Summit\n\n{BODY}"


def test_a_script_in_the_text_is_inert_text() -> None:
    assert text("<p>&lt;img src=x onerror=alert(1)&gt;</p>") == "<img src=x onerror=alert(1)>"


def test_list_items_are_lines_of_one_paragraph_without_invented_marks() -> None:
    html = "<p>Sent:</p><ul><li>tents<ul><li>large</li><li><p>small</p><p>light</p></li></ul></li><li>mats</ul><p>End."
    assert text(html) == "Sent:\n\ntents\nlarge\nsmall\nlight\nmats\n\nEnd."


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<ol><li>tents</li><li><p>mats</p><p>light</p></li></ol>", "1. tents\n2. mats\nlight"),
        ("<ol start=3><li>tents<li>mats<li value=9>food<li>fuel</ol>", "3. tents\n4. mats\n9. food\n10. fuel"),
        ("<ol><li>tents<ol><li>large<li>small</ol><li>mats</ol>", "1. tents\n1. large\n2. small\n2. mats"),
        ("<ul><li>tents<ol><li>large</ol><li>mats</ul>", "tents\n1. large\nmats"),
        ("<ol><li>12 tents<li><li hidden>x<li>mats</ol>", "1. 12 tents\n3. mats"),
        (
            "<ol><li>1. tents<li>(2) mats<li>c) food<li>4 beds<li>5,000 yen</ol>",
            "1. tents\n(2) mats\nc) food\n4 beds\n5. 5,000 yen",
        ),
        ("<ol start=1000><li>tents</ol><ol start=-1><li>mats<li>food</ol>", "tents\n\nmats\n0. food"),
        (f"<ol start={'9' * 5000}><li value=x>tents</ol>", "1. tents"),
        ("<ol type=a><li>tents</ol><ol type=1><li>mats</ol>", "tents\n\n1. mats"),
        ("<ol reversed><li>tents<li>mats</ol>", "tents\nmats"),
        ("<ol style='list-style: none'><li>tents</ol><ol class='list-unstyled x'><li>mats</ol>", "tents\n\nmats"),
        ("<ol><li><h2>Tents</h2><p>Ten.</p><li>mats</ol>", "Tents\n\nTen.\n2. mats"),
    ],
)
def test_items_of_an_ordered_list_have_the_numbers_that_a_browser_shows(html: str, shown: str) -> None:
    assert text(f"<p>{BODY}</p>{html}") == f"{BODY}\n\n{shown}"


def test_items_of_an_ordered_list_are_no_headings() -> None:
    document = page(f"<h1>Summit</h1><p>{BODY}<ol><li>Trade<li>Loans</ol><p>{BODY}<ol><li>Aid</ol><p>{BODY}")
    assert document.sections == ()


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<q>No course, no work,</q> she said.", "“No course, no work,” she said."),
        ("<q>He said <q>no</q>.</q>", "“He said ‘no’.”"),
        ("<q>«Non», dit-il.</q> <q>Oui.</q>", "«Non», dit-il. “Oui.”"),
    ],
)
def test_a_quotation_has_its_marks(html: str, shown: str) -> None:
    assert text(f"<p>{html}") == shown


def test_a_table_of_data_has_a_line_for_each_row() -> None:
    html = (
        "<table><caption>Aid</caption><tr><th>Country<th>Yen</tr>"
        "<tr><td><p>Korea</p></td><td>16.7<br>million</td></tr><tr><td></td><td></td></tr></table>"
    )
    assert text(html) == "Aid\nCountry | Yen\nKorea | 16.7 million"


def test_an_empty_cell_keeps_its_place() -> None:
    assert text("<table><tr><td>a<td><td>c</tr><tr><td>d<td>e<td></table>") == "a |  | c\nd | e"


def test_the_signs_of_a_figure_are_in_its_cell() -> None:
    rows = [
        ["Revenue", "$", "12,300", ""],
        ["Loss", "US$", "(300", ")"],
        ["Margin", "12.5", "%"],
        ["Unit", "$", "%"],
    ]
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    assert text(f"<table>{table}</table>") == "Revenue | $12,300\nLoss | US$(300)\nMargin | 12.5%\nUnit | $ | %"


def test_a_table_that_arranges_the_page_gives_paragraphs() -> None:
    html = f"<table><tr><td>Menu</td><td><h2>Summit</h2><p>{BODY}</p><table><tr><td>a<td>b</table></td></tr></table>"
    assert text(html) == f"Menu\n\nSummit\n\n{BODY}\n\na | b"


def test_main_content_is_read_where_it_holds_most_of_the_text() -> None:
    assert text(f"<div>Menu</div><main><p>Crumbs</p><article><p>{BODY}</p></article></main><div>Ads</div>") == BODY


def test_the_heading_of_the_page_stays_with_its_content() -> None:
    assert text(f"<div>Menu</div><main><h1>Summit</h1><article><p>{BODY}</p></article></main>") == f"Summit\n\n{BODY}"


def test_a_small_main_element_does_not_hide_the_release() -> None:
    assert text(f"<main><p>Teaser</p></main><p>{BODY}</p>") == f"Teaser\n\n{BODY}"


def test_a_page_header_goes_but_the_header_of_the_release_stays() -> None:
    assert text(f"<header>The Ministry</header><p>{BODY}</p>") == BODY
    assert text(f"<article><header><h2>Summit</h2></header><p>{BODY}</p></article>") == f"Summit\n\n{BODY}"


def test_a_form_around_the_whole_page_is_no_form() -> None:
    assert text(f"<form id=aspnetForm><p>{BODY}</p></form>") == BODY


def test_the_main_heading_is_title_and_title_block() -> None:
    document = page(
        "<title>Ministry</title><p>Press Releases<h1>Visit<br>Summit</h1><p>May 10, 2005"
        f"<p>{BODY}<h2>Trade</h2><p>{BODY}"
    )
    assert document.title == "Visit – Summit"
    assert document.date == dt.date(2005, 5, 10)
    assert document.text[: document.body_start].rstrip() == "Press Releases\n\nVisit\nSummit\n\nMay 10, 2005"
    assert [(section.level, section.heading) for section in document.sections] == [(2, "Trade")]


def test_a_title_of_the_head_is_not_put_into_the_text() -> None:
    document = page(f"<title>Summit | Ministry of Foreign Affairs of Japan</title><p>{BODY}")
    assert document.title == "Summit"
    assert document.text == BODY


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<meta property=og:title content='Summit Meeting'><title>Other</title>", "Summit Meeting"),
        ("<title>Summit Meeting | News | Example</title>", "Summit Meeting"),
        ("<title>Summit Meeting - Ministry of Foreign Affairs</title>", "Summit Meeting"),
        ("<title>Summit Meeting - Results</title>", "Summit Meeting - Results"),
        ("<meta property=og:site_name content=MOFA><title>Summit Meeting - MOFA</title>", "Summit Meeting"),
        ("<title>Japan-Russia Summit</title>", "Japan-Russia Summit"),
        ("<meta property=og:title content='MOFA: Visit to Russia'><h1>Visit to Russia</h1>", "Visit to Russia"),
        (
            "<title>Acme Corp. - Acme Visits Russia</title><h1>Press Release Details</h1><h3>Acme Visits Russia</h3>",
            "Acme Visits Russia",
        ),
        ("<title>Visit to Russia: Tea - Results</title><h2>Visit to Russia</h2>", "Visit to Russia: Tea - Results"),
        ("<title>R&amp;D &lt;b&gt;</title>", "R&D <b>"),
    ],
)
def test_the_head_states_a_title_without_the_name_of_the_site(head: str, expected: str) -> None:
    assert title(head) == expected


@pytest.mark.parametrize(
    "stated",
    [
        "Untitled Document",
        "Newsroom",
        "Press Release Details",
        "PRESS RELEASE",
        "News Releases | Ministry of Foreign Affairs",
    ],
)
def test_a_title_that_says_nothing_is_none(stated: str) -> None:
    assert title(f"<title>{stated}</title>") == BODY
    assert title(f"<meta property=og:title content='{stated}'>") == BODY


def test_a_title_of_the_head_that_the_text_does_not_hold_is_not_that_of_a_page_with_headings() -> None:
    body = f"<div>Press release</div><h2>Prices Rise</h2><p>{BODY}"
    assert title(f"<title>Pages - PR-2023-045</title>{body}") == "Prices Rise"
    assert title(f"<title>On Rising Prices</title>{body}") == "On Rising Prices"


def test_the_name_of_the_office_is_no_title() -> None:
    head = "<title>Ministry of Foreign Affairs</title><h1>Ministry of Foreign Affairs</h1>"
    assert title(f"{head}<h2>Minister Visits Moscow</h2>") == "Minister Visits Moscow"
    assert title("<title>Press Information Bureau</title><h2>Minister Visits Moscow</h2>") == "Minister Visits Moscow"


@pytest.mark.parametrize(
    "statement",
    [
        "<meta property='article:published_time' content='2005-05-10T09:00:00+09:00'>",
        "<meta name=date content=2005-05-10>",
        "<meta name=DC.date content='10 May 2005'>",
        "<p><time datetime=2005-05-10>yesterday</time></p>",
        """<script type="application/ld+json">{"dateModified": "2006-01-01",
        "datePublished" : "2005-05-10T23:00:00-05:00"}</script>""",
    ],
)
def test_the_page_states_its_date(statement: str) -> None:
    assert page(f"{statement}<p>{BODY}").date == dt.date(2005, 5, 10)


@pytest.mark.parametrize(
    "byline",
    [
        "<p>Updated: <time datetime=2024-05-12></time></p><p>Published: <time datetime=2005-05-10></time></p>",
        "<p>Last modified <b><time datetime=2024-05-12></time></b> | <time datetime=2005-05-10></time></p>",
        "<p><time datetime=2005-05-10></time> Updated: <time datetime=2024-05-12></time></p>",
        "<p><i>Updated</i> <time datetime=2024-05-12></time> <i>Posted</i> <time datetime=2005-05-10></time></p>",
        "<dl><dt>Updated<dd><time datetime=2024-05-12></time><dt>Posted<dd><time datetime=2005-05-10></time></dl>",
        "<p><time itemprop=dateModified datetime=2024-05-12></time><time datetime=2005-05-10></time></p>",
        "<p><time class=updated datetime=2024-05-12></time><time class=published datetime=2005-05-10></time></p>",
        "<p><time class='published updated' datetime=2005-05-10></time><time datetime=2024-05-12></time></p>",
        "<p>Updated: <time datetime=2005-05-10></time></p>",
    ],
)
def test_the_time_of_a_change_is_passed_over_when_there_is_another(byline: str) -> None:
    assert page(f"{byline}<p>{BODY}").date == dt.date(2005, 5, 10)


def test_what_is_stated_for_search_engines_comes_before_the_times_of_a_history() -> None:
    script = '<script type="application/ld+json">{"datePublished": "2005-05-10T09:00:00+09:00"}</script>'
    assert page(f"{script}<p>{BODY}<ol><li><time datetime=2006-01-01></time>Mended</ol>").date == dt.date(2005, 5, 10)


@pytest.mark.parametrize("moment", ["2005-05-11T01:30:00+00:00", "2005-05-09T23:30:00Z", "2005-05-11T01:30:00.000Z"])
def test_a_moment_in_utc_is_of_the_day_that_the_release_states(moment: str) -> None:
    head = f"<meta property='article:published_time' content='{moment}'><h1>Summit</h1>"
    day = dt.date(2005, 5, 10)
    assert page(f"{head}<p>May 10, 2005<p>{BODY}").date == day
    assert page(f"{head}<p><time datetime='2005-05-10T21:30:00-04:00'>Tuesday</time><p>{BODY}").date == day
    assert page(f"{head}<p>May 2, 2005<p>{BODY}").date == dt.date.fromisoformat(moment[:10])
    assert page(f"{head}<p>May 10, 2005<p>{BODY}".replace(moment, "2005-05-11")).date == dt.date(2005, 5, 11)


def test_the_time_of_an_event_in_the_text_is_not_the_date_of_the_page() -> None:
    assert page(f"<p>On <time datetime=2005-05-10>Tuesday</time> he left. {BODY}</p>").date is None


def test_the_page_states_its_address() -> None:
    assert page(f"<link rel=canonical href=https://example.org/a><p>{BODY}").source_url == "https://example.org/a"
    assert page(f"<meta property=og:url content=https://example.org/b><p>{BODY}").source_url == "https://example.org/b"
    assert page(f"<link rel=canonical href='javascript:alert(1)'><p>{BODY}").source_url is None


def test_numbered_paragraphs_are_headings_where_a_page_marks_none() -> None:
    document = page(f"<h1>Summit</h1><p>{BODY}<p><b>1. Trade</b><p>{BODY}<p><b>2. Loans</b><p>{BODY}")
    assert [section.heading for section in document.sections] == ["1. Trade", "2. Loans"]


def test_the_declared_charset_is_used() -> None:
    html = "<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'><p>日露首脳会談</p>"
    assert load_document("page.htm", html.encode("cp932")).text == "日露首脳会談"


def test_a_page_without_text_is_an_error() -> None:
    with pytest.raises(LoadError, match="holds no text"):
        page("<html><head><title>Only a title</title></head><body><script>x</script> &nbsp; </body></html>")


def test_a_frameset_is_an_error() -> None:
    with pytest.raises(LoadError, match="holds no text"):
        page("<frameset><frame src=a.html></frameset>")
