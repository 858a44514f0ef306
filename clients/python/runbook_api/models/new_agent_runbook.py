from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pr_mode import PrMode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.repository_name import RepositoryName


T = TypeVar("T", bound="NewAgentRunbook")


@_attrs_define
class NewAgentRunbook:
    """What an agent session is to do.

    Attributes:
        prompt (str): What is to be done.
        repository (RepositoryName): A repository that was set up for sessions, by what its address ends with.
        description (None | str | Unset): What the text of each pull request begins with.
        draft (bool | None | Unset): Whether pull requests are drafts until their steps are completed.
        labels (list[str] | None | Unset): Of each pull request.
        oneshot (bool | None | Unset): Whether nobody is asked anything and all goes into one draft. True if left out.
        pr_mode (None | PrMode | Unset):
        target_branch (None | str | Unset): What branches begin at and pull requests lead to; `main` if left out.
        author_email (None | str | Unset): The email address of the user in whose name this is: they take part, and
            commits name them. Administrators
            may give another's.
        title (None | str | Unset): The beginning of the prompt if left out.
    """

    prompt: str
    repository: RepositoryName
    description: None | str | Unset = UNSET
    draft: bool | None | Unset = UNSET
    labels: list[str] | None | Unset = UNSET
    oneshot: bool | None | Unset = UNSET
    pr_mode: None | PrMode | Unset = UNSET
    target_branch: None | str | Unset = UNSET
    author_email: None | str | Unset = UNSET
    title: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        prompt = self.prompt

        repository = self.repository.to_dict()

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        draft: bool | None | Unset
        if isinstance(self.draft, Unset):
            draft = UNSET
        else:
            draft = self.draft

        labels: list[str] | None | Unset
        if isinstance(self.labels, Unset):
            labels = UNSET
        elif isinstance(self.labels, list):
            labels = self.labels

        else:
            labels = self.labels

        oneshot: bool | None | Unset
        if isinstance(self.oneshot, Unset):
            oneshot = UNSET
        else:
            oneshot = self.oneshot

        pr_mode: None | str | Unset
        if isinstance(self.pr_mode, Unset):
            pr_mode = UNSET
        elif isinstance(self.pr_mode, PrMode):
            pr_mode = self.pr_mode.value
        else:
            pr_mode = self.pr_mode

        target_branch: None | str | Unset
        if isinstance(self.target_branch, Unset):
            target_branch = UNSET
        else:
            target_branch = self.target_branch

        author_email: None | str | Unset
        if isinstance(self.author_email, Unset):
            author_email = UNSET
        else:
            author_email = self.author_email

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "prompt": prompt,
                "repository": repository,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if draft is not UNSET:
            field_dict["draft"] = draft
        if labels is not UNSET:
            field_dict["labels"] = labels
        if oneshot is not UNSET:
            field_dict["oneshot"] = oneshot
        if pr_mode is not UNSET:
            field_dict["pr_mode"] = pr_mode
        if target_branch is not UNSET:
            field_dict["target_branch"] = target_branch
        if author_email is not UNSET:
            field_dict["author_email"] = author_email
        if title is not UNSET:
            field_dict["title"] = title

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.repository_name import RepositoryName

        d = dict(src_dict)
        prompt = d.pop("prompt")

        repository = RepositoryName.from_dict(d.pop("repository"))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_draft(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        draft = _parse_draft(d.pop("draft", UNSET))

        def _parse_labels(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                labels_type_0 = cast(list[str], data)

                return labels_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        labels = _parse_labels(d.pop("labels", UNSET))

        def _parse_oneshot(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        oneshot = _parse_oneshot(d.pop("oneshot", UNSET))

        def _parse_pr_mode(data: object) -> None | PrMode | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                pr_mode_type_0 = PrMode(data)

                return pr_mode_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PrMode | Unset, data)

        pr_mode = _parse_pr_mode(d.pop("pr_mode", UNSET))

        def _parse_target_branch(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        target_branch = _parse_target_branch(d.pop("target_branch", UNSET))

        def _parse_author_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        author_email = _parse_author_email(d.pop("author_email", UNSET))

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        new_agent_runbook = cls(
            prompt=prompt,
            repository=repository,
            description=description,
            draft=draft,
            labels=labels,
            oneshot=oneshot,
            pr_mode=pr_mode,
            target_branch=target_branch,
            author_email=author_email,
            title=title,
        )

        new_agent_runbook.additional_properties = d
        return new_agent_runbook

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
