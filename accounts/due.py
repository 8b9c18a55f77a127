"""What falls due in accounts."""

from accounts import outbox
from core.due import register

register("accounts.outbox", outbox.send_due)
