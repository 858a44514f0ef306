import { badge, editable, expect, fence, openRunbook, output, run, signUp, test, touch } from "./hub.ts";

test("a_new_reader_runs_the_welcome_document_in_three_clicks", async ({ page, hub }) => {
  let clicks = 0;
  await page.exposeFunction("clicked", () => (clicks += 1));
  await page.addInitScript("addEventListener('click', () => window.clicked(), true)");
  await signUp(page, hub);
  await page.getByRole("link", { name: "Welcome to Runbook" }).click();
  await run(page, "hello");
  await expect(output(page, "hello")).toContainText("Hello, world!");
  expect(clicks).toBe(3);
  await page.getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByRole("button", { name: /^Run (?!all)/ }).first()).toBeVisible();

  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.locator("[data-session=ACTIVE]")).toBeVisible();
  await page.getByRole("button", { name: /^Run (?!all)/ }).first().click();
  await expect(page.locator("[data-outcome=success]").first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("region", { name: /^Output of/ }).first()).not.toBeEmpty();

  await page.getByRole("button", { name: "Disconnect" }).click();
  await expect(page.locator("[data-session=TERMINATED], [data-session=NONE]")).toBeVisible();
});

const counter = `# Counter\n\n${fence("bash name=count timeout=120s", 'for n in $(seq 1 200); do echo "tick $n"; sleep 0.2; done')}`;

test("output_streams_stops_and_is_still_there_after_a_reload_and_a_disconnect", async ({ page, context, browser, hub }) => {
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "Counter", counter);
  // Run without a session connects first.
  await run(page, "count");
  await expect(output(page, "count")).toContainText("tick 2");
  const early = Number(await output(page, "count").getAttribute("data-lines"));
  await expect.poll(async () => Number(await output(page, "count").getAttribute("data-lines"))).toBeGreaterThan(early + 3);

  // It grows by steps, and in order.
  const sizes = new Set<number>();
  await expect.poll(async () => sizes.add(Number(await output(page, "count").getAttribute("data-lines"))).size).toBeGreaterThan(6);
  const ticks = (await output(page, "count").innerText()).match(/\d+/g)?.map(Number) ?? [];
  expect(ticks).toEqual(ticks.map((_, at) => at + 1));

  // Another device sees the same, and the same page after a reload.
  const device = await browser.newContext({ storageState: await context.storageState() });
  const elsewhere = await device.newPage();
  await elsewhere.goto(`${hub}/runbooks/${id}`);
  await expect(output(elsewhere, "count")).toContainText("tick 1\n");
  await page.reload();
  await expect(output(page, "count")).toContainText("tick 1\n");
  const seen = Number(await output(page, "count").getAttribute("data-lines"));
  await expect.poll(async () => Number(await output(page, "count").getAttribute("data-lines"))).toBeGreaterThan(seen + 3);

  await page.getByRole("button", { name: "Stop count" }).click();
  await expect(badge(page, "count")).toHaveText("stopped");
  await expect(badge(elsewhere, "count")).toHaveText("stopped");
  await device.close();
  await expect(page.getByRole("button", { name: "Run count", exact: true })).toBeEnabled();

  await page.reload();
  await expect(badge(page, "count")).toHaveText("stopped");
  await expect(output(page, "count")).toContainText("tick 2");
  await page.getByRole("button", { name: "Disconnect" }).click();
  await expect(page.locator("[data-session=TERMINATED], [data-session=NONE]")).toBeVisible();
  await expect(output(page, "count")).toContainText("tick 2");
});

test("run_all_goes_in_order_and_stops_at_the_first_failure", async ({ page, hub }) => {
  await signUp(page, hub);
  const content = `# Three\n\n${fence("bash name=one", "echo one")}\n${fence("bash name=two", "echo two; exit 4")}\n${fence("bash name=three", "echo three")}`;
  await openRunbook(page, hub, "Three", content);
  await page.getByRole("button", { name: "Run all" }).click();
  await expect(page.getByText("Stopped at 2/3")).toBeVisible();
  await expect(badge(page, "one")).toHaveText("success");
  await expect(badge(page, "two")).toHaveText("exit 4");
  await expect(page.getByRole("region", { name: "Block three" }).getByText("not run")).toBeVisible();
  await expect(output(page, "three")).toHaveCount(0);
});

test("two_identical_blocks_keep_their_own_output", async ({ page, hub }) => {
  await signUp(page, hub);
  const same = fence("bash", "echo same; until [ -f go ]; do sleep 0.1; done; echo through");
  const id = await openRunbook(page, hub, "Twins", `# Twins\n\n${same}\n${same}`);
  await editable(page);
  await run(page, "2 (Bash)");
  await expect(output(page, "2 (Bash)")).toContainText("same");
  await expect(output(page, "1 (Bash)")).toHaveCount(0);

  // A block above them while it runs: the output goes along.
  await page.getByRole("group", { name: "Text: Twins" }).click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("b");
  await page.getByRole("textbox", { name: /^Code of/ }).waitFor();
  await page.keyboard.insertText("echo above");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();
  await touch(page, hub, id, "go");
  await expect(output(page, "3 (Bash)")).toContainText("through");
  await expect(badge(page, "3 (Bash)")).toHaveText("success");
  await expect(page.getByRole("region", { name: /^Output of \d/ })).toHaveCount(1);
});

test("many_blocks_started_at_once_can_still_be_stopped", async ({ page, hub }) => {
  await signUp(page, hub);
  const names = Array.from({ length: 9 }, (_, at) => `b${at}`);
  await openRunbook(page, hub, "Many", `# Many\n\n${names.map((name) => fence(`bash name=${name}`, "sleep 60")).join("\n")}`);
  for (const name of names) await run(page, name);
  await expect(page.getByRole("button", { name: /^Stop b/ })).toHaveCount(names.length);
  await page.getByRole("button", { name: "Stop everything" }).click();
  for (const name of names) await expect(badge(page, name)).toHaveText("stopped");
});
