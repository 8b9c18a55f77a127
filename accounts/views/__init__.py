"""Pages of accounts."""

from accounts.views.pages import AccountPage, SignInView, SignOutView

__all__ = ["AccountPage", "SignInView", "SignOutView"]
