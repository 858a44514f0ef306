/** Which fields of a job's form a refusal of the server is about, so that it is told there. */
import { ApiError } from "@/api/errors.ts";
import type { JobDraft, JobProblems } from "./job-draft.ts";

type Field = keyof JobDraft;

const fields: Readonly<Record<string, Field>> = {
  name: "name",
  priority: "priority",
  run_at: "runAt",
  after: "after",
  timeout: "timeout",
  env: "env",
  secrets: "secrets",
  dependencies: "dependencies",
  network: "network",
  artifacts_in: "artifactsIn",
  artifacts_out: "artifactsOut",
  concurrency_key: "concurrencyKey",
  concurrency_limit: "concurrencyLimit",
  webhook: "webhook",
  "payload/command": "command",
  "payload/code": "code",
  "payload/artifact": "artifact",
  "payload/runbook": "runbook",
  "payload/inputs": "input",
  "payload/function": "function",
  "payload/input": "input",
  "retries/max": "retries",
  "retries/backoff": "backoff",
  "limits/mem_limit_mb": "memory",
  "limits/cpu_limit": "cpu",
  "limits/output_limit": "output",
};

/** `within` is the part of the request that is the job, as `job` of a schedule. Empty for what concerns no single field. */
export function refusedFields(error: Error | null, within: readonly string[] = []): JobProblems {
  if (!(error instanceof ApiError) || !within.every((part, at) => error.field[at] === part)) return {};
  const [first = "", second = ""] = error.field.slice(within.length);
  const field = fields[`${first}/${second}`] ?? fields[first];
  return field ? { [field]: error.message } : {};
}
