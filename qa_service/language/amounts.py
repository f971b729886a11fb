"""What stands around the number of an amount: reserves such as "about", and the signs and codes of currencies.

All patterns are without groups, for text in which case doesn't count.
"""

from collections.abc import Mapping

RESERVES: Mapping[str, str] = {
    "at least": r"at least|not? (?:less|fewer) than|a minimum of|as (?:little|few) as",
    "at most": r"at most|up to|not? (?:more than|over|above|exceeding)|as (?:much|many) as|a maximum of|within",
    "more than": r"more than|over|in excess of|upwards of|above",
    "less than": r"less than|fewer than|under|below",
    "about": r"about|around|approximately|roughly|nearly|almost|some|close to|closer to|an estimated|estimated|circa",
}
"""Each reserve to the words that make it; of those that fit, the first counts: "no more than" is not "more than"."""

RESERVE = rf"(?:{'|'.join(RESERVES.values())})".replace(" ", r"\s+")

CURRENCY_CODES = (
    "USD JPY EUR GBP CHF AUD CAD NZD SGD HKD CNY INR KRW PHP IDR THB VND MYR ZAR GHS NGN KES BRL MXN PLN SEK NOK DKK "
    "CZK HUF AED SAR EGP"
).split()

SIGNS: Mapping[str, str] = {
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₹": "INR", "₱": "PHP", "₦": "NGN",
}  # fmt: skip
"""The signs of currencies to their codes; "$" alone may be another country's dollar."""
