"""Refusing requests that were sent under a name that is not the server's, before anything else is done with them."""

from flask import Flask, request
from werkzeug.exceptions import MisdirectedRequest

from qa_service.hosts import HostNames


def answer_only_to(app: Flask, names: HostNames) -> None:
    """Refuse requests of `app` whose Host is none of `names`; one without Host is no browser's."""

    def check() -> None:
        host = request.headers.get("Host")
        if host is not None and not names.allow(host):
            raise MisdirectedRequest(
                f"This server does not answer to the name {host[:200]!r}. If it should, its operator adds the name to "
                "the setting allowed_hosts."
            )

    app.before_request(check)
