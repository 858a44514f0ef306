import { expect, test } from "./hub.ts";

test("the_api_is_shown_without_anything_from_elsewhere", async ({ page, hub }) => {
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(hub) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  await page.goto(`${hub}/api/docs`);
  await page.getByRole("link", { name: "code", exact: true }).click();
  await page.getByText("/api/code/run", { exact: true }).click();
  await expect(page.getByRole("button", { name: "Execute" })).toBeVisible();
  expect(elsewhere).toEqual([]);
});
