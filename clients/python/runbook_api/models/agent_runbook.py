from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.agent_runbook_status import AgentRunbookStatus

if TYPE_CHECKING:
    from ..models.agent_pull_request import AgentPullRequest
    from ..models.agent_runbook_steps import AgentRunbookSteps


T = TypeVar("T", bound="AgentRunbook")


@_attrs_define
class AgentRunbook:
    """An agent session, as far as it is.

    Attributes:
        id (str):
        pull_requests (list[AgentPullRequest]):
        runbook_number (int):
        status (AgentRunbookStatus):
        steps (AgentRunbookSteps): How many of the steps that are carried out are how far.
        url (str): Where people look at it.
    """

    id: str
    pull_requests: list[AgentPullRequest]
    runbook_number: int
    status: AgentRunbookStatus
    steps: AgentRunbookSteps
    url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        pull_requests = []
        for pull_requests_item_data in self.pull_requests:
            pull_requests_item = pull_requests_item_data.to_dict()
            pull_requests.append(pull_requests_item)

        runbook_number = self.runbook_number

        status = self.status.value

        steps = self.steps.to_dict()

        url = self.url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "pull_requests": pull_requests,
                "runbook_number": runbook_number,
                "status": status,
                "steps": steps,
                "url": url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.agent_pull_request import AgentPullRequest
        from ..models.agent_runbook_steps import AgentRunbookSteps

        d = dict(src_dict)
        id = d.pop("id")

        pull_requests = []
        _pull_requests = d.pop("pull_requests")
        for pull_requests_item_data in _pull_requests:
            pull_requests_item = AgentPullRequest.from_dict(pull_requests_item_data)

            pull_requests.append(pull_requests_item)

        runbook_number = d.pop("runbook_number")

        status = AgentRunbookStatus(d.pop("status"))

        steps = AgentRunbookSteps.from_dict(d.pop("steps"))

        url = d.pop("url")

        agent_runbook = cls(
            id=id,
            pull_requests=pull_requests,
            runbook_number=runbook_number,
            status=status,
            steps=steps,
            url=url,
        )

        agent_runbook.additional_properties = d
        return agent_runbook

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
