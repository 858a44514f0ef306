/**
 * Every route about jobs once: artifacts, a job to its end, one cancelled, a schedule, and what
 * administrators see. The token is an administrator's.
 */
import { createClient, events, result, type components } from "../src/index.js";

const client = createClient({
  baseUrl: process.env["RUNBOOK_URL"] ?? "http://127.0.0.1:8000",
  token: process.env["RUNBOOK_TOKEN"] ?? "",
});

/** What an answer holds, or the refusal thrown. */
async function given<T>(answer: Promise<{ data?: T; error?: { detail: string } }>): Promise<T> {
  const { data, error } = await answer;
  if (error) throw new Error(error.detail);
  return data as T;
}

/** Bytes as a body; openapi-fetch would make JSON of them. */
const bytes = (text: string) => ({
  body: text as unknown as number[],
  bodySerializer: (body: unknown) => String(body),
  headers: { "content-type": "application/octet-stream" },
});

async function ended(id: string, onOutput: (text: string) => void = () => undefined) {
  const { response } = await client.GET("/api/v1/jobs/{id}/events", { params: { path: { id } }, parseAs: "stream" });
  async function* told() {
    for await (const event of events(response)) {
      if (event.event === "stdout") onOutput(event.data);
      yield event;
    }
  }
  return await result(told());
}

/** Keeps a file that comes at once and one that comes in parts; the second one's reference. */
async function upload(): Promise<string> {
  const kept = await given(client.POST("/api/v1/artifacts", { params: { query: { name: "note.txt" } }, ...bytes("at once") }));
  const path = { id: kept.id };
  const { reference } = await given(client.GET("/api/v1/artifacts/{id}", { params: { path, query: { expires_in: 60 } } }));
  const content = await given(
    client.GET("/api/v1/artifacts/content/{reference}", { params: { path: { reference } }, parseAs: "text" }),
  );
  console.log(`kept ${JSON.stringify(content)}`);
  await given(client.DELETE("/api/v1/artifacts/{id}", { params: { path } }));

  const asked = { body: { name: "numbers.txt", size: 6 } };
  const begun = await given(client.POST("/api/v1/uploads", asked));
  const id = { id: begun.id };
  await given(client.PUT("/api/v1/uploads/{id}", { params: { path: id, query: { offset: 0 } }, ...bytes("1\n2") }));
  const { received } = await given(client.GET("/api/v1/uploads/{id}", { params: { path: id } }));
  const done = await given(client.PUT("/api/v1/uploads/{id}", { params: { path: id, query: { offset: received } }, ...bytes("\n39") }));
  const givenUp = await given(client.POST("/api/v1/uploads", asked));
  await given(client.DELETE("/api/v1/uploads/{id}", { params: { path: { id: givenUp.id } } }));
  const all = await given(client.GET("/api/v1/artifacts"));
  console.log(`${all.items.length} artifact`);
  if (!done.artifact) throw new Error("the upload is whole");
  return done.artifact.reference;
}

/** Runs a job with that file to its end, and gives its id. */
async function run(reference: string): Promise<string> {
  const body: components["schemas"]["NewJob"] = {
    name: "sum",
    payload: { command: "awk '{ n += $1 } END { print n }' numbers.txt | tee sum.txt" },
    artifacts_in: [{ artifact: reference, path: "numbers.txt" }],
    artifacts_out: ["sum.txt"],
  };
  const { job_id: id } = await given(client.POST("/api/v1/jobs", { body }));
  await ended(id, (text) => process.stdout.write(`the sum is ${text}`));
  const shown = await given(client.GET("/api/v1/jobs/{id}", { params: { path: { id } } }));
  const left = await given(client.GET("/api/v1/jobs/{id}/artifacts", { params: { path: { id } } }));
  console.log(`${JSON.stringify(shown.status)} with ${left.items.length} file`);
  const listed = await given(client.GET("/api/v1/jobs", { params: { query: { status: "finished", name: "sum", limit: 10 } } }));
  console.log(`${listed.items.length} of that name`);
  return id;
}

/** Does it once more; submits one of a far day and cancels it; deletes them all. */
async function cancel(id: string): Promise<void> {
  const again = await given(client.POST("/api/v1/jobs/{id}/retry", { params: { path: { id } } }));
  await ended(again.job_id);
  const far = { payload: { command: "true" }, run_at: "2999-01-01T00:00:00Z" };
  const later = await given(client.POST("/api/v1/jobs", { body: far }));
  const cancelled = await given(client.POST("/api/v1/jobs/{id}/cancel", { params: { path: { id: later.job_id } } }));
  console.log(JSON.stringify(cancelled.status));
  for (const each of [id, again.job_id, later.job_id]) {
    await given(client.DELETE("/api/v1/jobs/{id}", { params: { path: { id: each } } }));
  }
  const { secret } = await given(client.GET("/api/v1/webhook-secret"));
  console.log(`webhooks are signed with ${secret.slice(0, 6)}…`);
}

async function schedule(): Promise<void> {
  const nightly = { name: "nightly", cron: "30 2 * * *", job: { payload: { command: ["true"] } } };
  const { id } = await given(client.POST("/api/v1/schedules", { body: nightly }));
  const params = { path: { id } };
  await given(client.PUT("/api/v1/schedules/{id}", { params, body: { ...nightly, paused: true } }));
  const { paused } = await given(client.GET("/api/v1/schedules/{id}", { params }));
  const all = await given(client.GET("/api/v1/schedules"));
  console.log(`${all.items.length} schedule, paused: ${paused}`);
  await given(client.DELETE("/api/v1/schedules/{id}", { params }));
}

async function administer(): Promise<void> {
  const { usage } = await given(client.GET("/api/v1/limits"));
  const users = await given(client.GET("/api/users", { params: { query: { name: "ada" } } }));
  const path = { subject: users.items[0]?.id ?? "" };
  await given(client.PUT("/api/v1/limits/{subject}", { params: { path }, body: { running: 2 } }));
  const { limits } = await given(client.GET("/api/v1/limits/{subject}", { params: { path } }));
  console.log(`${usage.running} jobs run, at most Some(${limits.running})`);
  const policy = await given(client.GET("/api/v1/job-policy"));
  await given(client.PUT("/api/v1/job-policy", { body: policy }));
  const queue = await given(client.GET("/api/v1/queue"));
  console.log(`${queue.workers.length} worker`);
  const acts = await given(client.GET("/api/audit", { params: { query: { action: "queue_*" } } }));
  const log = await given(client.GET("/api/audit/export", { parseAs: "text" }));
  const first = JSON.parse(String(log).split("\n", 1)[0] ?? "") as { seq: number };
  console.log(`${acts.items.length} acts on the queue; the log begins with ${first.seq}`);
}

const job = await run(await upload());
await cancel(job);
await schedule();
await administer();
