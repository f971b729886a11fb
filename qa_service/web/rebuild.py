"""Asking for a rebuild, and how far it is. Both need the token of the settings."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Flask, current_app, jsonify, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict, NotFound, ServiceUnavailable

from qa_service.errors import BusyError
from qa_service.web.access import check_bearer

if TYPE_CHECKING:
    from qa_service.jobs import Job, Rebuilder

RETRY_AFTER_S = 60
"""When the machine is at fault: somebody has to look at it first."""

logger = logging.getLogger(__name__)

blueprint = Blueprint("rebuild", __name__)
blueprint.before_request(check_bearer)


def rebuild_with(app: Flask, rebuilder: Rebuilder, token: str | None) -> None:
    """Make `rebuilder` do what is asked in this application by who knows `token`; without one, nobody may ask."""
    app.extensions["qa_service.rebuilder"] = rebuilder
    app.config["REBUILD_TOKEN"] = token or None


@blueprint.post("/rebuild")
def start_rebuild() -> ResponseReturnValue:
    """Begin a rebuild; 409 while one runs."""
    job = begin_job()
    return jsonify(job_as_json(job)), 202, {"Location": url_for("rebuild.show_rebuild", job_id=job.id)}


@blueprint.get("/rebuild/<job_id>")
def show_rebuild(job_id: str) -> ResponseReturnValue:
    """How far a rebuild is, or how it ended."""
    return jsonify(job_as_json(find_job(job_id)))


def rebuilder_in_charge() -> Rebuilder:
    """Return what rebuilds in this application."""
    return cast("Rebuilder", current_app.extensions["qa_service.rebuilder"])


def begin_job() -> Job:
    """Begin a rebuild.

    Raises:
        Conflict: One is running.
        ServiceUnavailable: The machine can't begin one now. The reason may name folders, so it goes to the log only.
    """
    try:
        return rebuilder_in_charge().start()
    except BusyError as error:
        raise Conflict("A rebuild is running. Ask again when it has ended.") from error
    except (OSError, RuntimeError) as error:
        logger.warning("no rebuild was begun: %s", error)
        raise ServiceUnavailable(
            "No rebuild was begun, because this machine can't begin one now. Look at its disk, its memory and who may "
            "write to the index folder, then ask again. The server's log says more.",
            retry_after=RETRY_AFTER_S,
        ) from error


def find_job(job_id: str) -> Job:
    """Return a rebuild as it stands now; raises NotFound."""
    job = rebuilder_in_charge().job(job_id)
    if job is None:
        raise NotFound("No rebuild has this number. The last hundred are known.")
    return job


def job_as_json(job: Job) -> dict[str, object]:
    """Return a rebuild with what came of it."""
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
