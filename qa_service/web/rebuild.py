"""Asking for a rebuild, and how far it is. Both need the token of the settings."""

from __future__ import annotations

import hmac
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Flask, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Conflict, Forbidden, NotFound, Unauthorized

from qa_service.errors import BusyError

if TYPE_CHECKING:
    from qa_service.rebuilding import Job, Rebuilder

blueprint = Blueprint("rebuild", __name__)


def rebuild_with(app: Flask, rebuilder: Rebuilder, token: str | None) -> None:
    """Make `rebuilder` do what is asked in this application by who knows `token`; without one, nobody may ask."""
    app.extensions["qa_service.rebuilder"] = rebuilder
    app.config["REBUILD_TOKEN"] = token


@blueprint.before_request
def check_token() -> None:
    """Refuse who does not know the token, in the same time however much of it is right."""
    token = current_app.config.get("REBUILD_TOKEN")
    if not token:
        raise Forbidden("Rebuilding over HTTP is off. Set QA_REBUILD_TOKEN on the server to turn it on.")
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Unauthorized("Send the header Authorization: Bearer TOKEN.", www_authenticate=WWWAuthenticate("bearer"))
    if not hmac.compare_digest(given.token.encode(), token.encode()):
        raise Forbidden("This is not the server's token.")


@blueprint.post("/rebuild")
def start_rebuild() -> ResponseReturnValue:
    """Begin a rebuild; 409 while one runs."""
    try:
        job = _rebuilder().start()
    except BusyError as error:
        raise Conflict("A rebuild is running. Ask again when it has ended.") from error
    response = jsonify(_as_json(job))
    response.headers["Location"] = url_for("rebuild.show_rebuild", job_id=job.id)
    return response, 202


@blueprint.get("/rebuild/<job_id>")
def show_rebuild(job_id: str) -> ResponseReturnValue:
    """How far a rebuild is, or how it ended."""
    job = _rebuilder().job(job_id)
    if job is None:
        raise NotFound("No rebuild has this number. The last hundred since the server's start are known.")
    return jsonify(_as_json(job))


def _rebuilder() -> Rebuilder:
    return cast("Rebuilder", current_app.extensions["qa_service.rebuilder"])


def _as_json(job: Job) -> dict[str, object]:
    rebuilt = job.rebuilt
    return {
        "job": job.id,
        "state": job.state,
        "stage": job.stage,
        "done": job.done,
        "total": job.total,
        "started_at": job.started_at.isoformat(),
        "ended_at": job.ended_at.isoformat() if job.ended_at else None,
        "error": job.error,
        "report": asdict(rebuilt.report) if rebuilt else None,
        "replay": asdict(rebuilt.replay) if rebuilt and rebuilt.replay else None,
        "replay_failed": rebuilt.replay_failed if rebuilt else None,
    }
