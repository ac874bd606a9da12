"""gunicorn for this site, on a server and on one's own machine: gunicorn --config deploy/gunicorn.conf.py config.wsgi

Stands behind a proxy that ends TLS; see docs/operators.md.
"""

import gc
import os

bind = os.environ.get("GUNICORN_BIND", "127.0.0.1:8000")
# Why this one, and these numbers: docs/decisions/0009-web-server.md.
worker_class = "core.server.WaitressWorker"
workers = int(os.environ.get("WEB_CONCURRENCY") or max(2, os.cpu_count() or 1))
threads = 2
worker_connections = 1000
# Once for all processes, which share what they do not change.
preload_app = True
timeout = 30
graceful_timeout = 20
# Longer than the proxy keeps an idle connection, so that only the proxy ever closes one.
keepalive = 75
# Frees what uploads leave behind; the spread keeps workers from leaving at the same moment.
max_requests = 50_000
max_requests_jitter = 5_000
# The socket would be made in the home folder of whoever starts the site, and nothing here uses it.
control_socket_disable = True
# The access line is written by core.middleware, without addresses and query strings.
accesslog = None
errorlog = "-"
# As JSON, and without what somebody asked for or where it came from.
logconfig_dict = {
    "formatters": {"generic": {"()": "core.logs.ServerFormatter"}},
    # Not handed on to the site's own log, which would write each line once more.
    "loggers": {
        "gunicorn.error": {"handlers": ["error_console"], "propagate": False},
        "waitress": {"handlers": ["error_console"], "propagate": False, "level": "WARNING"},
        # A line for each request that waits for a thread.
        "waitress.queue": {"level": "ERROR"},
    },
}


def when_ready(server):
    # What is there now stays in every process: the collector need not look at it, and so never copies it.
    gc.collect()
    gc.freeze()
