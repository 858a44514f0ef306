import { readdirSync, readFileSync } from "node:fs";
import { badge, block, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

/** Processes below `ancestor` by depth, from Linux's own table. */
function descendants(ancestor: number, depth: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((it) => /^\d+$/.test(it))) {
    try {
      // The name of a program is in brackets and may hold spaces; its parent comes two fields later.
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ");
      parents.set(Number(name), Number(fields[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const below = (pid: number) => [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
  let generation = [ancestor];
  for (let step = 0; step < depth; step += 1) generation = generation.flatMap(below);
  return generation;
}

test("a_sandbox_that_was_killed_is_told_and_the_next_run_gets_a_new_one", async ({ page, server }) => {
  test.skip(server.pid === null, "skipped: only a server of our own may be harmed");
  await signUp(page, server.url);
  const content = `# Lost\n\n${fence("bash name=long", "echo begun; sleep 100")}\n${fence("bash name=short", "echo again")}`;
  await openRunbook(page, server.url, "Lost", content);
  await run(page, "long");
  await expect(output(page, "long")).toContainText("begun");

  // The launcher's children are sandboxes, or wait to become one.
  for (const pid of descendants(server.pid ?? 0, 2)) process.kill(pid, "SIGKILL");
  await expect(badge(page, "long")).toHaveText("lost");
  await expect(block(page, "long").getByText("may or may not have finished")).toBeVisible();
  await expect(page.locator("[data-session=LOST]")).toContainText("The sandbox was lost");

  await run(page, "short");
  await expect(badge(page, "short")).toHaveText("success");
  await expect(page.locator("[data-session=ACTIVE]")).toBeVisible();
});

test("two_tabs_on_one_runbook_share_its_session_and_its_output", async ({ page, context, hub }) => {
  await signUp(page, hub);
  const content = `# Shared\n\n${fence("bash name=first", "echo from one tab > note; echo done")}\n${fence("bash name=second", "cat note")}`;
  await openRunbook(page, hub, "Shared", content);
  const other = await context.newPage();
  await other.goto(page.url());
  await run(page, "first");
  await expect(badge(page, "first")).toHaveText("success");

  await other.reload();
  await expect(output(other, "first")).toHaveText("done");
  await expect(other.locator("[data-session=ACTIVE]")).toBeVisible();
  await run(other, "second");
  await expect(output(other, "second")).toHaveText("from one tab");
  await page.reload();
  await expect(output(page, "second")).toHaveText("from one tab");
  await other.getByRole("button", { name: "Disconnect" }).click();
  await expect(page.locator("[data-session=TERMINATED]")).toBeVisible();
});

test("what_isolates_a_session_is_a_click_away", async ({ page, hub }) => {
  await signUp(page, hub);
  await openRunbook(page, hub, "Isolation", `# Isolation\n\n${fence("bash name=one", "true")}`);
  await expect(page.getByRole("button", { name: "What isolates this session" })).toHaveCount(0);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("button", { name: "What isolates this session" }).click();
  const panel = page.getByRole("dialog", { name: "What isolates this session" });
  await expect(panel).toBeVisible();
  await expect(panel.getByRole("listitem").filter({ hasText: /network/ })).toHaveCount(1);
  await expect(panel.getByRole("listitem").filter({ hasText: /memory/ })).toHaveCount(1);
  const box = await panel.boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 1280).toBe(true);
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
});

test("a_language_that_the_machine_lacks_is_said_before_the_click", async ({ page, hub }) => {
  await signUp(page, hub);
  await page.route("**/api/runtimes", async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { items: { name: string }[] };
    const items = body.items.map((it) => (it.name === "rust" ? { ...it, available: false, message: "rust is not installed; run `rustup`" } : it));
    await route.fulfill({ response, json: { items } });
  });
  await openRunbook(page, hub, "Missing", `# Missing\n\n${fence("rust name=oxide", "fn main() {}")}\n${fence("bash name=shell", "true")}`);
  await expect(block(page, "oxide").getByText("Rust is not installed")).toBeVisible();
  await expect(page.getByRole("button", { name: "Run oxide" })).toBeDisabled();
  await run(page, "shell");
  await expect(badge(page, "shell")).toHaveText("success");
});
