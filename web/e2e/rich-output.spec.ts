import type { Page } from "@playwright/test";
import { badge, block, expect, fence, openRunbook, run, signUp, test } from "./hub.ts";

const at = "2026-11-21T01:00:00.000Z";
/** One red pixel. */
const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const result = { exit_code: 0, outcome: "exited", timeout: false, duration_ms: 5, cpu_ms: 2, peak_memory_bytes: 4096, truncated: false };

/** Programs cannot yet send displays from every runtime, so the stream itself is written by the test. */
async function answerWith(page: Page, bundles: Record<string, string>[]): Promise<void> {
  const events = bundles.map((data, index) => ({ seq: index + 1, at, event: "display", data }));
  const lines = [...events, { seq: events.length + 1, at, event: "result", data: result }].map((event) => JSON.stringify(event));
  await page.route("**/api/executions/*/events*", (route) =>
    route.fulfill({ contentType: "application/x-ndjson", body: `${lines.join("\n")}\n` }),
  );
}

test("rich_output_is_shown_and_reaches_nothing_of_the_page", async ({ page, hub }) => {
  await signUp(page, hub);
  await openRunbook(page, hub, "Rich", `# Rich\n\n${fence("bash name=rich", "true")}`);
  await page.evaluate(() => localStorage.setItem("secret", "42"));
  const attack = "<script>try{parent.document.title=parent.localStorage.getItem('secret')}catch(e){document.title='refused'}</script>";
  await answerWith(page, [
    { "text/html": `<table><tr><th>n</th></tr><tr><td>cell</td></tr></table>${attack}`, "text/plain": "table" },
    { "image/svg+xml": '<svg width="80" height="40" onload="parent.document.title=1"><circle r="9" cx="20" cy="20"/></svg>' },
    { "image/png": png, "text/plain": "a red pixel" },
    { "text/plain": "only text" },
  ]);
  await run(page, "rich");
  await expect(badge(page, "rich")).toHaveText("success");

  const frames = block(page, "rich").locator("iframe");
  await expect(frames).toHaveCount(2);
  await expect(frames.first()).toHaveAttribute("sandbox", "allow-scripts");
  await expect(frames.first().contentFrame().getByText("cell")).toBeVisible();
  const heights = () => frames.evaluateAll((all) => all.map((it) => it.clientHeight));
  const inside = () => Promise.all([0, 1].map((nth) => frames.nth(nth).contentFrame().locator("html").evaluate((it) => Math.ceil(it.getBoundingClientRect().height))));
  // What was guessed is put right by the frame itself, whose script is the only one to run.
  await expect.poll(async () => JSON.stringify(await heights())).toBe(JSON.stringify(await inside()));
  await expect(frames.nth(1).contentFrame().locator("circle")).toBeVisible();
  const image = page.getByRole("img", { name: "a red pixel" });
  await expect.poll(() => image.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(1);
  await expect(block(page, "rich").getByText("only text")).toBeVisible();
  await expect(page).toHaveTitle(/^Rich/);
  const origin = await frames.first().contentFrame().locator("body").evaluate(() => self.origin);
  expect(origin).toBe("null");
});

test("output_continues_after_the_connection_dropped", async ({ page, hub }) => {
  await signUp(page, hub);
  await openRunbook(page, hub, "Drop", `# Drop\n\n${fence("bash name=drop", "true")}`);
  const asked: string[] = [];
  await page.route("**/api/executions/*/events*", (route) => {
    asked.push(new URL(route.request().url()).searchParams.get("from") ?? "");
    const line = (seq: number) => JSON.stringify({ seq, at, event: "stdout", data: `line ${seq}\n` });
    const end = JSON.stringify({ seq: 4, at, event: "result", data: result });
    // The second answer repeats an event that the page already has.
    const lines = asked.length === 1 ? [line(1), line(2)] : [line(2), line(3), end];
    return route.fulfill({ contentType: "application/x-ndjson", body: `${lines.join("\n")}\n` });
  });
  await run(page, "drop");
  await expect(badge(page, "drop")).toHaveText("success");
  await expect(page.getByRole("region", { name: "Output of drop" })).toHaveText("line 1line 2line 3");
  expect(asked).toEqual(["1", "3"]);
});

/** A program that shows one bundle after another, and then fails. */
const shows = `class Bundle:
    def __init__(self, type, data): self.data = {type: data, 'text/plain': type}
    def _repr_mimebundle_(self, include=None, exclude=None): return self.data
def show(type, data): display(Bundle(type, data))
bars = [{'name': 'ash', 'n': 3}, {'name': 'elm', 'n': 5}]
show('application/vnd.vegalite.v5+json', {
    'data': {'values': bars}, 'mark': 'bar', 'height': 120,
    'encoding': {'x': {'field': 'n', 'type': 'quantitative'}, 'y': {'field': 'name', 'type': 'nominal'}}})
show('application/vnd.vegalite.v5+json', {'data': {'url': '/api/secrets'}, 'mark': 'bar'})
show('text/latex', r'$\\displaystyle \\frac{1}{2} \\href{javascript:alert(1)}{x}$')
show('application/json', {'trees': bars, 'none': None, 'many': list(range(250))})
show('text/markdown', '**bold** and <b onclick=alert(1)>raw</b>')
def divide(): return 1 / 0
divide()`;

test("charts_formulas_trees_and_tracebacks_are_drawn_without_trusting_them", async ({ page, hub }) => {
  await signUp(page, hub);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await openRunbook(page, hub, "Drawn", `# Drawn\n\n${fence("python name=drawn", shows)}`);
  await run(page, "drawn");
  await expect(badge(page, "drawn")).toHaveText("exit 1");
  const output = block(page, "drawn");

  const charts = output.locator('iframe[title="Chart"]');
  await expect(charts.first().contentFrame().locator("svg").getByText("elm")).toBeVisible();
  await expect(charts.nth(1).contentFrame().getByText(/not fetched: \/api\/secrets/)).toBeVisible();
  expect(asked).not.toContain("/api/secrets");

  await expect(output.locator("math mfrac")).toBeVisible();
  await expect(output.locator("math a, math [href]")).toHaveCount(0);
  await expect(output.locator("strong", { hasText: "bold" })).toBeVisible();
  await expect(output.locator("b")).toHaveCount(0);

  const tree = output.getByRole("region", { name: "JSON" });
  await tree.locator("summary", { hasText: /^0: / }).click();
  await expect(tree.getByText('"ash"')).toBeVisible();
  await tree.getByText(/250 items/).click();
  await expect(tree.getByText("99", { exact: true })).toHaveCount(2);
  await tree.getByRole("button", { name: "Show 100 more of 150" }).click();
  await expect(tree.getByText("199", { exact: true })).toHaveCount(2);

  await expect(output.locator(".trace-error")).toHaveText("ZeroDivisionError: division by zero");
  await expect(output.locator(".trace-place").first()).toContainText("line");
});
