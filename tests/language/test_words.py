from qa_service.language.words import content_words, without_names


def test_words_are_lower_case_stems_without_accents_and_stop_words() -> None:
    assert content_words("The Ministers visited the Café") == ["minist", "visit", "cafe"]


def test_a_footnotes_mark_is_no_part_of_a_number() -> None:
    assert content_words("14² crowns, 10⁶ tonnes, 6½ miles") == ["14", "crown", "10", "tonn", "6½", "mile"]


def test_what_is_asked_stays_without_the_names() -> None:
    assert without_names("What gift did Putin give Koizumi in 2005?").split() == [
        "what",
        "gift",
        "did",
        "give",
        "in",
        "?",
    ]
