"""Addresses of accounts: those of django-allauth that we use, under its own names, and our way out."""

from django.urls import path

from accounts import mfa_views, views

urlpatterns = [
    path("accounts/login/", views.SignInView.as_view(), name="account_login"),
    path("accounts/logout/", views.SignOutView.as_view(), name="account_logout"),
    path("accounts/reauthenticate/", mfa_views.PasswordAgainView.as_view(), name="account_reauthenticate"),
    path("accounts/2fa/", mfa_views.FactorView.as_view(), name="mfa_index"),
    path("accounts/2fa/authenticate/", mfa_views.SignInCodeView.as_view(), name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", mfa_views.ConfirmCodeView.as_view(), name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", mfa_views.SetUpView.as_view(), name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", mfa_views.RemoveView.as_view(), name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery-codes/", mfa_views.CodesView.as_view(), name="mfa_view_recovery_codes"),
    path("accounts/2fa/recovery-codes/generate/", mfa_views.NewCodesView.as_view(), name="mfa_generate_recovery_codes"),
]
