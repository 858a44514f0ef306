import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { badge, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

const content = `# Kept\n\n${fence("bash name=say", "printf 'gr\\303\\274n \\377\\n'; echo before")}\n${fence("bash name=fail", "exit 3")}`;

async function seriousProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.filter((it) => it.impact === "serious" || it.impact === "critical").map((it) => it.id);
}

test("each_run_keeps_its_code_and_every_byte_and_an_earlier_version_comes_back", async ({ page, hub }) => {
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "Kept", content);
  await run(page, "say");
  await expect(output(page, "say")).toContainText("before");
  await run(page, "fail");
  await expect(badge(page, "fail")).toHaveText("exit 3");
  await page.evaluate(
    async ([runbook, text]) => {
      const { revision } = (await (await fetch(`/api/runbooks/${runbook}`)).json()) as { revision: number };
      const init = { method: "PUT", headers: { "content-type": "application/json" } };
      await fetch(`/api/runbooks/${runbook}`, { ...init, body: JSON.stringify({ content: text, revision }) });
    },
    [id, content.replace("echo before", "echo after")] as const,
  );
  await page.reload();
  await run(page, "say");
  await expect(output(page, "say")).toContainText("after");

  await page.getByRole("link", { name: "History", exact: true }).click();
  const runs = page.getByRole("button", { name: /^Run of/ });
  await expect(runs).toHaveCount(3);
  await page.getByRole("button", { name: "Failed" }).click();
  await expect(runs).toHaveCount(1);
  await expect(runs).toContainText("exit 3");
  await page.getByRole("button", { name: "Failed" }).click();
  await page.getByLabel("Block").selectOption("say");
  await expect(runs).toHaveCount(2);

  await runs.nth(1).click();
  const details = page.getByRole("region", { name: "Details of say" });
  await expect(details).toContainText("before");
  await expect(details).toContainText("bash");
  expect(await seriousProblems(page)).toEqual([]);
  await details.getByRole("tab", { name: "Code", exact: true }).click();
  await expect(details.getByRole("region", { name: "Code of say as it ran" })).toContainText("echo before");
  await details.getByRole("tab", { name: "Compare with current code" }).click();
  await expect(details).toContainText("− ");
  await expect(details).toContainText("echo after");
  const download = page.waitForEvent("download");
  await details.getByRole("link", { name: "Download log" }).click();
  const bytes = readFileSync(await (await download).path());
  expect([...bytes]).toEqual([...Buffer.from("grün "), 0xff, ...Buffer.from("\nbefore\n")]);

  await page.setViewportSize({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);

  await page.getByRole("tab", { name: "Versions" }).click();
  const version = (number: number) => page.getByRole("listitem", { name: `Version ${number}`, exact: true });
  await version(2).getByRole("button", { name: "Show changes" }).click();
  await expect(version(2)).toContainText("echo after");
  expect(await seriousProblems(page)).toEqual([]);
  await version(1).getByRole("button", { name: "Restore" }).click();
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await expect(version(3)).toContainText("Restored from version 1");
  await page.getByRole("link", { name: "Kept" }).click();
  await expect(page.getByRole("region", { name: "Block say" })).toContainText("echo before");
});
