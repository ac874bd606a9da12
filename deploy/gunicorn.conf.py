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
# Load the site once, so that the processes share what they do not change.
preload_app = True
timeout = 30
graceful_timeout = 20
# Longer than the proxy keeps an idle connection, so that only the proxy ever closes one.
keepalive = 75
# A new process frees the memory that uploads used. The spread keeps workers from restarting together.
max_requests = 50_000
max_requests_jitter = 5_000
# gunicorn would make this socket in a home folder, and nothing here uses it.
control_socket_disable = True
# core.middleware writes the access line, without addresses and query strings.
accesslog = None
errorlog = "-"
# Write JSON, without addresses of pages or visitors.
logconfig_dict = {
    "formatters": {"generic": {"()": "core.logs.ServerFormatter"}},
    # The site's own log would write each line again.
    "loggers": {
        "gunicorn.error": {"handlers": ["error_console"], "propagate": False},
        "waitress": {"handlers": ["error_console"], "propagate": False, "level": "WARNING"},
        # It would write a line for each request that waits for a thread.
        "waitress.queue": {"level": "ERROR"},
    },
}


def when_ready(server):
    # Objects made so far stay in every process. Frozen, they are not copied by the garbage collector.
    gc.collect()
    gc.freeze()
