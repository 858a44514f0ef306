/** From a model's bytes at the gateway to the page: through agent, sandbox, hub and browser. */
import { expect, test, type Page } from "@playwright/test";
import { lacking, pieces, whileHubHasAgents } from "../e2e/agent-hub.ts";
import { addRepository } from "../e2e/agents.ts";
import { signUp } from "../e2e/hub.ts";

/** Notes when each time that the model said arrived, and when it was shown. */
function watch(): void {
  const waits = { arrived: [] as number[], shown: [] as number[] };
  Object.assign(window, { waits });
  // The page is given this function alone.
  // oxlint-disable-next-line unicorn/consistent-function-scoping
  const news = (text: string, seen: Set<string>) => [...text.matchAll(/\bt(\d{13})\b/g)].flatMap((it) => it[1] ?? []).filter((it) => !seen.has(it) && seen.add(it));
  const [arrived, shown] = [new Set<string>(), new Set<string>()];
  const plain = window.WebSocket;
  window.WebSocket = class extends plain {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string") for (const it of news(data, arrived)) waits.arrived.push(Date.now() - Number(it));
      });
    }
  };
  new MutationObserver(() => {
    for (const it of news(document.body.innerText, shown)) waits.shown.push(Date.now() - Number(it));
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

function report(what: string, waits: number[]): void {
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(((sorted.length - 1) * part) / 100)];
  console.log(`from the model to ${what}: ${sorted.length} pieces, p50 ${at(50)} ms, p95 ${at(95)} ms, most ${at(100)} ms`);
}

async function waitsOf(page: Page): Promise<{ arrived: number[]; shown: number[] }> {
  return page.evaluate(() => (window as unknown as { waits: { arrived: number[]; shown: number[] } }).waits);
}

test("from the model to the page", async ({ page }) => {
  const lacks = lacking();
  test.skip(lacks !== null, `skipped: ${lacks}`);
  await whileHubHasAgents([{ when: "time", do: [{ relay: "Say the time." }] }], async (hub) => {
    await signUp(page, hub.url);
    await addRepository(page, hub);
    await page.addInitScript(watch);
    await page.goto(`${hub.url}/agents`);
    await page.getByLabel("What is to be done?").fill("Tell the time");
    await page.getByRole("button", { name: "Start planning" }).click();
    await expect.poll(async () => (await waitsOf(page)).shown.length, { timeout: 60_000 }).toBeGreaterThan(pieces * 0.9);
    const { arrived, shown } = await waitsOf(page);
    report("the browser", arrived);
    report("the page", shown);
  });
});
