"""gunicorn for one machine; a proxy in front ends TLS, buffers slow clients and may serve /static/."""

import os

wsgi_app = "portal.wsgi:application"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
timeout = 30
graceful_timeout = 20
keepalive = 5
# A worker is replaced now and then, not all of them at once.
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190
control_socket_disable = True
# The address without its query: what people search for is nobody's business.
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s %(L)ss"
accesslog = "-" if os.environ.get("ACCESS_LOG") == "on" else None
