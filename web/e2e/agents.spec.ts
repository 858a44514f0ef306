/** From a wish to pull requests, with everybody who takes part: a person, an agent, its model, a code host. */
import { addRepository } from "./agents.ts";
import { administrator, signIn, signUp } from "./hub.ts";
import { expect, test } from "@playwright/test";
import { lacking, whileHubHasAgents, type Scene } from "./agent-hub.ts";
import type { Page } from "@playwright/test";

const plan = `# Greetings

Say hello in more ways.

## 1. Greet in French

Add \`fr.txt\`.

## 2. Greet in German

Add \`de.txt\`, politely.

\`\`\`bash {check}
grep -q Guten de.txt
\`\`\`
`;

const playbook: Scene[] = [
  { when: "(?s)Carry out this step.*Greet in French", do: [{ write: { path: "fr.txt", text: "Bonjour\n" } }, { bash: "make --version" }] },
  { when: "(?s)Carry out this step.*Greet in German", do: [{ write: { path: "de.txt", text: "Hallo\n" } }] },
  { when: "Not done yet", do: [{ write: { path: "de.txt", text: "Guten Tag\n" } }] },
  { when: "Change what these steps left", do: [{ write: { path: "fr.txt", text: "Bonsoir\n" } }] },
  { when: "ways", do: [{ think: "Two files will do." }, { model: "Which language is bonjour?" }, { plan }] },
];

const terminals = (page: Page) => page.getByRole("region", { name: "Terminals of this session" });

/** A shell beside the agent's, which is still there after the page was left. */
async function lookIntoSandbox(page: Page): Promise<void> {
  const shown = terminals(page).locator(".xterm-rows").filter({ visible: true });
  const open = async () => {
    await page.getByRole("button", { name: "Terminal", exact: true }).click();
    await expect(shown).toContainText(/[$#]/);
  };
  await open();
  await page.keyboard.type("echo $((6*7))\n");
  await expect(shown).toContainText("42");
  await page.reload();
  await open();
  await expect(shown).toContainText("42");
  await expect(terminals(page).getByRole("tab")).toHaveCount(1);
}

test("a wish becomes a plan, the plan pull requests, and a word about one of them another commit", async ({ page }) => {
  test.setTimeout(240_000);
  const lacks = lacking();
  test.skip(lacks !== null, `skipped: ${lacks}`);
  await whileHubHasAgents(playbook, async (hub) => {
    const mistakes: string[] = [];
    page.on("pageerror", (error) => mistakes.push(error.message));
    await signUp(page, hub.url);
    await addRepository(page, hub);

    await page.goto(`${hub.url}/agents`);
    await page.getByLabel("What is to be done?").fill("Say hello in more ways");
    await page.getByRole("button", { name: "Start planning" }).click();
    await expect(page.getByText("Bonjour is French.")).toBeVisible();
    await expect(page.getByRole("heading", { name: /Greet in German/ }).first()).toBeVisible();

    await page.getByRole("button", { name: "Approve and run all" }).click();
    // No pattern allows make: somebody is asked.
    await page.getByRole("button", { name: "Allow", exact: true }).click();
    await expect.poll(async () => (await hub.pullRequests()).length, { timeout: 120_000 }).toBe(2);
    const [first, second] = await hub.pullRequests();
    expect([first?.title, second?.title]).toEqual(["Greet in French", "Greet in German"]);
    expect(hub.file(second?.branch ?? "", "de.txt")).toBe("Guten Tag\n");
    expect(hub.file(second?.branch ?? "", "fr.txt")).toBe("Bonjour\n");
    await expect(page.getByText("Step 2 is completed.")).toBeVisible();

    const branch = page.getByRole("listitem", { name: first?.branch });
    await branch.getByRole("button", { name: "Ask for a change" }).click();
    await branch.getByLabel("What should be different?").fill("As one says at night");
    await branch.getByRole("button", { name: "Ask for the change" }).click();
    await expect.poll(() => hub.file(first?.branch ?? "", "fr.txt"), { timeout: 60_000 }).toBe("Bonsoir\n");
    expect((await hub.pullRequests()).length).toBe(2);

    await page.reload();
    await expect(page.getByText("Bonjour is French.")).toBeVisible();
    await lookIntoSandbox(page);
    await page.setViewportSize({ width: 375, height: 800 });
    await page.getByRole("tab", { name: "Terminal", exact: true }).click();
    await expect(terminals(page)).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(mistakes).toEqual([]);
  });
});

test("what the GitHub App opens is everybody's, once an administrator keeps it", async ({ page, browser }) => {
  test.setTimeout(240_000);
  const lacks = lacking();
  test.skip(lacks !== null, `skipped: ${lacks}`);
  const scenes: Scene[] = [
    { when: "Carry out this step", do: [{ write: { path: "fr.txt", text: "Bonjour\n" } }] },
    { when: "ways", do: [{ plan: "# Greetings\n\n## 1. Greet in French\n\nAdd `fr.txt`.\n" }] },
  ];
  await whileHubHasAgents(scenes, async (hub) => {
    await signIn(page, hub.url, administrator(hub) ?? "");
    await page.goto(`${hub.url}/agents/settings`);
    await page.getByRole("button", { name: "New repository" }).click();
    await page.getByLabel("For", { exact: true }).selectOption("HUB");
    await page.getByRole("combobox", { name: "Repository" }).selectOption({ label: "ada/greetings" });
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("ada/greetings").first()).toBeVisible();

    const reader = await (await browser.newContext()).newPage();
    await signUp(reader, hub.url);
    await reader.goto(`${hub.url}/agents`);
    await reader.getByLabel("What is to be done?").fill("Say hello in more ways");
    await reader.getByRole("button", { name: "Start planning" }).click();
    await reader.getByRole("button", { name: "Approve and run all" }).click();
    await expect.poll(async () => (await hub.pullRequests()).length, { timeout: 120_000 }).toBe(1);
    await reader.goto(`${hub.url}/agents/settings`);
    await expect(reader.getByText("ada/greetings").first()).toBeVisible();
    await expect(reader.getByRole("button", { name: /Remove|Edit/ })).toHaveCount(0);
  });
});
