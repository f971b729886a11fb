import re

import pytest

from qa_service.errors import LoadError
from qa_service.loading.html import extract_html
from qa_service.loading.html_bounds import bound_parsing


def words(html: str) -> list[str]:
    return " ".join(block.text for block in extract_html(html.encode()).blocks).split()


@pytest.mark.parametrize("tag", ["div", "b", "custom-tag", "table><tr><td", "a><div"])
def test_a_page_nested_a_hundred_thousand_deep_gives_its_words(tag: str) -> None:
    assert words(f"<{tag}>" * 100_000 + "Summit Meeting") == ["Summit", "Meeting"]


def test_words_at_every_depth_are_kept_in_order() -> None:
    html = "".join(f"<div>{n}" for n in range(2000)) + "".join(f"</div>{n}" for n in range(2000))
    assert words(html) == [str(n) for n in [*range(2000), *range(2000)]]


def test_an_ordinary_page_is_parsed_as_it_is() -> None:
    html = "<html><body><!-- x --><div><p>a<b>c</b><p>d<svg><path d=''/></svg></div></body></html>" * 100
    assert bound_parsing(html) == html


def test_no_container_lies_deeper_than_512_after_flattening() -> None:
    depth = deepest = 0
    for slash, _ in re.findall(r"<(/?)(div|section)", bound_parsing("<div><section>" * 5000)):
        depth += -1 if slash else 1
        deepest = max(deepest, depth)
    assert deepest == 512


def test_thousands_of_unclosed_font_tags_are_not_repeated_in_every_paragraph() -> None:
    html = "".join(f"<font size={n}>" for n in range(2000)) + "<p>word" * 2000
    assert words(html) == ["word"] * 2000


def test_what_is_dropped_from_an_ordinary_page_is_dropped_from_a_deep_one() -> None:
    deep = "<div>" * 2000
    html = f"<nav>Menu</nav><script>alert('<p>')</script><svg><text>x</text></svg><noscript>y</noscript>{deep}Summit"
    assert words(html) == ["Summit"]


def test_a_tag_with_thousands_of_attributes_is_an_error() -> None:
    attributes = " ".join(f"a{n}" for n in range(5000))
    with pytest.raises(LoadError, match=r"more than 1,000 attributes"):
        bound_parsing(f"<p {attributes}>x")


def test_a_long_attribute_is_no_reason_to_refuse_a_page() -> None:
    assert words(f"<img src='data:{'x' * 50_000}' alt=\"{'word ' * 5000}\">Summit") == ["Summit"]
