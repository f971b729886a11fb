"""Releases: the list, each as a page with its passages, and each as plain text. All of it comes from the catalog."""

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.routing import PathConverter

from qa_service.indexing.catalog import Catalog, DocumentSummary
from qa_service.serialization import document_url
from qa_service.types import Document
from qa_service.web.citing import original_url
from qa_service.web.current import current_engine
from qa_service.web.forms import parse_list_query
from qa_service.web.negotiation import wants_page
from qa_service.web.release import is_outdated, lay_out, parse_highlight

blueprint = Blueprint("documents", __name__)


class DocumentIdConverter(PathConverter):
    """A path that may hold a line break, as a file's name may."""

    regex = r"[^/](?s:.*?)"


@blueprint.get("/documents")
def list_documents() -> ResponseReturnValue:
    """Releases, newest first, a page at a time."""
    asked = parse_list_query(request.args)
    summaries, total = current_engine().catalog.list_documents(
        words=asked.words, date_from=asked.date_from, date_to=asked.date_to, offset=asked.offset, limit=asked.limit
    )
    if wants_page():
        return render_template("documents.html", documents=summaries, total=total, asked=asked)
    return jsonify(
        documents=[_as_json(summary) for summary in summaries], total=total, offset=asked.offset, limit=asked.limit
    )


@blueprint.get("/documents/<document_id:document_id>")
def show_document(document_id: str) -> str:
    """The release as a page, the quote that the address names highlighted in it."""
    catalog = current_engine().catalog
    document = _document(catalog, document_id)
    highlight = parse_highlight(request.args, document.text)
    is_old_link = is_outdated(request.args, document.text)
    # the passages' numbers may be others now, too: without anchors the page opens at its beginning, where it says so
    blocks = lay_out(document, [] if is_old_link else catalog.passages_of(document_id), highlight)
    return render_template(
        "release.html",
        document=document,
        original=original_url(document.source_url, document.text[highlight.start : highlight.end] if highlight else ""),
        blocks=blocks,
        is_outdated=is_old_link,
        has_title=any(block.tag == "h1" for block in blocks),
    )


@blueprint.get("/documents/<document_id:document_id>/text")
def show_text(document_id: str) -> Response:
    """The stored text, which offsets count into."""
    return Response(_document(current_engine().catalog, document_id).text, mimetype="text/plain")


def _document(catalog: Catalog, document_id: str) -> Document:
    document = catalog.document(document_id)
    if document is None:
        raise NotFound("No release has this address. It may have been removed; /documents lists those that there are.")
    return document


def _as_json(summary: DocumentSummary) -> dict[str, object]:
    return {
        "document_id": summary.id,
        "title": summary.title,
        "date": summary.date.isoformat() if summary.date else None,
        "source_url": summary.source_url,
        "note": summary.note,
        "url": document_url(summary.id),
    }
