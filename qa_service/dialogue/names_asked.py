"""A question to the names that a release about its matter holds, however it writes them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa_service.dialogue.names import names_in

# Releases call the same person Sen., Senator or U.S. Senator.
_TITLE = re.compile(
    r"(?:U\.?S\.?\s+)?(?:Senators?|Sens?\.?|Rep\.|Representative|President|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Gov\.|Governor|"
    r"Congressman|Chairman)\s+(?=[A-Z])"
)
_ASKS_WORDS = re.compile(
    r"\bwhat (?:did|does|has|have)(?P<who> [^?]{1,80}?) "
    r"(?:say|said|tell|told|announced?|stated?|explain(?:ed)?|promised?)\b",
    re.IGNORECASE,
)
_BETWEEN_ALIKE = re.compile(r",?\s*(?:and|or)?\s*")
_PART = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class AskedName:
    """A name, or names joined in one list, of which one is enough.

    Attributes:
        alternatives: Of each, what finds its words.
    """

    alternatives: tuple[tuple[re.Pattern[str], ...], ...]

    def is_in(self, text: str) -> bool:
        """Tell whether all words of one of the names stand in `text`, anywhere."""
        return any(all(word.search(text) for word in words) for words in self.alternatives)

    def shares_a_word_with(self, text: str) -> bool:
        """Tell whether a word of one of the names stands in `text`: "Kano" of "Ada Kano"."""
        return any(word.search(text) for words in self.alternatives for word in words)


def speakers_asked(question: str) -> list[AskedName]:
    """Return the names of those whose words the question asks for, "what did Kano say?"; there are none mostly."""
    asked = _ASKS_WORDS.search(question)
    return names_asked(asked["who"]) if asked else []


def names_asked(question: str) -> list[AskedName]:
    """Return the names in a question, titles of persons left out; those of a list are one."""
    lists: list[list[str]] = []
    end = 0
    for name in (_TITLE.sub("", name) for name in names_in(question)):
        start = max(question.find(name, end), end)
        if lists and _BETWEEN_ALIKE.fullmatch(question[end:start]):
            lists[-1] += name.split(" and ")
        else:
            lists.append(name.split(" and "))
        end = start + len(name)
    return [AskedName(tuple(tuple(map(_pattern, _words(name))) for name in names)) for names in lists]


def names_of_most(names: Sequence[AskedName], texts: Sequence[str]) -> list[AskedName]:
    """Return the names that more than half of `texts` hold: one that they lack isn't what makes the matter."""
    return [name for name in names if 2 * sum(name.is_in(text) for text in texts) > len(texts)]


def _words(name: str) -> list[str]:
    return [word for word in name.split() if not word[0].islower()]


def _pattern(word: str) -> re.Pattern[str]:
    """Return what finds a word: US as U.S., E85 as E-85, Secretary-General as two words; capitals only as capitals."""
    letters = word.replace(".", "")
    if len(letters) > 1 and letters.isalpha() and letters.isupper():
        return re.compile(r"(?<!\w)" + r"\.?".join(letters) + r"(?!\w)")
    return re.compile(r"(?<!\w)" + r"[-.\s'’]*".join(_PART.findall(word)) + r"(?!\w)", re.IGNORECASE)
