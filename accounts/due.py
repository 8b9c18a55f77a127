"""Work of accounts that falls due."""

from accounts import outbox
from accounts.services import sessions
from core import due

due.register("accounts.outbox", outbox.send_due)
due.register("accounts.sessions", sessions.clear_expired)
