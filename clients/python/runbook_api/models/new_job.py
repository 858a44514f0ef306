from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.artifact_in import ArtifactIn
    from ..models.artifact_payload import ArtifactPayload
    from ..models.code_payload import CodePayload
    from ..models.command_payload import CommandPayload
    from ..models.function_payload import FunctionPayload
    from ..models.job_resources import JobResources
    from ..models.job_retries import JobRetries
    from ..models.new_job_env_type_0 import NewJobEnvType0
    from ..models.runbook_payload import RunbookPayload


T = TypeVar("T", bound="NewJob")


@_attrs_define
class NewJob:
    """A job to be done. Of `payload`, one of `command`, `code`, `artifact`, `runbook` and `function` is given.

    Attributes:
        payload (ArtifactPayload | CodePayload | CommandPayload | FunctionPayload | RunbookPayload): What a job runs.
        after (list[str] | None | Unset): Jobs of mine that must have succeeded before.
        artifacts_in (list[ArtifactIn] | None | Unset): Artifacts that are files of its workspace when it starts.
        artifacts_out (list[str] | None | Unset): Patterns of files that are kept when it has ended: `*.csv`, `out/**`.
        concurrency_key (None | str | Unset): Jobs of mine with the same key wait for each other.
        concurrency_limit (int | None | Unset): How many of them may run at once; one if left out.
        dependencies (list[str] | None | Unset): Packages, as the language's package manager names them.
        env (NewJobEnvType0 | None | Unset): Environment variables of its program.
        idempotency_key (None | str | Unset): By what a submission is known again, instead of the header `Idempotency-
            Key`.
        idempotent (bool | None | Unset): To run it twice does no harm, so that it is started again when its worker was
            lost.
        language (None | str | Unset): What its code is written in. A command needs none. Example: python.
        limits (JobResources | None | Unset):
        name (None | str | Unset):
        network (list[str] | None | Unset): Hosts that it reaches, as far as the operator offers them.
        priority (int | None | Unset): Of my jobs, the higher goes first.
        retries (JobRetries | None | Unset):
        run_at (datetime.datetime | None | Unset):
        secrets (list[str] | None | Unset): Names of my secrets, each an environment variable of its program.
        timeout (float | None | Unset): Seconds that its program may take.
        webhook (None | str | Unset): Where it is told that the job has ended.
    """

    payload: (
        ArtifactPayload
        | CodePayload
        | CommandPayload
        | FunctionPayload
        | RunbookPayload
    )
    after: list[str] | None | Unset = UNSET
    artifacts_in: list[ArtifactIn] | None | Unset = UNSET
    artifacts_out: list[str] | None | Unset = UNSET
    concurrency_key: None | str | Unset = UNSET
    concurrency_limit: int | None | Unset = UNSET
    dependencies: list[str] | None | Unset = UNSET
    env: NewJobEnvType0 | None | Unset = UNSET
    idempotency_key: None | str | Unset = UNSET
    idempotent: bool | None | Unset = UNSET
    language: None | str | Unset = UNSET
    limits: JobResources | None | Unset = UNSET
    name: None | str | Unset = UNSET
    network: list[str] | None | Unset = UNSET
    priority: int | None | Unset = UNSET
    retries: JobRetries | None | Unset = UNSET
    run_at: datetime.datetime | None | Unset = UNSET
    secrets: list[str] | None | Unset = UNSET
    timeout: float | None | Unset = UNSET
    webhook: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.artifact_payload import ArtifactPayload
        from ..models.code_payload import CodePayload
        from ..models.command_payload import CommandPayload
        from ..models.job_resources import JobResources
        from ..models.job_retries import JobRetries
        from ..models.new_job_env_type_0 import NewJobEnvType0
        from ..models.runbook_payload import RunbookPayload

        payload: dict[str, Any]
        if (
            isinstance(self.payload, CommandPayload)
            or isinstance(self.payload, CodePayload)
            or isinstance(self.payload, ArtifactPayload)
            or isinstance(self.payload, RunbookPayload)
        ):
            payload = self.payload.to_dict()
        else:
            payload = self.payload.to_dict()

        after: list[str] | None | Unset
        if isinstance(self.after, Unset):
            after = UNSET
        elif isinstance(self.after, list):
            after = self.after

        else:
            after = self.after

        artifacts_in: list[dict[str, Any]] | None | Unset
        if isinstance(self.artifacts_in, Unset):
            artifacts_in = UNSET
        elif isinstance(self.artifacts_in, list):
            artifacts_in = []
            for artifacts_in_type_0_item_data in self.artifacts_in:
                artifacts_in_type_0_item = artifacts_in_type_0_item_data.to_dict()
                artifacts_in.append(artifacts_in_type_0_item)

        else:
            artifacts_in = self.artifacts_in

        artifacts_out: list[str] | None | Unset
        if isinstance(self.artifacts_out, Unset):
            artifacts_out = UNSET
        elif isinstance(self.artifacts_out, list):
            artifacts_out = self.artifacts_out

        else:
            artifacts_out = self.artifacts_out

        concurrency_key: None | str | Unset
        if isinstance(self.concurrency_key, Unset):
            concurrency_key = UNSET
        else:
            concurrency_key = self.concurrency_key

        concurrency_limit: int | None | Unset
        if isinstance(self.concurrency_limit, Unset):
            concurrency_limit = UNSET
        else:
            concurrency_limit = self.concurrency_limit

        dependencies: list[str] | None | Unset
        if isinstance(self.dependencies, Unset):
            dependencies = UNSET
        elif isinstance(self.dependencies, list):
            dependencies = self.dependencies

        else:
            dependencies = self.dependencies

        env: dict[str, Any] | None | Unset
        if isinstance(self.env, Unset):
            env = UNSET
        elif isinstance(self.env, NewJobEnvType0):
            env = self.env.to_dict()
        else:
            env = self.env

        idempotency_key: None | str | Unset
        if isinstance(self.idempotency_key, Unset):
            idempotency_key = UNSET
        else:
            idempotency_key = self.idempotency_key

        idempotent: bool | None | Unset
        if isinstance(self.idempotent, Unset):
            idempotent = UNSET
        else:
            idempotent = self.idempotent

        language: None | str | Unset
        if isinstance(self.language, Unset):
            language = UNSET
        else:
            language = self.language

        limits: dict[str, Any] | None | Unset
        if isinstance(self.limits, Unset):
            limits = UNSET
        elif isinstance(self.limits, JobResources):
            limits = self.limits.to_dict()
        else:
            limits = self.limits

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        network: list[str] | None | Unset
        if isinstance(self.network, Unset):
            network = UNSET
        elif isinstance(self.network, list):
            network = self.network

        else:
            network = self.network

        priority: int | None | Unset
        if isinstance(self.priority, Unset):
            priority = UNSET
        else:
            priority = self.priority

        retries: dict[str, Any] | None | Unset
        if isinstance(self.retries, Unset):
            retries = UNSET
        elif isinstance(self.retries, JobRetries):
            retries = self.retries.to_dict()
        else:
            retries = self.retries

        run_at: None | str | Unset
        if isinstance(self.run_at, Unset):
            run_at = UNSET
        elif isinstance(self.run_at, datetime.datetime):
            run_at = self.run_at.isoformat()
        else:
            run_at = self.run_at

        secrets: list[str] | None | Unset
        if isinstance(self.secrets, Unset):
            secrets = UNSET
        elif isinstance(self.secrets, list):
            secrets = self.secrets

        else:
            secrets = self.secrets

        timeout: float | None | Unset
        if isinstance(self.timeout, Unset):
            timeout = UNSET
        else:
            timeout = self.timeout

        webhook: None | str | Unset
        if isinstance(self.webhook, Unset):
            webhook = UNSET
        else:
            webhook = self.webhook

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "payload": payload,
            }
        )
        if after is not UNSET:
            field_dict["after"] = after
        if artifacts_in is not UNSET:
            field_dict["artifacts_in"] = artifacts_in
        if artifacts_out is not UNSET:
            field_dict["artifacts_out"] = artifacts_out
        if concurrency_key is not UNSET:
            field_dict["concurrency_key"] = concurrency_key
        if concurrency_limit is not UNSET:
            field_dict["concurrency_limit"] = concurrency_limit
        if dependencies is not UNSET:
            field_dict["dependencies"] = dependencies
        if env is not UNSET:
            field_dict["env"] = env
        if idempotency_key is not UNSET:
            field_dict["idempotency_key"] = idempotency_key
        if idempotent is not UNSET:
            field_dict["idempotent"] = idempotent
        if language is not UNSET:
            field_dict["language"] = language
        if limits is not UNSET:
            field_dict["limits"] = limits
        if name is not UNSET:
            field_dict["name"] = name
        if network is not UNSET:
            field_dict["network"] = network
        if priority is not UNSET:
            field_dict["priority"] = priority
        if retries is not UNSET:
            field_dict["retries"] = retries
        if run_at is not UNSET:
            field_dict["run_at"] = run_at
        if secrets is not UNSET:
            field_dict["secrets"] = secrets
        if timeout is not UNSET:
            field_dict["timeout"] = timeout
        if webhook is not UNSET:
            field_dict["webhook"] = webhook

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.artifact_in import ArtifactIn
        from ..models.artifact_payload import ArtifactPayload
        from ..models.code_payload import CodePayload
        from ..models.command_payload import CommandPayload
        from ..models.function_payload import FunctionPayload
        from ..models.job_resources import JobResources
        from ..models.job_retries import JobRetries
        from ..models.new_job_env_type_0 import NewJobEnvType0
        from ..models.runbook_payload import RunbookPayload

        d = dict(src_dict)

        def _parse_payload(
            data: object,
        ) -> (
            ArtifactPayload
            | CodePayload
            | CommandPayload
            | FunctionPayload
            | RunbookPayload
        ):
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_payload_command_payload = CommandPayload.from_dict(
                    data
                )

                return componentsschemas_payload_command_payload
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_payload_code_payload = CodePayload.from_dict(data)

                return componentsschemas_payload_code_payload
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_payload_artifact_payload = ArtifactPayload.from_dict(
                    data
                )

                return componentsschemas_payload_artifact_payload
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_payload_runbook_payload = RunbookPayload.from_dict(
                    data
                )

                return componentsschemas_payload_runbook_payload
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_payload_function_payload = FunctionPayload.from_dict(data)

            return componentsschemas_payload_function_payload

        payload = _parse_payload(d.pop("payload"))

        def _parse_after(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                after_type_0 = cast(list[str], data)

                return after_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        after = _parse_after(d.pop("after", UNSET))

        def _parse_artifacts_in(data: object) -> list[ArtifactIn] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                artifacts_in_type_0 = []
                _artifacts_in_type_0 = data
                for artifacts_in_type_0_item_data in _artifacts_in_type_0:
                    artifacts_in_type_0_item = ArtifactIn.from_dict(
                        artifacts_in_type_0_item_data
                    )

                    artifacts_in_type_0.append(artifacts_in_type_0_item)

                return artifacts_in_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ArtifactIn] | None | Unset, data)

        artifacts_in = _parse_artifacts_in(d.pop("artifacts_in", UNSET))

        def _parse_artifacts_out(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                artifacts_out_type_0 = cast(list[str], data)

                return artifacts_out_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        artifacts_out = _parse_artifacts_out(d.pop("artifacts_out", UNSET))

        def _parse_concurrency_key(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        concurrency_key = _parse_concurrency_key(d.pop("concurrency_key", UNSET))

        def _parse_concurrency_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        concurrency_limit = _parse_concurrency_limit(d.pop("concurrency_limit", UNSET))

        def _parse_dependencies(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                dependencies_type_0 = cast(list[str], data)

                return dependencies_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        dependencies = _parse_dependencies(d.pop("dependencies", UNSET))

        def _parse_env(data: object) -> NewJobEnvType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                env_type_0 = NewJobEnvType0.from_dict(data)

                return env_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NewJobEnvType0 | None | Unset, data)

        env = _parse_env(d.pop("env", UNSET))

        def _parse_idempotency_key(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        idempotency_key = _parse_idempotency_key(d.pop("idempotency_key", UNSET))

        def _parse_idempotent(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        idempotent = _parse_idempotent(d.pop("idempotent", UNSET))

        def _parse_language(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        language = _parse_language(d.pop("language", UNSET))

        def _parse_limits(data: object) -> JobResources | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                limits_type_0 = JobResources.from_dict(data)

                return limits_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobResources | None | Unset, data)

        limits = _parse_limits(d.pop("limits", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_network(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                network_type_0 = cast(list[str], data)

                return network_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        network = _parse_network(d.pop("network", UNSET))

        def _parse_priority(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        priority = _parse_priority(d.pop("priority", UNSET))

        def _parse_retries(data: object) -> JobRetries | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                retries_type_0 = JobRetries.from_dict(data)

                return retries_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobRetries | None | Unset, data)

        retries = _parse_retries(d.pop("retries", UNSET))

        def _parse_run_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                run_at_type_0 = datetime.datetime.fromisoformat(data)

                return run_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        run_at = _parse_run_at(d.pop("run_at", UNSET))

        def _parse_secrets(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                secrets_type_0 = cast(list[str], data)

                return secrets_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        secrets = _parse_secrets(d.pop("secrets", UNSET))

        def _parse_timeout(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        timeout = _parse_timeout(d.pop("timeout", UNSET))

        def _parse_webhook(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        webhook = _parse_webhook(d.pop("webhook", UNSET))

        new_job = cls(
            payload=payload,
            after=after,
            artifacts_in=artifacts_in,
            artifacts_out=artifacts_out,
            concurrency_key=concurrency_key,
            concurrency_limit=concurrency_limit,
            dependencies=dependencies,
            env=env,
            idempotency_key=idempotency_key,
            idempotent=idempotent,
            language=language,
            limits=limits,
            name=name,
            network=network,
            priority=priority,
            retries=retries,
            run_at=run_at,
            secrets=secrets,
            timeout=timeout,
            webhook=webhook,
        )

        return new_job
