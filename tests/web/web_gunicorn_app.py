"""The application as gunicorn is given it, over the tests' fake embedder; each response names its process."""

import os

from fakes import WordEmbedder
from flask import Flask, Response

from qa_service import assembly
from qa_service.web import wsgi


def make_app() -> Flask:
    assembly.make_embedder = lambda _settings: WordEmbedder()  # type: ignore[assignment, attr-defined]
    app = wsgi.make_app()

    def name_process(response: Response) -> Response:
        response.headers["X-Process"] = str(os.getpid())
        return response

    app.after_request(name_process)
    return app
