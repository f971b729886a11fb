"""Which addresses that others wrote, in a release or a feed, may become a link."""

from urllib.parse import urlsplit

_LONGEST = 2000


def web_address(value: str) -> str | None:
    """Return `value` if it is an http(s) address. Nothing else may be a link: `javascript:` would run in the page."""
    value = value.strip()
    if len(value) > _LONGEST or not value.isprintable() or " " in value:
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in {"http", "https"} and parts.hostname else None
