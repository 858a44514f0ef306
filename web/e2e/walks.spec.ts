import { badge, block, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

/** A document whose second block begins so. */
const text = (first: string) => [
  "# Walks\n",
  fence("python name=use needs=setup", "print('use', x)"),
  fence("python name=setup", first),
  "## Second\n",
  fence("bash name=fails expect=failure hide_code=true", "echo oops; exit 3"),
  fence("bash name=alone run=manual", "echo alone"),
  fence("bash name=last", "echo last"),
].join("\n");

test("blocks_run_in_the_order_of_their_needs_and_say_what_is_stale", async ({ page, hub }) => {
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "Walks", text("x = 1; print('set up')"));

  await run(page, "use");
  await expect(output(page, "use")).toHaveText("use 1");
  await expect(output(page, "setup")).toHaveText("set up");
  await run(page, "use");
  await expect(badge(page, "use")).toHaveText("success");

  await page.evaluate(async ([runbook, content]) => {
    await fetch(`/api/runbooks/${runbook}`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ content }) });
  }, [id, text("x = 2; print('set up')")] as const);
  await page.reload();
  await expect(block(page, "use").getByText("stale", { exact: false }).first()).toBeVisible();
  await run(page, "use");
  await expect(output(page, "use")).toHaveText("use 2");
  await expect(block(page, "use").getByText("stale")).toHaveCount(0);

  await page.getByRole("button", { name: "Run all" }).click();
  await expect(page.getByText("All 4 ran")).toBeVisible();
  await expect(badge(page, "fails")).toHaveText("failed as expected: exit 3");
  await expect(block(page, "fails").getByText("Code hidden by the author")).toBeVisible();
  await expect(badge(page, "alone")).toHaveCount(0);
  await page.getByRole("button", { name: "More ways to run alone" }).click();
  await page.getByRole("button", { name: "Run from here" }).click();
  await expect(output(page, "alone")).toHaveText("alone");
  await expect(page.getByText("All 2 ran")).toBeVisible();
  await page.getByRole("button", { name: "More ways to run setup" }).click();
  await page.getByRole("button", { name: "Run section" }).click();
  await expect(page.getByText("All 4 ran")).toBeVisible();
  await expect(output(page, "use")).toHaveText("use 2");
});

test("a_walk_goes_on_without_its_page_and_stops_at_a_failure", async ({ page, hub, context }) => {
  await signUp(page, hub);
  const blocks = [
    fence("bash name=serve background=true", "touch up; sleep 1000"),
    fence("bash name=gate", "until [ -f up ]; do sleep 0.05; done; until [ -f go ]; do sleep 0.05; done; echo through"),
    fence("bash name=open run=manual background=true", "touch go"),
    fence("bash name=bad", "exit 4"),
    fence("bash name=never", "echo never"),
  ];
  const id = await openRunbook(page, hub, "Survives", `# Survives\n\n${blocks.join("\n")}`);
  await page.getByRole("button", { name: "Run all" }).click();
  await expect(block(page, "serve").getByRole("button", { name: "Stop serve" })).toBeVisible();
  await expect(block(page, "gate").getByRole("button", { name: "Stop gate" })).toBeVisible();
  await expect(block(page, "never").getByText("waiting")).toBeVisible();
  await page.goto("about:blank");

  // Another tab sees it, and asking again adds nothing.
  const other = await context.newPage();
  await other.goto(`${hub}/runbooks/${id}`);
  await expect(other.getByText("2/4")).toBeVisible();
  await expect(block(other, "gate").getByRole("button", { name: "Stop gate" })).toBeVisible();
  await other.evaluate(async (runbook) => {
    const { session } = (await (await fetch(`/api/runbooks/${runbook}`)).json()) as { session: { id: string } };
    const ask = async (body: unknown) =>
      (await fetch(`/api/sessions/${session.id}/walks`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();
    const again = (await ask({ select: "all" })) as { under_way: boolean };
    if (!again.under_way) throw new Error("it was begun twice");
    await fetch(`/api/sessions/${session.id}`);
  }, id);
  // What waits for the block is not to wait for the queue.
  await other.getByRole("button", { name: "Stop everything" }).click();
  await expect(other.getByText("Stopped at 2/4")).toBeVisible();
  await expect(block(other, "never").getByText("not run")).toBeVisible();
  await expect(block(other, "serve").getByRole("button", { name: "Stop serve" })).toBeVisible();

  await run(other, "open");
  await other.getByRole("button", { name: "Run all" }).click();
  await expect(output(other, "gate")).toHaveText("through");
  await expect(badge(other, "bad")).toHaveText("exit 4");
  await expect(other.getByText("Stopped at 3/4")).toBeVisible();
  await expect(block(other, "never").getByText("not run")).toBeVisible();
  await block(other, "serve").getByRole("button", { name: "Stop serve" }).click();
  await expect(badge(other, "serve")).toHaveText("stopped");
});
