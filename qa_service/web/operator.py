"""The operator's page: what is in service, kept snapshots with their build reports, rebuilding, rolling back.

Names of withdrawn and skipped releases are not public, so all of it asks for the server's token: browsers sign in,
programs send it with each request and get JSON from the same addresses.
"""

from __future__ import annotations

import logging
from dataclasses import asdict

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict, Forbidden, HTTPException, NotFound, ServiceUnavailable, Unauthorized

from qa_service.builds import KeptBuild, find_build, kept_builds
from qa_service.errors import BusyError, DamagedSnapshotError, SnapshotError
from qa_service.indexing.snapshot import current_id, roll_back, snapshot_ids, writing
from qa_service.serialization import index_info_as_json
from qa_service.types import IndexInfo
from qa_service.web import access
from qa_service.web.current import current_engine
from qa_service.web.negotiation import JSON, wants_page
from qa_service.web.problems import as_response
from qa_service.web.rebuild import RETRY_AFTER_S, begin_job, find_job, job_as_json, rebuilder_in_charge
from qa_service.web.schemas import RollbackRequest, parse_json_object, validate
from qa_service.web.wording import job_in_words

SHOWN_JOBS = 5
SHOWN_NAMES = 2_000
"""Of a list of a report's releases: a page of more is slow to open. JSON has them all."""

logger = logging.getLogger(__name__)

blueprint = Blueprint("operator", __name__, url_prefix="/operator")


@blueprint.before_request
def check_access() -> None:
    """Refuse who has neither a session nor the token, and what another site's page sends."""
    access.server_token()
    if request.method == "POST":
        access.refuse_other_origins()
    if request.endpoint not in {"operator.sign_in", "operator.sign_out"} and not access.has_session():
        access.check_bearer()


@blueprint.after_request
def keep_to_the_browser(response: Response) -> Response:
    """Leave nothing to be seen after signing out, and let the page's own forms say where they are from."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@blueprint.errorhandler(Unauthorized)
def ask_to_sign_in(problem: Unauthorized) -> Response:
    """Show a browser the form instead; any other client is told as everywhere."""
    if not wants_page():
        return as_response(problem)
    ended = "Your session has ended. Sign in again." if access.SESSION in request.cookies else None
    return _with_headers_of(problem, render_template("sign_in.html", failure=ended))


@blueprint.errorhandler(Conflict)
def show_what_is_in_the_way(problem: Conflict) -> Response:
    """Show a browser the problem above the state that it is about."""
    return _with_headers_of(problem, _overview_page(problem)) if wants_page() else as_response(problem)


@blueprint.post("/session")
def sign_in() -> ResponseReturnValue:
    """Give who knows the token a session."""
    if access.is_token(request.form.get("token", "")):
        response = make_response(redirect(url_for("operator.overview"), 303))
        access.start_session(response)
        return response
    if not wants_page():
        raise Forbidden("This is not the server's token.")
    return render_template("sign_in.html", failure="This is not the server’s token."), 403


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the browser's session."""
    response = make_response(redirect("/", 303))
    access.end_session(response)
    return response


@blueprint.get("")
def overview() -> ResponseReturnValue:
    """What is in service, what is kept, and what was asked for lately."""
    if wants_page():
        return _overview_page()
    index, served = rebuilder_in_charge().index, _index_in_service()
    return jsonify(
        served=index_info_as_json(served) if served else None,
        current=current_id(index),
        snapshots=[_as_json(build) for build in kept_builds(index)],
        jobs=[job.id for job in rebuilder_in_charge().jobs()],
    )


