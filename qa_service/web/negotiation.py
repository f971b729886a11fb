"""A page for a browser, JSON for everyone else."""

from flask import request

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
EVENTS = "text/event-stream"
PROBLEM = "application/problem+json"
JSON_WANTED = "Send JSON, with the header 'Content-Type: application/json'."
"""What a body of any other type is told."""


def wants_events() -> bool:
    """Return whether the client prefers server-sent events to JSON and to HTML; no tie, no `*/*` means them."""
    accepts = request.accept_mimetypes
    return accepts[EVENTS] > max(accepts[JSON], accepts["text/html"])


def sends_form() -> bool:
    """Return whether the body is a form; what `curl -d` sends as one, unless told otherwise, may be JSON."""
    return request.mimetype == FORM and not next(iter(request.form), "").lstrip().startswith("{")


def wants_page() -> bool:
    """Return whether the client prefers HTML to JSON. `*/*`, no Accept header and a tie all mean a program.

    So does a JSON body, whatever is accepted.
    """
    if request.mimetype == JSON:
        return False
    accepts = request.accept_mimetypes
    return accepts["text/html"] > max(accepts[JSON], accepts[PROBLEM])
