"""The texts that the pages of the site have until it publishes its own: so no link of the footer leads nowhere.

They say only what the portal does. Whoever changes the privacy notice here gives it a new BUILT_IN_NUMBER, because
people agree to a version (PIPL art. 14; what it has to say: art. 17).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stories.states import PageKind

BUILT_IN_NUMBER = 1
BUILT_IN_VERSION = f"built-in {BUILT_IN_NUMBER}"


@dataclass(frozen=True)
class Section:
    """A part of a page, as stories.models.PageSection."""

    heading: str | Promise
    paragraphs: tuple[str | Promise, ...]

    @property
    def text(self) -> str:
        """The paragraphs, an empty line between them."""
        return "\n\n".join(str(paragraph) for paragraph in self.paragraphs)


@dataclass(frozen=True)
class Text:
    """A page."""

    title: str | Promise
    sections: tuple[Section, ...]


ABOUT = Text(
    _("About Linli"),
    (
        Section(
            _("What Linli is"),
            (
                _(
                    "Linli is the portal of the communities of this city. What is on, whom to call and what "
                    "neighbours have done together stands in one place."
                ),
                _("You can read everything without an account. You need one only to sign up yourself."),
            ),
        ),
        Section(
            _("What you can do here"),
            (
                _("See the activities of your community and the others, sign up, and cancel if you cannot come."),
                _("Find your grid and who works there, the volunteer teams, public notices and honours."),
                _("All of this also goes without a computer: at the counter or by telephone the staff do it for you."),
            ),
        ),
        Section(
            _("Who runs it"),
            (
                _(
                    "The staff of each community write its pages and answer for them. Every notice, activity and "
                    "honour is checked by a second person before it appears."
                ),
                _("A site administrator keeps the site running for all communities."),
            ),
        ),
        Section(
            _("About the figures"),
            (
                _(
                    "A figure comes from records wherever there are records. Totals from earlier years are shown as "
                    "the community stated them, with period and source."
                ),
                _("“+” means more than, “≥” at least, “约” about. Persons and person-times are never added together."),
            ),
        ),
        Section(
            _("What you will not find here"),
            (
                _(
                    "No advertising, no points to redeem, no ranking of residents or staff. This site does not "
                    "collect tips about crime; please call 110."
                ),
                _("The software is open source."),
            ),
        ),
    ),
)

HELP = Text(
    _("Help"),
    (
        Section(
            _("Register"),
            (
                _(
                    "Choose “Sign in”, then registration. You enter your mobile number and your name and receive a "
                    "code by text message. A password is optional: without one you sign in by code."
                ),
                _("No mobile phone, or the code does not arrive? Come to the community counter or call."),
            ),
        ),
        Section(
            _("Sign in"),
            (
                _(
                    "Enter your mobile number and your password, or have a code sent to you. A code can be used once "
                    "and only for a few minutes."
                ),
                _("Never tell anybody a code, not even somebody who says they are from the community."),
            ),
        ),
        Section(
            _("Sign up for an activity"),
            (
                _(
                    "Open the activity and choose “Sign up”. The page says when sign-up ends, how many seats are left "
                    "and whom the activity is for. If you cannot sign up, it says why and what you can do."
                ),
                _("Some activities need no sign-up: just come along."),
            ),
        ),
        Section(
            _("Cancel"),
            (
                _(
                    "Open “My page”, choose the activity and then “Cancel sign-up”. Please do so early, so that a "
                    "neighbour gets the seat."
                ),
            ),
        ),
        Section(
            _("Messages"),
            (_("When something changes in an activity you signed up for, you find a message on “My page”."),),
        ),
        Section(
            _("Join a volunteer team"),
            (_("Open the page of a team and ask to join. The team leader or the community answers your request."),),
        ),
        Section(
            _("Larger letters"),
            (
                _(
                    "Choose “Elder mode” at the top of any page. There you can choose among four sizes. Your choice "
                    "stays for this device."
                ),
            ),
        ),
        Section(
            _("By telephone or at the counter"),
            (
                _(
                    "Everything that can be done here can also be done at the counter. The staff sign you up and tell "
                    "you where you stand. Telephone, address and hours stand under “Contact”."
                ),
            ),
        ),
        Section(
            _("In an emergency"),
            (_("Police 110, fire brigade 119, ambulance 120. Please call directly; nobody reads this site at night."),),
        ),
    ),
)

PRIVACY = Text(
    _("How we treat your personal information"),
    (
        Section(
            _("Who is responsible"),
            (
                _(
                    "The residents' committee of your community decides why and how your information is used. The "
                    "administrator of this site runs the technology for it."
                ),
                _(
                    "Telephone, address and hours of each community stand under “Contact”. Questions about your "
                    "information are answered there."
                ),
            ),
        ),
        Section(
            _("What we keep and why"),
            (
                _(
                    "Your account: mobile number and name, so that you can sign in and we can reach you; a password "
                    "only if you set one, and then not the password itself but a value from which it cannot be read; "
                    "the version of this notice that you agreed to, and when."
                ),
                _(
                    "Sign-ups: which activity, who takes part, when you signed up or cancelled, so that the seats are "
                    "right and you are told of changes."
                ),
                _("A birth date only where it is recorded, for activities with an age limit."),
                _("Teams: which volunteer team you asked to join or belong to."),
                _(
                    "Households: staff record addresses, who lives there and since when, because this belongs to the "
                    "duties of a residents' committee. An identity number is never asked for on this site; staff may "
                    "record it at the counter to tell two people of the same name apart."
                ),
                _("Messages: what this site told you and in which way."),
            ),
        ),
        Section(
            _("On what ground"),
            (
                _(
                    "For your account and your sign-ups: your consent, which you give when you register. For "
                    "households: the tasks that law gives the residents' committee."
                ),
                _(
                    "You need not agree. Without an account you can read every public page, and the counter signs you "
                    "up."
                ),
            ),
        ),
        Section(
            _("Children"),
            (
                _(
                    "For children under 14, please come to the counter with a parent or guardian; the guardian's "
                    "consent is needed."
                ),
            ),
        ),
        Section(
            _("Who can see it"),
            (
                _(
                    "Staff of your community, and only as far as their task goes. A mobile number is shown to them "
                    "with the middle hidden. Whoever looks a person up by the whole number leaves a record."
                ),
                _(
                    "Public pages show neither the residents of a community nor who signed up. Names in honours are "
                    "partly hidden unless the person agreed."
                ),
                _(
                    "Text messages are delivered by a telephone company, which receives your number and the text. "
                    "Otherwise nothing is passed on, unless the law demands it, and nothing is sold."
                ),
            ),
        ),
        Section(
            _("How it is protected"),
            (
                _(
                    "Mobile numbers, identity numbers and what is kept while you are signed in are encrypted. Staff "
                    "act only where they are posted, and every change leaves a record of who made it and when."
                ),
            ),
        ),
        Section(
            _("Cookies"),
            (
                _(
                    "Reading sets no cookie. “look” remembers the size of letters you chose, for one year. When you "
                    "sign in, one cookie keeps you signed in and one protects the forms."
                ),
                _("No page loads anything from another site, and nobody follows what you read."),
            ),
        ),
        Section(
            _("How long"),
            (
                _(
                    "Your account as long as you keep it. Sign-ups and team records as long as they are needed as "
                    "proof of what took place. Household records as long as the residents' committee needs them for "
                    "its tasks. The record of changes at least 180 days."
                ),
            ),
        ),
        Section(
            _("Your rights"),
            (
                _(
                    "You may see your information and have a copy, have it corrected or deleted, take your consent "
                    "back, close your account, and ask us to explain this notice. “My page” shows what belongs to "
                    "your account; for everything else call or come to the counter. What was done before you took "
                    "your consent back stays valid."
                ),
                _(
                    "If our answer does not satisfy you, you may complain to the authorities for the protection of "
                    "personal information, such as the cyberspace administration."
                ),
            ),
        ),
        Section(
            _("When this notice changes"),
            (_("Each edition has a number and a date. Earlier editions stay readable at the end of this page."),),
        ),
    ),
)

ACCESSIBILITY = Text(
    _("Accessibility statement"),
    (
        Section(
            _("Our aim"),
            (
                _(
                    "Everybody in the community should be able to use this site: with large letters, by keyboard, "
                    "with a screen reader, on an old telephone. We aim at WCAG 2.2, level AA."
                ),
            ),
        ),
        Section(
            _("What is done"),
            (
                _("Elder mode on every page, with four sizes of letters and larger buttons. Nothing is hidden in it."),
                _(
                    "Everything works by keyboard, and one can see where one is. The first link of each page leads to "
                    "the content."
                ),
                _(
                    "Everything works without JavaScript. Pages fit a telephone 320 pixels wide and can be enlarged "
                    "to 400 percent."
                ),
                _("States are said in words, never by colour alone. A refusal says why and what to do next."),
                _("Every page prints well, with a code that leads back to it."),
            ),
        ),
        Section(
            _("How it is checked"),
            (
                _(
                    "Each kind of page is checked by a program (axe) in Chromium, on narrow and wide screens, in the "
                    "usual look and in elder mode."
                ),
            ),
        ),
        Section(
            _("What is not checked yet"),
            (
                _(
                    "No person has walked through the site with a screen reader yet, and Firefox and Safari have not "
                    "been checked. We do not claim a certificate."
                ),
            ),
        ),
        Section(
            _("Tell us"),
            (
                _(
                    "If something does not work for you, please call your community or come to the counter. We do for "
                    "you what you came for, and pass on what has to be mended. Telephone and address stand under "
                    "“Contact”."
                ),
            ),
        ),
    ),
)

CONTACT = Text(
    _("Contact"),
    (
        Section(
            "",
            (
                _(
                    "Please turn to your own community: for activities, for your account and your information, and "
                    "when something on this site does not work."
                ),
                _("In an emergency call directly: police 110, fire brigade 119, ambulance 120."),
            ),
        ),
    ),
)


BUILT_IN: dict[str, Text] = {
    PageKind.ABOUT: ABOUT,
    PageKind.HELP: HELP,
    PageKind.PRIVACY: PRIVACY,
    PageKind.ACCESSIBILITY: ACCESSIBILITY,
    PageKind.CONTACT: CONTACT,
}
