/** What a person sets up before agents work for them. */
import { expect, type Page } from "@playwright/test";
import type { AgentHub } from "./agent-hub.ts";

export async function addRepository(page: Page, hub: AgentHub): Promise<void> {
  const kept = await page.evaluate(
    async (value) => (await fetch("/api/secrets/FORGE_TOKEN", { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ value }) })).status,
    hub.token,
  );
  expect(kept).toBeLessThan(300);
  await page.goto(`${hub.url}/agents/settings`);
  await page.getByRole("button", { name: "New repository" }).click();
  await page.getByLabel("Address", { exact: true }).fill(hub.repository);
  await page.getByLabel("Code host").selectOption("GITHUB");
  await page.getByLabel("Secret with the token").selectOption("FORGE_TOKEN");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Webhook of ada/greetings" }).click();
  await expect(page.getByText(/\/api\/forge\/webhook\/eqp_/)).toBeVisible();
}