@blueprint.get("/builds/<snapshot_id>")
def show_build(snapshot_id: str) -> ResponseReturnValue:
    """What the build of a kept snapshot did."""
    index = rebuilder_in_charge().index
    build = find_build(index, snapshot_id)
    if build is None:
        raise _no_snapshot(snapshot_id)
    if not wants_page():
        report, replay = build.report, build.replay
        return jsonify(
            **_as_json(build),
            report=asdict(report) if report else None,
            replay=asdict(replay) if replay else None,
            unreadable=build.unreadable,
        )
    served = _index_in_service()
    return render_template(
        "build.html",
        build=build,
        is_served=served is not None and served.version == build.id,
        kept=[other.id for other in kept_builds(index)],
        linked=current_engine().catalog.document_ids() if served else set(),
        shown_names=SHOWN_NAMES,
    )


@blueprint.post("/rebuild")
def start_job() -> ResponseReturnValue:
    """Begin a rebuild; 409 while one runs."""
    job = begin_job()
    address = url_for("operator.show_job", job_id=job.id)
    return redirect(address, 303) if wants_page() else (jsonify(job_as_json(job)), 202, {"Location": address})


@blueprint.get("/jobs/<job_id>")
def show_job(job_id: str) -> ResponseReturnValue:
    """How far a rebuild is, or how it ended."""
    job = find_job(job_id)
    if wants_page():
        return render_template("job.html", job=job)
    return jsonify(**job_as_json(job), status=job_in_words(job))


@blueprint.post("/rollback")
def put_in_service() -> ResponseReturnValue:
    """Put another kept snapshot in service; 409 while a build runs, and when the snapshot is damaged."""
    fields = parse_json_object(request.get_data()) if request.mimetype == JSON else request.form.to_dict()
    snapshot_id = validate(RollbackRequest, fields).snapshot
    index = rebuilder_in_charge().index
    try:
        with writing(index):
            if snapshot_id not in snapshot_ids(index):
                raise _no_snapshot(snapshot_id)
            manifest = roll_back(index, snapshot_id).manifest
    except BusyError as error:
        raise Conflict("A build is running, so nothing was rolled back. Try again when it has ended.") from error
    except DamagedSnapshotError as error:
        raise Conflict(f"Nothing was rolled back: {error}") from error
    except (SnapshotError, OSError) as error:
        logger.warning("a rollback to %s failed: %s", snapshot_id, error)
        raise ServiceUnavailable(
            "The rollback failed, because this machine can't read or write the index now; /operator tells what is in "
            "service. Look at its disk, its open files and who may write to the index folder, then ask again. The "
            "server's log says more.",
            retry_after=RETRY_AFTER_S,
        ) from error
    if wants_page():
        return redirect(url_for("operator.overview", rolled_back=manifest.id), 303)
    return jsonify(snapshot=manifest.id, documents=manifest.n_documents, passages=manifest.n_passages)


def _no_snapshot(snapshot_id: str) -> NotFound:
    return NotFound(f"There is no snapshot {snapshot_id}. It may have been removed; /operator lists those kept.")


def _overview_page(problem: Conflict | None = None) -> str:
    rebuilder = rebuilder_in_charge()
    jobs = rebuilder.jobs()
    return render_template(
        "operator.html",
        problem=problem,
        served=_index_in_service(),
        current=current_id(rebuilder.index),
        builds=kept_builds(rebuilder.index),
        jobs=jobs[:SHOWN_JOBS],
        running=next((job for job in jobs if job.state == "running"), None),
        rolled_back=request.args.get("rolled_back"),
    )


def _index_in_service() -> IndexInfo | None:
    try:
        return current_engine().info
    except ServiceUnavailable:
        return None  # the page is there to mend it


def _with_headers_of(problem: HTTPException, page: str) -> Response:
    response = make_response(page, problem.code)
    response.headers.extend((name, value) for name, value in problem.get_headers() if name == "WWW-Authenticate")
    return response


def _as_json(build: KeptBuild) -> dict[str, object]:
    manifest = build.manifest
    return {
        "snapshot": build.id,
        "built_at": manifest.built_at.isoformat() if manifest else None,
        "documents": manifest.n_documents if manifest else None,
        "passages": manifest.n_passages if manifest else None,
        "bytes": build.n_bytes,
        "damage": build.damage,
        "url": url_for("operator.show_build", snapshot_id=build.id),
    }
