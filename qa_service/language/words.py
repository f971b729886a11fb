"""Text to the words that count: lower case, no accents, English stop words out, stems.

The word index, the sentence reader and the evidence all use this one analysis, so "ministers" means the same to each.
"""

import re

import tantivy

_NAME_OR_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|[A-Z][\w'’.-]*\w|[A-Z]")
# Letters and digits, but not those of a footnote's mark: 14² is 14.
_WORD = r"[\p{Alphabetic}\p{N}&&[^\u{B2}\u{B3}\u{B9}\u{2070}-\u{2079}]]+"
# Words that ask or bind; what is asked about is in the others.
_STOP_WORDS = (
    "a about an and any are as at be been but by can could did do does for from had has have how i if in into is it its"
    " many me much no not of on or please s so such t tell than that the their then there these they this to was were"
    " what when where which who whom whose why will with would"
).split()


def english_analyzer() -> tantivy.TextAnalyzer:
    """Return the analysis chain; a new one each time, because an index takes its own."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_WORD))
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.custom_stopword(_STOP_WORDS))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


_ANALYZER = english_analyzer()


def content_words(text: str) -> list[str]:
    """Return the stems of the words that count, in order, repeats included."""
    return list(_ANALYZER.analyze(text))


def without_names(text: str) -> str:
    """Return `text` without its names and numbers: what is asked, whoever it is asked about."""
    return _NAME_OR_NUMBER.sub("", text[:1].lower() + text[1:])
