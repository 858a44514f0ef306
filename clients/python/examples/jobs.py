"""Every route about jobs once: artifacts, a job to its end, one cancelled, a schedule, and what
administrators see. The token is an administrator's.
"""

import io
import json
import os
from datetime import UTC, datetime

from runbook import Hub
from runbook_api.api.artifacts import (
    artifacts_abandon_upload,
    artifacts_begin_upload,
    artifacts_content,
    artifacts_create,
    artifacts_delete,
    artifacts_list,
    artifacts_send_part,
    artifacts_show,
    artifacts_show_upload,
)
from runbook_api.api.audit import audit_export, audit_list
from runbook_api.api.jobs import (
    jobs_cancel,
    jobs_delete,
    jobs_kept,
    jobs_list,
    jobs_retry,
    jobs_show,
    jobs_submit,
    jobs_webhook_secret,
)
from runbook_api.api.queue import (
    queue_limits,
    queue_my_limits,
    queue_policy,
    queue_set_limits,
    queue_set_policy,
    queue_show,
)
from runbook_api.api.schedules import (
    schedules_create,
    schedules_delete,
    schedules_list,
    schedules_show,
    schedules_update,
)
from runbook_api.api.users import users_list
from runbook_api.models import (
    ArtifactIn,
    CommandPayload,
    JobLimits,
    NewJob,
    NewSchedule,
    NewUpload,
)
from runbook_api.types import File

hub = Hub(os.environ.get("RUNBOOK_URL", "http://127.0.0.1:8000"), os.environ["RUNBOOK_TOKEN"])
api = hub.api


def data(content: bytes) -> File:
    return File(payload=io.BytesIO(content))


# A file that comes at once, and one that comes in parts.
kept = artifacts_create.sync(client=api, body=data(b"at once"), name="note.txt")
shown = artifacts_show.sync(kept.id, client=api, expires_in=60)
content = artifacts_content.sync_detailed(shown.reference, client=api).content
print(f'kept "{content.decode()}"')
artifacts_delete.sync_detailed(kept.id, client=api)

new = NewUpload(name="numbers.txt", size=6)
begun = artifacts_begin_upload.sync(client=api, body=new)
artifacts_send_part.sync(begun.id, client=api, body=data(b"1\n2"), offset=0)
so_far = artifacts_show_upload.sync(begun.id, client=api)
done = artifacts_send_part.sync(begun.id, client=api, body=data(b"\n39"), offset=so_far.received)
given_up = artifacts_begin_upload.sync(client=api, body=new)
artifacts_abandon_upload.sync_detailed(given_up.id, client=api)
print(len(artifacts_list.sync(client=api).items), "artifact")

# A job with that file, to its end.
order = NewJob(
    name="sum",
    payload=CommandPayload(command="awk '{ n += $1 } END { print n }' numbers.txt | tee sum.txt"),
    artifacts_in=[ArtifactIn(artifact=done.artifact.reference, path="numbers.txt")],
    artifacts_out=["sum.txt"],
)
job = jobs_submit.sync(client=api, body=order).job_id
with hub.jobs_events(job) as events:
    for event in events:
        if event.event == "stdout":
            print("the sum is", event.data, end="")
shown = jobs_show.sync(job, client=api)
left = jobs_kept.sync(job, client=api).items
print(f'"{shown.status}" with {len(left)} file')
print(len(jobs_list.sync(client=api, status="finished", name="sum", limit=10).items), "of that name")

# Once more; and one of a far day, cancelled.
again = jobs_retry.sync(job, client=api).job_id
with hub.jobs_events(again) as events:
    list(events)
far = NewJob(payload=CommandPayload(command="true"), run_at=datetime(2999, 1, 1, tzinfo=UTC))
later = jobs_submit.sync(client=api, body=far).job_id
print(f'"{jobs_cancel.sync(later, client=api).status}"')
for ended in (job, again, later):
    jobs_delete.sync_detailed(ended, client=api)
print(f"webhooks are signed with {jobs_webhook_secret.sync(client=api).secret[:6]}…")

# A schedule.
nightly = NewSchedule(name="nightly", cron="30 2 * * *", job=NewJob(payload=CommandPayload(command=["true"])))
made = schedules_create.sync(client=api, body=nightly)
nightly.paused = True
schedules_update.sync(made.id, client=api, body=nightly)
paused = schedules_show.sync(made.id, client=api).paused
print(f"{len(schedules_list.sync(client=api).items)} schedule, paused: {str(paused).lower()}")
schedules_delete.sync_detailed(made.id, client=api)

# What administrators see and set.
running = queue_my_limits.sync(client=api).usage.running
ada = users_list.sync(client=api, name="ada").items[0].id
queue_set_limits.sync(ada, client=api, body=JobLimits(running=2))
most = queue_limits.sync(ada, client=api).limits.running
print(f"{running} jobs run, at most Some({most})")
queue_set_policy.sync(client=api, body=queue_policy.sync(client=api))
print(len(queue_show.sync(client=api).workers), "worker")
acts = audit_list.sync(client=api, action="queue_*").items
first = json.loads(audit_export.sync_detailed(client=api).content.splitlines()[0])
print(f"{len(acts)} acts on the queue; the log begins with {first['seq']}")
