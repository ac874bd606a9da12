"""gunicorn for this site, on a server and on one's own machine: gunicorn --config deploy/gunicorn.conf.py config.wsgi

Stands behind a proxy that holds back slow clients and large bodies; see docs/operators.md.
"""

import os

bind = os.environ.get("GUNICORN_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or max(2, os.cpu_count() or 1))
# Every query hands the interpreter to another thread and waits to get it back: one process answered fewer articles a
# second with four threads than with one (docs/decisions/0004-reading-path.md). More processes serve better.
threads = 2
timeout = 30
graceful_timeout = 20
# Longer than the proxy keeps an idle connection, so that only the proxy ever closes one.
keepalive = 75
# Frees what image handling leaves behind; the spread keeps workers from leaving at the same moment.
max_requests = 5000
max_requests_jitter = 500
# The socket would be made in the home folder of whoever starts the site, and nothing here uses it.
control_socket_disable = True
# The access line is written by core.middleware, without addresses and query strings.
accesslog = None
errorlog = "-"
# As JSON, and without what a request that cannot be read says or where it comes from.
logconfig_dict = {
    "formatters": {"generic": {"()": "core.logs.ServerFormatter"}},
    # Not handed on to the site's own log, which would write each line once more.
    "loggers": {"gunicorn.error": {"handlers": ["error_console"], "propagate": False}},
}
