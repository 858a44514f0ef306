import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, run, output, signUp, test } from "./hub.ts";

const notebook = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
  cells: [
    { cell_type: "markdown", id: "a", metadata: {}, source: "# Brought along\n\nSome *prose*." },
    {
      cell_type: "code",
      id: "b",
      metadata: { name: "sum" },
      source: "print(20 + 22)",
      execution_count: 1,
      outputs: [{ output_type: "stream", name: "stdout", text: "an older answer\n" }],
    },
  ],
});

test("a_notebook_is_imported_run_and_taken_along_as_a_page", async ({ page, hub }) => {
  await signUp(page, hub);
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog", { name: "Import runbooks" });
  await expect(dialog).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations.filter((it) => it.impact === "serious" || it.impact === "critical")).toEqual([]);
  await dialog.getByLabel("Choose files").setInputFiles([
    { name: "brought.ipynb", mimeType: "application/json", buffer: Buffer.from(notebook) },
    { name: "cut.ipynb", mimeType: "application/json", buffer: Buffer.from(notebook.slice(0, 90)) },
  ]);
  const imports = page.getByRole("region", { name: "Imports" });
  await expect(imports.getByRole("alert")).toContainText("cut off");
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["# Dropped\n"], "dropped.md"));
    return transfer;
  });
  await page.getByRole("main").dispatchEvent("drop", { dataTransfer: dropped });
  await expect(imports.getByRole("link", { name: "Dropped" })).toBeVisible();
  await imports.getByRole("link", { name: "Brought along" }).click();

  // Nothing has run: what is shown is what the notebook held, and comments are not.
  await expect(page.getByText("an older answer")).toBeVisible();
  // Whoever comes near a comment may edit it, and sees it.
  await page.mouse.move(0, 0);
  await expect(page.getByText("<!--")).toHaveCount(0);
  await run(page, "sum");
  await expect(output(page, "sum")).toContainText("42");

  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Web page" }).click()]);
  expect(download.suggestedFilename()).toBe("brought-along.html");
  const file = test.info().outputPath("page.html");
  await download.saveAs(file);
  expect(readFileSync(file, "utf8")).toContain("42");

  // In a page of its own: the app goes on to load what it will need.
  const taken = await page.context().newPage();
  const asked: string[] = [];
  taken.on("request", (request) => {
    if (!request.url().startsWith("file:")) asked.push(request.url());
  });
  await taken.goto(`file://${file}`);
  await expect(taken.getByRole("heading", { name: "Brought along" })).toBeVisible();
  expect(asked).toEqual([]);
  expect((await new AxeBuilder({ page: taken }).analyze()).violations.filter((it) => it.impact === "serious" || it.impact === "critical")).toEqual([]);
});
