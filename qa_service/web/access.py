"""Who may rebuild: a program that sends the server's token, or a browser with a session that it got for the token.

A session is a cookie that holds when it began, signed with the token; the server keeps none. So all sessions end after
some hours, or when the token is changed.
"""

import hashlib
import hmac

from flask import Response, current_app, request
from itsdangerous import TimestampSigner
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

SESSION = "qa_operator"
SESSION_S = 8 * 60 * 60  # a working day


def server_token() -> str:
    """Return the token of the settings.

    Raises:
        Forbidden: There is none, so nobody may.
    """
    token: str | None = current_app.config.get("REBUILD_TOKEN")
    if not token:
        raise Forbidden(
            "Rebuilding over HTTP and the operator's page are off. Set QA_REBUILD_TOKEN on the server to turn them on."
        )
    return token


def is_token(given: str) -> bool:
    """Return whether `given` is the server's token, in the same time however much of it is right."""
    return hmac.compare_digest(given.encode(), server_token().encode())


def check_bearer() -> None:
    """Refuse a request that does not carry the token in its Authorization header."""
    server_token()
    # request.authorization takes a token with "=" in it for parameters
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    given = given.strip()
    if scheme.lower() != "bearer" or not given:
        raise Unauthorized("Send the header Authorization: Bearer TOKEN.", www_authenticate=WWWAuthenticate("bearer"))
    if not is_token(given):
        raise Forbidden("This is not the server's token.")


def has_session() -> bool:
    """Return whether the browser has signed in with the token that is the server's now, and not too long ago."""
    token: str | None = current_app.config.get("REBUILD_TOKEN")
    cookie = request.cookies.get(SESSION)
    return token is not None and cookie is not None and _signer(token).validate(cookie, max_age=SESSION_S)


def start_session(response: Response) -> None:
    """Give the browser a session."""
    cookie = _signer(server_token()).sign(SESSION).decode()
    response.set_cookie(
        SESSION, cookie, max_age=SESSION_S, path="/", secure=request.is_secure, httponly=True, samesite="Strict"
    )


def end_session(response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(SESSION, path="/", secure=request.is_secure, httponly=True, samesite="Strict")


def refuse_other_origins() -> None:
    """Refuse what a page of another site sends. Programs send neither header.

    Sec-Fetch-Site goes first because it holds behind any proxy, but browsers send it only over https and to localhost.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        is_own = site in {"same-origin", "none"}
    else:
        is_own = origin is None or origin.partition("://")[2].lower() == request.host.lower()
    if not is_own:
        raise Forbidden("This was sent by another site's page. Open the operator's page itself.")


def _signer(token: str) -> TimestampSigner:
    return TimestampSigner(token, salt="qa_service.web.access", key_derivation="hmac", digest_method=hashlib.sha256)
