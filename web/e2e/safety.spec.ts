import type { APIRequestContext } from "@playwright/test";
import { expect, fence, output, run, signUp, test } from "./hub.ts";

/** What changes, runs or ends something, as the page of its owner asks for it. */
function deeds(runbook: string, session: string, block: { id: string; content_hash: string }, execution: string): [string, string, unknown?][] {
  const whole = { block: block.id, content_hash: block.content_hash };
  return [
    ["GET", `/api/runbooks/${runbook}`],
    ["PUT", `/api/runbooks/${runbook}`, { content: "# Taken\n" }],
    ["DELETE", `/api/runbooks/${runbook}`],
    ["GET", `/api/runbooks/${runbook}/export?format=md`],
    ["POST", `/api/sessions/${session}/executions`, whole],
    ["POST", `/api/sessions/${session}/walks`, { select: "all" }],
    ["DELETE", `/api/sessions/${session}/walks`],
    ["POST", `/api/sessions/${session}/restart`],
    ["GET", `/api/sessions/${session}/files?path=&limit=5`],
    ["POST", `/api/executions/${execution}/stdin`, { data: "x\n", end: true }],
    ["POST", `/api/executions/${execution}/cancel`],
    ["GET", `/api/executions/${execution}/events?from=1`],
    ["DELETE", `/api/sessions/end/${session}`],
  ];
}

/** The status of each of them, for whoever asks. */
async function answers(request: APIRequestContext, hub: string, asked: ReturnType<typeof deeds>): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [method, path, data] of asked) {
    const answer = await request.fetch(`${hub}${path}`, { method, data, headers: { origin: new URL(hub).origin } });
    found[`${method} ${path}`] = answer.status();
  }
  return found;
}

test("opening_starts_nothing_and_what_runs_obeys_its_owner_alone", async ({ page, browser, playwright, hub }) => {
  const posted: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") posted.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  await signUp(page, hub);
  const content = `---\nrunbook: {inputs: {WHO: {default: you}}}\n---\n# Brought\n\n${fence("bash name=wait", 'echo begun; printf "name? "; read name; echo heard $name')}\n${fence("python name=open background=true", "print(1)")}`;
  const answer = await page.request.post(`${hub}/api/runbooks/import?name=brought.md`, {
    data: content,
    headers: { "content-type": "application/octet-stream", origin: new URL(hub).origin },
  });
  const { items } = (await answer.json()) as { items: { runbook: { id: string } }[] };
  const id = items[0]?.runbook.id ?? "";
  posted.length = 0;
  await page.goto(`${hub}/runbooks/${id}?line=9`);
  await expect(page.locator("article[data-ready]")).toBeVisible();
  const asks = async (path: string) => (await page.request.get(`${hub}${path}`)).json() as Promise<{ items: { id: string }[] }>;
  expect((await asks("/api/sessions")).items).toEqual([]);
  expect((await asks(`/api/runbooks/${id}/executions`)).items).toEqual([]);
  // A visit is noted, and no more.
  expect(posted.filter((it) => !/\/(visits|live|inputs)$/.test(it))).toEqual([]);

  await run(page, "wait");
  await expect(output(page, "wait")).toContainText("begun");
  const runbook = (await (await page.request.get(`${hub}/api/runbooks/${id}`)).json()) as {
    session: { id: string };
    blocks: { id: string; content_hash: string; runnable: boolean }[];
  };
  const [first] = runbook.blocks.filter((it) => it.runnable);
  const [execution] = (await asks(`/api/runbooks/${id}/executions`)).items;
  if (!first || !execution) throw new Error("nothing runs");
  const asked = deeds(id, runbook.session.id, first, execution.id);

  const nobody = await playwright.request.newContext();
  for (const [deed, status] of Object.entries(await answers(nobody, hub, asked))) expect([401, 403], deed).toContain(status);
  await nobody.dispose();
  const elsewhere = await browser.newContext();
  const stranger = await elsewhere.newPage();
  await signUp(stranger, hub);
  for (const [deed, status] of Object.entries(await answers(elsewhere.request, hub, asked))) expect(status, deed).toBe(404);
  await stranger.goto(`${hub}/runbooks/${id}`);
  await expect(stranger.getByRole("heading", { name: "This runbook is not here" })).toBeVisible();

  // None of it did anything.
  const input = page.getByLabel("Input for wait");
  await input.fill("you");
  await input.press("Enter");
  await expect(output(page, "wait")).toContainText("heard you");
  expect((await asks("/api/sessions")).items).toHaveLength(1);

  // What a thief copied is worth nothing once its owner has signed out.
  const thief = await browser.newContext({ storageState: await page.context().storageState() });
  expect((await thief.request.get(`${hub}/api/auth/me`)).status()).toBe(200);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  for (const [deed, status] of Object.entries(await answers(thief.request, hub, asked))) expect(status, deed).toBe(401);
  await thief.close();
  await elsewhere.close();
});
