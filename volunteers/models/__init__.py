"""Teams, their leaders, volunteers and memberships."""

from volunteers.models.people import Membership, Volunteer, VolunteerSource, member_of, teams_of
from volunteers.models.teams import Leadership, Team

__all__ = ["Leadership", "Membership", "Team", "Volunteer", "VolunteerSource", "member_of", "teams_of"]
