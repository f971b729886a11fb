"""A page for a browser, JSON for everyone else."""

from flask import request

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def wants_page() -> bool:
    """Return whether the client prefers HTML to JSON. `*/*`, no Accept header and a tie all mean a program.

    So does a JSON body, whatever is accepted.
    """
    if request.mimetype == JSON:
        return False
    accepts = request.accept_mimetypes
    return accepts["text/html"] > max(accepts[JSON], accepts["application/problem+json"])
