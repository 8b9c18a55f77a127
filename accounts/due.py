"""Work of accounts that falls due."""

from accounts.services import sessions
from core import due

due.register("accounts.sessions", sessions.clear_expired)
