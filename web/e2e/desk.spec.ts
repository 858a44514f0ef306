import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { administrator, badge, block, expect, fence, openRunbook, run, signIn, signUp, test } from "./hub.ts";

const terminals = (page: Page) => page.getByRole("region", { name: "Terminals of this session" });
const screen = (page: Page) => terminals(page).locator(".xterm-rows").filter({ visible: true });
const files = (page: Page) => page.getByRole("region", { name: "Files of this session" });

async function connect(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.locator("[data-session=ACTIVE]")).toBeVisible();
}

async function openTerminal(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  await expect(screen(page)).toContainText("$");
}

async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).exclude(".xterm").analyze();
  return violations.filter((it) => it.impact === "serious" || it.impact === "critical").map((it) => `${it.id}: ${it.nodes[0]?.html}`);
}

test("a_shell_and_the_files_of_a_session_see_the_same_workspace", async ({ page, hub }) => {
  await signUp(page, hub);
  await openRunbook(page, hub, "Desk", `# Desk\n\n${fence("bash name=make", "mkdir -p out; echo from a block > out/made.txt")}`);
  await connect(page);
  await openTerminal(page);
  await page.keyboard.type("echo $((20 + 22)) > note.txt; stty size\n");
  await expect(screen(page)).toContainText(/size\d+ \d+~/);

  await page.getByRole("button", { name: "Files", exact: true }).click();
  const panel = files(page);
  await panel.locator("[data-path='note.txt']").click();
  await expect(panel.getByRole("region", { name: "Content of note.txt" })).toContainText("42");

  await panel.getByLabel("Files to upload").setInputFiles([
    { name: "sent.txt", mimeType: "text/plain", buffer: Buffer.from("sent by button\n") },
    { name: "dot.png", mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64") },
  ]);
  await panel.locator("[data-path='dot.png']").click();
  await expect.poll(() => panel.getByRole("img", { name: "dot.png" }).evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(1);
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["sent by drag\n"], "dropped.txt"));
    return transfer;
  });
  for (const event of ["dragenter", "dragover", "drop"]) await panel.dispatchEvent(event, { dataTransfer: dropped });
  await expect(panel.locator("[data-path='dropped.txt']")).toBeVisible();
  await terminals(page).locator(".xterm-helper-textarea").first().focus();
  await page.keyboard.type("cat sent.txt dropped.txt\n");
  await expect(screen(page)).toContainText("sent by button");
  await expect(screen(page)).toContainText("sent by drag");

  await run(page, "make");
  await expect(badge(page, "make")).toHaveText("success");
  await panel.locator("[data-path=out]").click();
  await expect(panel.locator("[data-path='out/made.txt']")).toBeVisible();
  await panel.locator("[data-path='sent.txt']").click();
  await panel.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("../../etc/x");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await expect(page.getByText("A name has no slashes.")).toBeVisible();
  await page.getByRole("dialog").getByLabel("Name").fill("renamed.txt");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  const renamed = panel.locator("[data-path='renamed.txt']");
  await renamed.click();
  const download = page.waitForEvent("download");
  await panel.getByRole("link", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("renamed.txt");
  await panel.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(renamed).toHaveCount(0);
  expect(await serious(page)).toEqual([]);

  await page.reload();
  await openTerminal(page);
  await expect(screen(page)).toContainText("sent by drag");
  await page.keyboard.type("exit 3\n");
  await expect(terminals(page).getByText("The shell ended with exit code 3.")).toBeVisible();
  await terminals(page).getByRole("button", { name: "Close", exact: true }).click();
  await expect(terminals(page)).toHaveCount(0);
  await page.setViewportSize({ width: 375, height: 740 });
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("button", { name: "Files", exact: true }).click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});

test("a_port_is_shown_apart_from_the_app_and_sessions_are_seen_and_ended", async ({ page, browser, server }) => {
  await signUp(page, server.url);
  const spy = "<h1>Shown</h1><script>fetch(APP + '/api/auth/me', { credentials: 'include' }).then((it) => it.text()).then((it) => document.body.append('read ' + it), () => document.body.append('kept out'))</script>";
  const program = `mkdir -p site; cat > site/index.html <<'END'\n${spy.replace("APP", JSON.stringify(server.url))}\nEND\ncd site; python3 -m http.server 8123 > /dev/null 2>&1 &\nwhile ! (exec 3<>/dev/tcp/127.0.0.1/8123) 2> /dev/null; do sleep 0.05; done`;
  const die = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)";
  await openRunbook(page, server.url, "Shown", `# Shown\n\n${fence("bash name=serve", program)}\n${fence("python name=die", die)}\n${fence("python name=after", "print('alive')")}`);
  await run(page, "serve");
  await expect(badge(page, "serve")).toHaveText("success");
  const [tab] = await Promise.all([page.waitForEvent("popup"), page.getByRole("button", { name: "port 8123" }).click()]);
  await expect(tab.getByRole("heading", { name: "Shown" })).toBeVisible();
  await expect(tab.locator("body")).toContainText("kept out");
  expect(new URL(tab.url()).hostname).toMatch(/^[0-9a-f]{32}\.localhost$/);
  expect(await tab.evaluate(() => [document.cookie, window.opener])).toEqual(["", null]);
  await tab.close();

  await run(page, "die");
  await expect(block(page, "die").getByText("the kernel was killed while this block ran").first()).toBeVisible();
  await run(page, "after");
  await expect(block(page, "after").getByText("this is a new one, without the variables").first()).toBeVisible();

  await page.getByRole("button", { name: "What this session uses" }).click();
  const panel = page.getByRole("dialog", { name: "What this session uses" });
  await expect(panel.getByText(/of 512 MiB/)).toBeVisible();
  await panel.getByRole("button", { name: "Pause" }).click();
  await expect(page.locator("[data-session=ACTIVE]")).toContainText("Paused");
  await panel.getByRole("button", { name: "Resume" }).click();
  await expect(page.locator("[data-session=ACTIVE]")).toContainText("Connected");
  await panel.getByRole("button", { name: "Extend" }).click();
  expect(await serious(page)).toEqual([]);
  await page.keyboard.press("Escape");

  await page.getByRole("link", { name: "Sessions", exact: true }).click();
  const row = page.locator("[data-session-row]");
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("Shown");
  await expect(page.getByRole("tab")).toHaveCount(0);
  expect(await serious(page)).toEqual([]);
  const id = await row.getAttribute("data-session-row");

  const email = administrator(server);
  if (email === null) {
    await row.getByRole("button", { name: "End" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End session" }).click();
  } else {
    const other = await browser.newPage();
    await signIn(other, server.url, email);
    await other.goto(`${server.url}/sessions`);
    await other.getByRole("tab", { name: "Everybody's" }).click();
    const theirs = other.locator(`[data-session-row="${id}"]`);
    await expect(theirs).toContainText("reader-");
    await theirs.getByRole("button", { name: "End" }).click();
    await other.getByRole("dialog").getByRole("button", { name: "End session" }).click();
    await expect(theirs).toHaveCount(0);
    await other.close();
  }
  await expect(page.getByText("You have no session")).toBeVisible();
});
