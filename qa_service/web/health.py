"""Whether the process lives, and whether it can answer."""

from flask import Blueprint, Response, jsonify

from qa_service.serialization import index_info_as_json
from qa_service.web.current import current_engine

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """The process is alive; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> Response:
    """The index that questions are answered from, or 503."""
    return jsonify(status="ready", index=index_info_as_json(current_engine().info))
