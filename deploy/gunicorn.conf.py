"""Several server processes on one index, on Linux: gunicorn -c deploy/gunicorn.conf.py

Address and numbers are the service's settings (QA_HOST, QA_PORT, QA_SERVER_THREADS ...); WEB_CONCURRENCY says how many
processes. Limits hold for each process, and /metrics tells of the one that answers.
"""

import os

from qa_service.config import load_settings
from qa_service.web.limits import Limits

_settings = load_settings()

wsgi_app = "qa_service.web.wsgi:make_app()"
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = Limits(_settings.server_threads, _settings.waiting_questions).n_threads
graceful_timeout = 30  # as long as `qa-service serve` lets running requests finish
limit_request_line = 8190  # its most: fifty ticked releases, or a long question, in an address
loglevel = _settings.log_level.lower()
control_socket_disable = True  # systemd starts and stops it; nobody else needs a way in
preload_app = False  # threads of the models would not survive the fork
forwarded_allow_ips = ""  # the setting QA_PROXIES says whom to believe, under any server
max_requests = 0  # a rebuild is a child of the process that was asked for it, and would die with it
