import { AxeBuilder } from "@axe-core/playwright";
import { badge, block, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

const document = `---
runbook:
  inputs:
    WHO: {label: Your name, required: true, pattern: '[A-Z][a-z]+', help: As it should be greeted}
    ZONE: {type: select, options: [eu, us], default: eu}
    LOUD: {type: boolean}
    KEY: {type: secret, label: Access key, required: true}
---
# Inputs

${fence("bash name=greet", 'echo "$WHO in $ZONE, loud: $LOUD"; echo $KEY; printf %s $KEY | base64')}
\`\`\`inputs
- {name: COUNT, type: number, min: 1, max: 9, default: 3}
\`\`\`

${fence("python name=count", "import os; count = int(os.environ['COUNT']); copy = os.environ['KEY']; print(count)")}
${fence("python name=copy", "print(copy, os.environ.get('TOKEN'))")}
${fence("python name=token secrets=TOKEN", "import os; print('it is', os.environ['TOKEN'])")}
`;

test("a_form_is_filled_in_and_no_secret_is_shown", async ({ page, hub }) => {
  const secret = "hunter-2-hunter";
  const heard: string[] = [];
  page.on("response", (response) => {
    const url = response.url();
    if (url.includes("/api/") && !url.endsWith("/updates")) void response.text().then((text) => heard.push(text), () => undefined);
  });
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "Inputs", document);

  await run(page, "greet");
  await expect(page.getByLabel("Your name")).toBeFocused();
  await expect(page.getByText("A value is needed.").first()).toBeVisible();
  await expect(badge(page, "greet")).toHaveCount(0);
  await page.getByLabel("Your name").fill("ada");
  await run(page, "greet");
  await expect(page.getByText("The value does not match [A-Z][a-z]+.").first()).toBeVisible();
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("Access key").fill(secret);
  await run(page, "greet");
  await expect(output(page, "greet")).toHaveText(/Ada in eu, loud: false\s*\*\*\*\s*\*\*\*/);

  // The kernel that is kept sees the new values.
  await run(page, "count");
  await expect(output(page, "count")).toHaveText("3");
  await page.getByRole("textbox", { name: "COUNT" }).fill("12");
  await run(page, "count");
  await expect(page.getByText("The number must be at most 9.").first()).toBeVisible();
  await page.getByRole("textbox", { name: "COUNT" }).fill("7");
  await page.getByRole("combobox", { name: "ZONE" }).selectOption("us");
  await page.getByRole("checkbox", { name: "LOUD" }).check();
  await run(page, "count");
  await expect(output(page, "count")).toHaveText("7");
  await run(page, "greet");
  await expect(output(page, "greet")).toContainText("Ada in us, loud: true");

  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.filter((it) => it.impact === "serious" || it.impact === "critical").map((it) => it.id)).toEqual([]);
  await expect(block(page, "token").getByText("It needs the secret TOKEN, which you have not set.")).toBeVisible();
  await page.evaluate(async (value) => {
    await fetch("/api/secrets/TOKEN", { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ value }) });
  }, secret.toUpperCase());
  await page.reload();
  await expect(page.getByLabel("Your name")).toHaveValue("Ada");
  await expect(page.getByRole("textbox", { name: "COUNT" })).toHaveValue("7");
  await run(page, "token");
  await expect(output(page, "token")).toHaveText("it is ***");
  await run(page, "copy");
  await expect(output(page, "copy")).toHaveText("*** None");

  const text = async (path: string) => (await page.request.get(`${hub}${path}`)).text();
  const { items } = JSON.parse(await text(`/api/runbooks/${id}/executions`)) as { items: { id: string }[] };
  const exports = ["md", "html", "ipynb"].map((it) => `/api/runbooks/${id}/export?format=${it}&outputs=true`);
  const paths = [...exports, `/api/runbooks/${id}/history?limit=50`, `/api/runbooks/${id}`, `/api/runbooks/${id}/inputs`, ...items.map((it) => `/api/executions/${it.id}/events`)];
  const stored = (await Promise.all(paths.map(text))).join("\n");
  expect(stored).toContain("it is ***");
  const shown = [await page.content(), stored, ...heard].join("\n");
  for (const it of [secret, secret.toUpperCase(), btoa(secret)]) expect(shown.includes(it)).toBe(false);
});
