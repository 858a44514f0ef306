import { expect, signUp, test } from "./hub.ts";
import { copied, runSnippet } from "./programs.ts";

test("a_token_is_made_shown_once_used_and_revoked", async ({ page, hub }) => {
  await signUp(page, hub);
  await page.getByRole("link", { name: "Your account" }).click();
  await expect(page.getByText("No tokens yet.")).toBeVisible();
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("checkbox", { name: "Run code" }).uncheck();
  await page.getByRole("button", { name: "Create token" }).click();
  await expect(page.getByText("Give it a name")).toBeVisible();
  await expect(page.getByText("Choose at least one thing")).toBeVisible();
  await page.getByRole("textbox", { name: "Name" }).fill("CI");
  await page.getByRole("checkbox", { name: "Run code" }).check();
  await page.getByLabel("Stops working").selectOption("In 7 days");
  await page.getByRole("button", { name: "Create token" }).click();
  const shown = await page.getByLabel("Token", { exact: true }).textContent();
  const token = await copied(page, "Copy token");
  expect(token).toBe(shown);
  await page.getByRole("button", { name: "Done" }).click();
  await page.reload();
  const row = page.getByRole("listitem").filter({ hasText: "CI" });
  await expect(row).toContainText("code:run");
  await expect(row).toContainText("never used");
  await expect(page.getByText(token)).toHaveCount(0);

  await page.goto(`${hub}/playground`);
  await page.getByRole("tab", { name: "Bash" }).click();
  await page.getByRole("button", { name: "Copy as…" }).click();
  const curl = await copied(page, "Copy as curl");
  const used = await runSnippet("curl", curl, token);
  expect(used.stdout).toContain("Hello, Earth!");

  await page.goto(`${hub}/account`);
  await expect(row).toContainText("last used");
  await page.getByRole("button", { name: "Revoke CI" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).click();
  await expect(page.getByText("No tokens yet.")).toBeVisible();
  const refused = await runSnippet("curl", curl, token);
  expect(refused.code).not.toBe(0);
  expect(refused.stdout).toContain('"unauthenticated"');
});

test("a_secret_is_set_replaced_and_removed_and_never_shown", async ({ page, hub }) => {
  await signUp(page, hub);
  await page.goto(`${hub}/account`);
  await page.getByRole("button", { name: "New secret" }).click();
  await page.getByLabel("Name", { exact: true }).fill("2BAD");
  await page.getByLabel("Value").fill("abc");
  await page.getByRole("button", { name: "Save secret" }).click();
  await expect(page.getByText("not a digit first")).toBeVisible();
  await expect(page.getByText("Use at least 4 bytes.")).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("GOOD");
  await page.getByLabel("Value").fill("hunter2hunter2");
  await page.getByRole("button", { name: "Save secret" }).click();
  await page.getByRole("button", { name: "Replace GOOD" }).click();
  await expect(page.getByLabel("Value")).toHaveValue("");
  await page.getByLabel("Value").fill("another value");
  await page.getByRole("button", { name: "Save secret" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await page.content()).not.toContain("another value");
  await page.getByRole("button", { name: "Remove GOOD" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove secret" }).click();
  await expect(page.getByText("No secrets yet.")).toBeVisible();
});
