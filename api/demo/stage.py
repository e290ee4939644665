"""Where stories are played: starts a project's cases and lets its people act."""

from __future__ import annotations

from decimal import Decimal

from api.demo.organisation import Organisation, demo_organisation
from api.demo.story import Story
from api.demo.walker import Desk, Pace, Script, Stuck, Walk
from engine.offices.roles import ROLES, unit_at


class Stage:
    """One desk to act at, and how time passes meanwhile."""

    def __init__(self, desk: Desk, pace: Pace, organisation: Organisation | None = None) -> None:
        self.desk = desk
        self.organisation = organisation or demo_organisation()
        self._pace = pace

    def start(
        self, process_key: str, story: Story, project_id: str | None = None, *, role: str = "village_applicant"
    ) -> Walk:
        """A new case for the story's village, started by the holder of a role."""
        person = self.organisation.holders(role, unit_at(story.village_code, ROLES[role].level))[0]
        region = None if project_id else story.village_code
        case_id = self.desk.start(person, process_key, region_code=region, project_id=project_id)
        return Walk(self.desk, self.organisation, case_id, self._pace)

    def approve(self, story: Story, script: Script | None = None) -> str:
        """P02 and P03a to their end; the project's id."""
        walk = self.start("project_approval", story)
        walk.run({**story.approval(), **(script or {})})
        return self.project_of(walk)

    def project_of(self, walk: Walk) -> str:
        """The project that an approval has made."""
        project_id = self.desk.project_of(walk.case_id)
        if project_id is None:
            raise Stuck("办件没有形成项目。")
        return project_id

    def advance(self, story: Story, project_id: str, amount: Decimal | None = None) -> Walk:
        """P04 to its end."""
        return self._run("advance_payment", story, project_id, story.advance(amount))

    def progress(self, story: Story, project_id: str, earned: Decimal) -> Walk:
        """P05 to its end, for the work done up to now."""
        return self._run("progress_payment", story, project_id, story.progress(earned))

    def settle(self, story: Story, project_id: str, audited: Decimal, submitted: Decimal | None = None) -> Walk:
        """P06 to its end."""
        return self._run("completion_settlement", story, project_id, story.settlement(audited, submitted))

    def release(self, story: Story, project_id: str) -> Walk:
        """P06b to its end; the warranty must be over."""
        return self._run("retention_release", story, project_id, {})

    def _run(self, process_key: str, story: Story, project_id: str, script: Script) -> Walk:
        walk = self.start(process_key, story, project_id)
        walk.run(script)
        return walk
