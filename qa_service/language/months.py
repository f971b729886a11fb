"""The names of the months, as English texts write them."""

from collections.abc import Mapping

MONTHS = tuple("January February March April May June July August September October November December".split())

MONTH_NAME = "|".join(MONTHS)
"""A pattern of the whole names, without groups."""

MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?"
)
"""A pattern of the names, whole or short, without groups, for text in which case doesn't count."""

MONTH_NUMBERS: Mapping[str, int] = {
    form.casefold(): number for number, name in enumerate(MONTHS, start=1) for form in (name, name[:3])
} | {"sept": 9}
"""What `MONTH` matches, case folded, to the month, 1 to 12."""
