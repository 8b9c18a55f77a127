"""Addresses of accounts: those of django-allauth that we use, under its own names, and ours beside them."""

from django.urls import path

from accounts import views
from accounts.views import codes, factors, passwords, sessions

urlpatterns = [
    path("accounts/login/", views.SignInView.as_view(), name="account_login"),
    path("accounts/logout/", views.SignOutView.as_view(), name="account_logout"),
    path("accounts/2fa/", factors.FactorView.as_view(), name="mfa_index"),
    path("accounts/2fa/authenticate/", factors.SignInCodeView.as_view(), name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", factors.ConfirmCodeView.as_view(), name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", factors.SetUpView.as_view(), name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", factors.RemoveView.as_view(), name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery-codes/", factors.CodesView.as_view(), name="mfa_view_recovery_codes"),
    path("accounts/2fa/recovery-codes/generate/", factors.NewCodesView.as_view(), name="mfa_generate_recovery_codes"),
    path("accounts/login/code/", codes.AskCodeView.as_view(), name="account_request_login_code"),
    path("accounts/login/code/confirm/", codes.SignInCodeView.as_view(), name="account_confirm_login_code"),
    path("accounts/login/code/resend/", codes.SignInResendView.as_view(), name="account_resend_login_code"),
    path("accounts/signup/", codes.SignUpView.as_view(), name="account_signup"),
    path("accounts/phone/verify/", codes.verify_phone, name="account_verify_phone"),
    path("accounts/phone/verify/resend/", codes.resend_phone_code, name="account_resend_phone_code"),
    path("accounts/phone/verify/number/", codes.CorrectPhoneView.as_view(), name="account_correct_phone"),
    path("accounts/phone/change/", codes.ChangePhoneView.as_view(), name="account_change_phone"),
    path("accounts/password/change/", passwords.OtherPasswordView.as_view(), name="account_change_password"),
    path("accounts/password/set/", passwords.FirstPasswordView.as_view(), name="account_set_password"),
    path("accounts/reauthenticate/", passwords.OwnPasswordView.as_view(), name="account_reauthenticate"),
    path("accounts/reauthenticate/code/", codes.OwnCodeView.as_view(), name="account_reauthenticate_code"),
    path("accounts/reauthenticate/code/send/", codes.SendOwnCodeView.as_view(), name="account_send_own_code"),
    path("accounts/sessions/", sessions.SessionListView.as_view(), name="usersessions_list"),
    path("accounts/sessions/end/", sessions.EndSessionView.as_view(), name="usersessions_end"),
    path("accounts/sessions/end-others/", sessions.EndSessionsView.as_view(), name="usersessions_end_others"),
]
