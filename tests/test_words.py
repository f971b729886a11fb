from qa_service.words import content_words, without_names


def test_words_are_lower_case_stems_without_accents_and_stop_words() -> None:
    assert content_words("The Ministers visited the Café") == ["minist", "visit", "cafe"]


def test_what_is_asked_stays_without_the_names() -> None:
    assert without_names("What gift did Putin give Koizumi in 2005?").split() == [
        "what",
        "gift",
        "did",
        "give",
        "in",
        "?",
    ]
