"""Why an act is not possible, in words that a person can use.

Every refusal of the portal is a member of `Refusal`; its label is a format string.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Refusal(models.TextChoices):
    # rights
    NOT_ALLOWED = "not_allowed", _("You do not have the right to do this.")
    OWN_DRAFT = "own_draft", _("Not possible: you wrote this draft, another colleague has to review it.")
    SIGN_IN = "sign_in", _("Please sign in first.")
    OWN_ACCOUNT = "own_account", _("Not for your own account. Please ask a colleague.")
    NO_PERSON = "no_person", _("Your account is not linked to a person yet. Please ask at the community counter.")
    # life cycles
    WRONG_STATE = "wrong_state", _("Not possible in the present state: {state}.")
    REASON_NEEDED = "reason_needed", _("Please give a reason.")
    STALE = "stale", _("Somebody else has changed this in the meantime.")
    JUST_CHANGED = "just_changed", _("Somebody else has just dealt with this. It is now: {state}.")
    HAS_SIGN_UPS = (
        "has_sign_ups",
        _("People have signed up. Please cancel the activity instead, so that they are told."),
    )
    # sign-up
    NOT_OPEN_YET = "not_open_yet", _("Sign-up has not started yet. It opens {opens}.")
    SIGN_UP_CLOSED = "sign_up_closed", _("Sign-up closed {closed}.")
    NO_SIGN_UP = "no_sign_up", _("No sign-up is needed: just come along.")
    FULL = "full", _("The last seat has just been taken.")
    CLASH = "clash", _("You have already signed up for “{title}” at this time.")
    NOT_RESIDENT = (
        "not_resident",
        _("This activity is for residents of {community}. If you live there, the community counter records your home."),
    )
    NOT_IN_TEAM = "not_in_team", _("This activity is for members of {team}.")
    STAFF_ONLY = "staff_only", _("This activity is for staff.")
    TOO_YOUNG = "too_young", _("This activity is for people of {age} and over.")
    TOO_OLD = "too_old", _("This activity is for people up to {age}.")
    AGE_UNKNOWN = "age_unknown", _("This activity has an age limit and your birth date is not recorded yet.")
    ALREADY = "already", _("You have already signed up, there is no need to do it again.")
    ALREADY_OTHER = "already_other", _("{name} has already signed up, there is nothing more to do.")
    CLASH_OTHER = "clash_other", _("This person has already signed up for something else at this time.")
    ALREADY_STARTED = "already_started", _("The activity has already begun.")
    CANCELLED = "cancelled", _("The activity has been cancelled.")
    FINISHED = "finished", _("The activity is over.")
    NOT_OVER_YET = "not_over_yet", _("The activity is not over yet. It ends {ends}.")
    # codes
    CODE_WRONG = "code_wrong", _("The code is not right or has expired. Please ask for a new one.")
    TOO_OFTEN = "too_often", _("That was too often. Please wait a little and try again.")
    NOT_SENT = "not_sent", _("The code could not be sent. Please try again later.")
    # places and postings
    UNDER_ITSELF = "under_itself", _("A place cannot lie below itself.")
    TOO_DEEP = "too_deep", _("Grids have three levels at most.")
    OTHER_COMMUNITY = "other_community", _("These records belong to different communities.")
    OWN_POSTING = "own_posting", _("Nobody changes their own posting. Please ask a colleague.")
    ROLE_NOT_YOURS = "role_not_yours", _("The site administrator gives out the role “{role}”.")
    WRONG_PLACE = "wrong_place", _("The role “{role}” does not go with this kind of place.")
    # homes
    HOME_OVERLAPS = (
        "home_overlaps",
        _("This person already has a home in this community at that time. Please end it or move it first."),
    )
    NOT_LOWEST_GRID = (
        "not_lowest_grid",
        _("People live in the lowest grids in use. Please choose one without others below it."),
    )
    HOUSEHOLD_ENDED = "household_ended", _("This household ended on {until}. Please choose an earlier day.")
    HOME_OVER = "home_over", _("This person does not live here at present, so nobody can be checked at the door.")
    ADDRESS_UNKNOWN = (
        "address_unknown",
        _("No building of this name is recorded here. Please write it with its estate, or choose it from the list."),
    )
    PERSON_UNKNOWN = (
        "person_unknown",
        _("Nobody is recorded with this number yet. To record this person, give the name too."),
    )
    # teams
    OWN_REQUEST = "own_request", _("Nobody decides about their own request. Another leader or the community does.")
    TEAM_RESTS = "team_rests", _("“{team}” takes nobody in at present: {state}.")
    NOT_FROM_HERE = (
        "not_from_here",
        _("This team is for people of {community}. The community counter can add you, also if you work or study here."),
    )
    GUARDIAN_NEEDED = (
        "guardian_needed",
        _("Under 18 a guardian has to agree. Please come to the community counter together."),
    )
    ADULT_UNCONFIRMED = "adult_unconfirmed", _("Please confirm that you are 18 or older.")
    VOLUNTEER_SUSPENDED = (
        "volunteer_suspended",
        _("Volunteering is suspended for this person at present. Please ask at the community counter."),
    )
    ALREADY_IN_TEAM = "already_in_team", _("This person belongs to the team already, or has asked to join.")
    LEADS_TEAM = "leads_team", _("Who leads a team belongs to it already.")
    # accounts
    PHONE_TAKEN = "phone_taken", _("Another account signs in with this number. Please sign in with it.")
    ACCOUNT_UNKNOWN = "account_unknown", _("There is no account with this user name or phone. Please register first.")
    HAS_ACCOUNT = "has_account", _("This person has an account already.")
    ALREADY_LINKED = (
        "already_linked",
        _("This account belongs to a known person already. The site administrator can help."),
    )
    STAFF_ACCOUNT = "staff_account", _("This is the account of a colleague. The site administrator links it.")
    OTHER_NAME = (
        "other_name",
        _("The account is registered under the name {name}. Please make sure that it is this person's, then tick it."),
    )
    HOMES_ELSEWHERE = (
        "homes_elsewhere",
        _("This person has a home in another community or grid too. Please ask a colleague there, or the secretary."),
    )
    # data
    CAPACITY_BELOW_TAKEN = (
        "capacity_below_taken",
        _("{taken} seats are taken already. The number of seats cannot be lower."),
    )
    CAPACITY_INVALID = "capacity_invalid", _("The number of seats must be between 1 and 100,000.")
    ENDS_BEFORE_START = "ends_before_start", _("The end must be after the start.")
    WINDOW_INVALID = (
        "window_invalid",
        _("Sign-up must open before the activity starts, and close after it opens and before the activity ends."),
    )
    TIMES_MISSING = "times_missing", _("Please enter the time of the activity first.")
    QUOTA_MISSING = "quota_missing", _("Please enter the number of seats first.")
    RISK_TEXT_MISSING = "risk_text_missing", _("An activity with risk needs a risk notice and insurance.")
    TEXT_MISSING = "text_missing", _("There is no text yet. Please write at least one section.")
    AGES_INVALID = "ages_invalid", _("The upper age must not be below the lower age.")
    DUPLICATE = "duplicate", _("This is already recorded.")
    IN_USE = "in_use", _("This cannot be deleted: other records refer to it.")
    INVALID = "invalid", _("The entries do not fit together. Please check them.")


class Refused(Exception):
    """Raised by a service that will not act; nothing has been changed.

    Args:
        refusal: the reason.
        **words: fill the label's placeholders.
    """

    def __init__(self, refusal: Refusal, **words: Any) -> None:
        super().__init__(refusal, words)
        self.refusal = refusal
        self.words = words

    def __str__(self) -> str:
        return str(self.refusal.label).format(**self.words)
