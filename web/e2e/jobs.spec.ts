import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { administrator, expect, signIn, signUp, test } from "./hub.ts";

const state = (page: Page) => page.locator("main h1 + [role=status] [data-state]");
const log = (page: Page) => page.getByRole("region", { name: /^Output of/ });
/** The panel below the tabs has the name of its tab, as a field in it may. */
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true }).and(page.locator("input, textarea"));
const fold = (page: Page, title: string) => page.locator("summary").filter({ hasText: title }).click();

async function begin(page: Page, hub: string): Promise<void> {
  await signUp(page, hub);
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Jobs" }).click();
  await expect(page.getByRole("heading", { name: "No jobs yet" })).toBeVisible();
  await page.getByRole("link", { name: "New job" }).click();
}

/** `rules` are those to look at; all of them if left out. */
async function expectAccessible(page: Page, rules?: string[]): Promise<void> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  expect(violations.filter((it) => it.impact === "serious" || it.impact === "critical").map((it) => `${it.id}: ${it.nodes[0]?.html}`)).toEqual([]);
}

test("a_job_is_submitted_watched_searched_and_cancelled", async ({ page, hub }) => {
  await begin(page, hub);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(page.getByText("Type the command that the job runs.")).toBeVisible();
  await field(page, "Command").fill("for i in 1 2 3; do echo line $i; done; echo needle; sleep 120");
  await field(page, "Name").fill("watched");
  await fold(page, "Limits");
  await field(page, "Time, seconds").fill("300");
  await page.getByRole("button", { name: "Submit job" }).click();

  await expect(page.getByRole("heading", { name: "watched", level: 1 })).toBeVisible();
  await expect(log(page)).toContainText("needle");
  await expect(state(page)).toHaveText("running");
  await expect(page.getByRole("progressbar", { name: "Time used" })).toBeVisible();
  await field(page, "Search the log").fill("LINE");
  await expect(page.getByText("1 of 3")).toBeVisible();
  await field(page, "Search the log").press("Enter");
  await expect(page.getByText("2 of 3")).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(state(page)).toHaveText("cancelled");
  await expect(page.getByRole("listitem", { name: "Attempt 1" })).toContainText(/waited .+, ran /);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download output of watched" }).click();
  expect(await readFile(await (await download).path(), "utf8")).toBe("line 1\nline 2\nline 3\nneedle\n");
  await page.getByRole("link", { name: "All jobs" }).click();
  await page.getByRole("button", { name: "Running" }).click();
  await expect(page).toHaveURL(/[?]status=running$/);
  await expect(page.getByRole("heading", { name: "No such jobs" })).toBeVisible();
  await page.getByRole("button", { name: "Running" }).click();
  await page.getByRole("button", { name: "Cancelled" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "watched" })).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await page.getByRole("link", { name: "watched" }).click();
  await page.getByRole("button", { name: "Delete job" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete job" }).click();
  await expect(page.getByRole("heading", { name: "No jobs yet" })).toBeVisible();
});

test("a_job_that_fails_is_tried_again_and_shows_each_attempt", async ({ page, hub }) => {
  await begin(page, hub);
  await field(page, "Command").fill("echo trying; exit 3");
  await fold(page, "Retries");
  await field(page, "Retries, attempts after the first").fill("2");
  await field(page, "Wait between, seconds").fill("0.2");
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(state(page)).toHaveText("gave up", { timeout: 30_000 });
  await expect(page.getByRole("alert")).toHaveText("All of its 3 attempts failed.");
  for (const number of [1, 2, 3]) await expect(page.getByRole("listitem", { name: `Attempt ${number}` })).toContainText("failed, exit 3");
  await expect(log(page)).toHaveText(/^(?:trying\s*){3}$/);

  await page.getByRole("link", { name: "Change and submit" }).click();
  await expect(field(page, "Command")).toHaveValue("echo trying; exit 3");
  await field(page, "Command").fill("echo better");
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(state(page)).toHaveText("succeeded");
  const first = page.url();
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(page).not.toHaveURL(first);
  await expect(state(page)).toHaveText("succeeded");
  await expect(page.getByText("Retry of")).toBeVisible();
});

test("what_a_job_leaves_is_looked_at_and_downloaded_and_html_stays_text", async ({ page, hub }) => {
  await begin(page, hub);
  const picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const html = "<script>document.title=1</script><b>bold</b>";
  await field(page, "Command").fill(`echo '{"a":[1,2]}' > a.json; echo '${html}' > page.html; echo ${picture} | base64 -d > dot.png`);
  await fold(page, "Artifacts");
  for (const pattern of ["*.json", "*.html", "*.png"]) {
    await field(page, "Files to keep").fill(pattern);
    await field(page, "Files to keep").press("Enter");
  }
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(state(page)).toHaveText("succeeded");
  await fold(page, "Look at a.json");
  await expect(page.getByRole("region", { name: "Content of a.json" })).toHaveText(/\{\n {2}"a": \[\n {4}1,\n {4}2\n {2}\]\n\}/);
  await fold(page, "Look at page.html");
  await expect(page.getByRole("region", { name: "Content of page.html" })).toContainText(html);
  await fold(page, "Look at dot.png");
  const image = page.getByRole("img", { name: "dot.png" });
  await expect(image).toBeVisible();
  await expect.poll(() => image.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(1);
  await expectAccessible(page);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download a.json" }).click();
  expect((await download).suggestedFilename()).toBe("a.json");
});

test("a_schedule_is_made_paused_changed_and_deleted", async ({ page, hub }) => {
  await signUp(page, hub);
  await page.goto(`${hub}/schedules`);
  await expect(page.getByRole("heading", { name: "No schedules yet" })).toBeVisible();
  await page.getByRole("link", { name: "New schedule" }).click();
  await field(page, "Name of the schedule").fill("nightly");
  await field(page, "Command").fill("date");
  await page.getByRole("button", { name: "Create schedule" }).click();
  await expect(page.getByText("Use five fields")).toBeVisible();
  await field(page, "Times, as a cron pattern").fill("61 * * * *");
  await field(page, "Time zone").fill("Asia/Tokyo");
  await page.getByRole("button", { name: "Create schedule" }).click();
  await expect(page.getByRole("alert")).toContainText("is not a cron pattern");
  await expect(field(page, "Times, as a cron pattern")).toHaveAttribute("aria-invalid", "true");
  await page.getByRole("button", { name: "Every night at 2:30" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create schedule" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "nightly" });
  await expect(row).toContainText(/Next .*, your time \(.*02:30 in Asia\/Tokyo\)/);
  await expectAccessible(page);
  await row.getByRole("button", { name: "Pause nightly" }).click();
  await expect(row).toContainText("paused");
  await row.getByRole("link", { name: "nightly" }).click();
  await page.getByRole("button", { name: "Resume" }).click();
  await field(page, "Times, as a cron pattern").fill("* * * * *");
  await page.getByRole("button", { name: "Save schedule" }).click();
  await expect(page.getByText("Saved nightly.")).toBeVisible();
  await page.getByRole("button", { name: "Delete nightly" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete schedule" }).click();
  await expect(page.getByRole("heading", { name: "No schedules yet" })).toBeVisible();
});

test("pages_of_administrators_are_shown_to_administrators_only", async ({ page, hub, server }) => {
  await signUp(page, hub);
  await page.goto(`${hub}/admin/queue`);
  await expect(page.getByRole("heading", { name: "This is for administrators" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Audit log" })).toHaveCount(0);
  await page.getByRole("button", { name: "Sign out" }).click();

  const email = administrator(server);
  test.skip(email === null, "skipped: an administrator is made with RUNBOOK_BIN and, of a running server, RUNBOOK_DATA");
  await signIn(page, hub, email ?? "");
  await page.goto(`${hub}/admin/queue`);
  await expect(page.getByRole("listitem").filter({ hasText: "slots in use" }).first()).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("link", { name: "Audit log" }).click();
  await field(page, "Action").fill("account_*");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/action=account_/);
  await expect(page.getByRole("listitem").filter({ hasText: "account_sign_in" }).first()).toBeVisible();
  await expectAccessible(page);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export all" }).click();
  expect((await download).suggestedFilename()).toBe("audit.jsonl");

  await page.getByRole("link", { name: "Limits", exact: true }).click();
  await expect(page.getByText("what holds for everybody")).toBeVisible();
  await field(page, "Find a user").fill("nobody is called that");
  await expect(page.getByText("Nobody is called that.")).toBeVisible();
  await field(page, "Find a user").fill("reader-");
  await page.getByRole("list", { name: "Users" }).getByRole("button", { name: /reader-/ }).first().click();
  await expect(page).toHaveURL(/[?]of=user_/);
  await expectAccessible(page);
  await page.getByRole("link", { name: "Audit log" }).click();
  await page.getByRole("link", { name: "their limits" }).first().click();
  await field(page, "Running at once, jobs").fill("1.5");
  await page.getByRole("button", { name: "Save limits" }).click();
  await expect(page.getByText("Use a whole number")).toBeVisible();
  await field(page, "Running at once, jobs").fill("3");
  await page.getByRole("button", { name: "Save limits" }).click();
  await expect(page.getByText("Saved the limits.")).toBeVisible();
  await page.reload();
  await expect(field(page, "Running at once, jobs")).toHaveValue("3");
  await expectAccessible(page);
});

test("what_the_server_refuses_is_told_beside_its_field", async ({ page, hub }) => {
  await begin(page, hub);
  await field(page, "Command").fill("true");
  await fold(page, "Time, order and news");
  await field(page, "Webhook").fill("nowhere");
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(field(page, "Webhook")).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
});

test("a_file_is_uploaded_after_a_broken_line_looked_at_linked_used_and_deleted", async ({ page, hub, context }) => {
  test.slow();
  await signUp(page, hub);
  await page.goto(`${hub}/artifacts`);
  await expect(page.getByRole("heading", { name: "No artifacts yet" })).toBeVisible();
  await expectAccessible(page);
  let parts = 0;
  await page.route("**/api/v1/uploads/*", (route) => {
    parts += route.request().method() === "PUT" ? 1 : 0;
    return route.request().method() === "PUT" && parts === 2 ? route.abort() : route.continue();
  });
  const text = "0123456789abcde\n".repeat((9 << 20) / 16);
  await page.getByLabel("Upload files").setInputFiles({ name: "numbers.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  await expect(page.getByRole("progressbar", { name: "Upload of numbers.txt" })).toHaveAttribute("aria-valuenow", "44");
  await expect(page.getByRole("alert")).toContainText("cannot be reached");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Go on with numbers.txt" }).click();
  await expect(page.getByText("9 MiB, uploaded")).toBeVisible();
  expect(parts).toBe(4);
  await page.getByRole("button", { name: "Take numbers.txt off the list" }).click();
  await expect(page.getByText("9 MiB of")).toBeVisible();

  await fold(page, "Look at numbers.txt");
  await expect(page.getByRole("region", { name: "Content of numbers.txt" })).toContainText("0123456789abcde");
  await expect(page.getByText("The first 64 KiB of 9 MiB.")).toBeVisible();
  await page.getByRole("button", { name: "Signed link to numbers.txt" }).click();
  const link = page.getByRole("dialog").getByRole("group", { name: "Link" });
  await expect(link).toContainText(`${hub}/api/v1/artifacts/content/`);
  const day = (await link.textContent()) ?? "";
  await page.getByRole("dialog").getByLabel("Counts for").selectOption("an hour");
  await expect(link).not.toHaveText(day);
  await expectAccessible(page);
  const answer = await context.request.get((await link.textContent()) ?? "", { headers: { range: "bytes=0-14" } });
  expect([answer.status(), await answer.text()]).toEqual([206, "0123456789abcde"]);
  const reference = (await page.getByRole("dialog").getByRole("group", { name: "Reference, for jobs" }).textContent()) ?? "";
  await page.getByRole("button", { name: "Done" }).click();

  await page.goto(`${hub}/new-job`);
  await field(page, "Command").fill("wc -c < in.txt");
  await fold(page, "Artifacts");
  await field(page, "Files to begin with").fill(`in.txt=${reference}`);
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(state(page)).toHaveText("succeeded");
  await expect(log(page)).toContainText(String(9 << 20));

  await page.goto(`${hub}/limits`);
  await expect(page.getByRole("listitem").filter({ hasText: "Artifacts" })).toContainText("9 MiB");
  await expectAccessible(page);
  await page.getByRole("navigation", { name: "Pages about jobs" }).getByRole("link", { name: "Artifacts" }).click();
  await page.getByRole("button", { name: "Delete numbers.txt" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete artifact" }).click();
  await expect(page.getByRole("heading", { name: "No artifacts yet" })).toBeVisible();
});

test("pages_about_jobs_fit_a_phone_in_light_and_dark", async ({ page, hub, server }) => {
  test.slow();
  const email = administrator(server);
  test.skip(email === null, "skipped: an administrator is made with RUNBOOK_BIN and, of a running server, RUNBOOK_DATA");
  await page.setViewportSize({ width: 375, height: 812 });
  await signIn(page, hub, email ?? "");
  await page.goto(`${hub}/new-schedule`);
  await field(page, "Name of the schedule").fill("a schedule whose name is so long that no telephone has room for it");
  await page.getByRole("button", { name: "Every hour" }).click();
  await field(page, "Command").fill("echo a-word-that-is-longer-than-the-screen-is-wide-and-has-no-place-to-break".repeat(2));
  await page.getByRole("button", { name: "Create schedule" }).click();
  await page.goto(`${hub}/new-job`);
  await field(page, "Command").fill("echo kept > a-file-with-a-rather-long-name-that-does-not-fit-beside-its-buttons.txt");
  await fold(page, "Artifacts");
  await field(page, "Files to keep").fill("*.txt");
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(state(page)).toHaveText("succeeded");
  for (const path of [new URL(page.url()).pathname, "/jobs", "/schedules", "/artifacts", "/limits", "/admin/queue", "/admin/limits", "/admin/audit"]) {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.goto(hub + path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByText(/^Loading/)).toHaveCount(0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect([path, wide]).toEqual([path, 375]);
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    // Colours fade into each other.
    await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((it) => it instanceof CSSTransition).map((it) => it.finished)));
    await expectAccessible(page, ["color-contrast"]);
  }
});

test("code_and_a_runbook_run_as_jobs_and_one_waits_for_another", async ({ page, hub }) => {
  await begin(page, hub);
  await page.getByRole("tab", { name: "Code" }).click();
  await page.getByRole("combobox", { name: "Language" }).selectOption("bash");
  await expect(page.getByRole("textbox", { name: "Code of the job" })).toContainText("Hello, $planet");
  await fold(page, "Environment");
  await field(page, "Variables").fill("no equals sign");
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(page.getByText("has no name before an equals sign")).toBeVisible();
  await field(page, "Variables").fill("CITY=Vienna");
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(state(page)).toHaveText("succeeded");
  await expect(log(page)).toContainText("Hello, Venus!");
  const first = page.url().split("/").at(-1) ?? "";

  await page.goto(`${hub}/new-job`);
  await page.getByRole("tab", { name: "Runbook" }).click();
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(page.getByText("Choose a runbook.")).toBeVisible();
  await page.getByRole("combobox", { name: "Runbook" }).selectOption({ label: "Welcome to Runbook" });
  await fold(page, "Time, order and news");
  await field(page, "After these jobs have succeeded").fill(first);
  await page.getByRole("button", { name: "Submit job" }).click();
  await expect(page.getByRole("link", { name: "Welcome to Runbook" })).toBeVisible();
  await expect(page.getByRole("link", { name: first })).toBeVisible();
  await expect(state(page)).toHaveText(/succeeded|exit|failed/, { timeout: 30_000 });
});
