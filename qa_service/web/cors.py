"""Lets pages of other origins read the API in a browser, if a setting names them. Cookies never count there.

The operator's page is left out: it lives on a cookie.
"""

from collections.abc import Sequence

from flask import Flask, Response, current_app, request

ANY_ORIGIN = "*"
PREFLIGHT_S = 600
"""How long a browser may remember what it was allowed; Chromium's own limit is two hours."""

_LEFT_OUT = "/operator"
_REQUEST_HEADERS = "Accept, Authorization, Content-Type, X-Request-ID"
_RESPONSE_HEADERS = "Location, Retry-After, X-Request-ID"


def allow_origins(app: Flask, origins: Sequence[str]) -> None:
    """Let pages of `origins` read this application; `*` among them means all."""
    allowed = frozenset(origins)
    if not allowed:
        return

    def is_allowed() -> bool:
        origin = request.headers.get("Origin")
        return origin is not None and bool(allowed & {ANY_ORIGIN, origin}) and not _is_left_out()

    def answer_preflight() -> Response | None:
        """Answer before a route can ask for a token, which a preflight doesn't carry."""
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        if not (is_preflight and is_allowed() and request.routing_exception is None):
            return None
        response = current_app.make_default_options_response()
        response.status_code = 204
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
        response.headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_S)
        return response

    def add_cors_headers(response: Response) -> Response:
        if _is_left_out():
            return response
        if ANY_ORIGIN not in allowed:
            response.vary.add("Origin")  # whether it was sent or not: a cache may hold this for another origin
        if is_allowed():
            any_or_own = ANY_ORIGIN if ANY_ORIGIN in allowed else request.headers["Origin"]
            response.headers["Access-Control-Allow-Origin"] = any_or_own
            response.headers["Access-Control-Expose-Headers"] = _RESPONSE_HEADERS
        return response

    app.before_request(answer_preflight)
    app.after_request(add_cors_headers)


def _is_left_out() -> bool:
    return request.path == _LEFT_OUT or request.path.startswith(f"{_LEFT_OUT}/")
