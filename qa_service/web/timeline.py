"""The same question answered by each release, by date: for programs, and as a page."""

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from qa_service.engine import MAX_TIMELINE
from qa_service.serialization import timeline_as_json
from qa_service.types import Timeline
from qa_service.web import plot
from qa_service.web.answering import trace
from qa_service.web.current import current_engine
from qa_service.web.forms import parse_timeline_query
from qa_service.web.negotiation import JSON, JSON_WANTED, wants_page
from qa_service.web.schemas import TimelineRequest, parse_json_object, validate

blueprint = Blueprint("timeline", __name__)


@blueprint.post("/timeline")
def timeline() -> ResponseReturnValue:
    """A question as JSON."""
    if request.mimetype != JSON:
        raise UnsupportedMediaType(JSON_WANTED)
    return jsonify(timeline_as_json(_traced(validate(TimelineRequest, parse_json_object(request.get_data())))))


@blueprint.get("/timeline")
def timeline_by_link() -> ResponseReturnValue:
    """A question in the address; an address without one is the empty chat page."""
    if wants_page() and not request.args:
        return redirect("/", 303)
    asked = parse_timeline_query(request.args)
    traced = _traced(asked)
    if not wants_page():
        return jsonify(timeline_as_json(traced))
    return render_template(
        "timeline.html", timeline=traced, asked=asked, bars=plot.bars_of(traced), max_timeline=MAX_TIMELINE
    )


def _traced(asked: TimelineRequest) -> Timeline:
    return trace(current_engine(), asked)
