import { badge, block, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

test("variables_are_kept_between_blocks_until_a_restart", async ({ page, hub }) => {
  await signUp(page, hub);
  const blocks = [
    fence("python name=set", "x = 41"),
    fence("python name=get", "print(x + 1)"),
    fence("javascript name=js-set", "const y = 41"),
    fence("javascript name=js-get", "console.log(y + 1)"),
    fence("bash name=sh-set", "export A=41; cd /usr"),
    fence("bash name=sh-get", "echo $((A + 1)) $PWD"),
    fence("python name=fresh kernel=fresh", "print('x' in dir())"),
  ];
  await openRunbook(page, hub, "Kept", `# Kept\n\n${blocks.join("\n\n")}`);
  for (const [set, get, text] of [
    ["set", "get", "42"],
    ["js-set", "js-get", "42"],
    ["sh-set", "sh-get", "42 /usr"],
  ] as const) {
    await run(page, set);
    await expect(badge(page, set)).toHaveText("success");
    await run(page, get);
    await expect(output(page, get)).toHaveText(text);
  }
  await run(page, "fresh");
  await expect(output(page, "fresh")).toHaveText("False");

  // Another runbook of the same reader sees none of it.
  const here = page.url();
  await openRunbook(page, hub, "Beside", `# Beside\n\n${fence("python name=beside", "print('x' in dir())")}`);
  await run(page, "beside");
  await expect(output(page, "beside")).toHaveText("False");
  await page.goto(here);

  await page.getByRole("button", { name: "Restart" }).click();
  await expect(page.getByText("The variables are gone.")).toBeVisible();
  await run(page, "get");
  await expect(output(page, "get")).toContainText("NameError");
  await run(page, "sh-get");
  await expect(output(page, "sh-get")).toHaveText("1 /tmp");
});

test("a_stopped_block_leaves_the_variables_of_those_before_it", async ({ page, hub }) => {
  await signUp(page, hub);
  const blocks = [
    fence("python name=set", "x = 41"),
    fence("python name=loop", "import subprocess\nchild = subprocess.Popen(['sleep', '1000'])\nprint('on', flush=True)\nwhile True: pass"),
    fence("python name=get", "print(x + 1, child.wait())"),
    fence("bash name=sh-set", "export A=41"),
    fence("bash name=sh-loop", "sleep 1000 &\necho $! > pid; echo on; while :; do :; done"),
    fence("bash name=sh-get", "echo $((A + 1)); if kill -0 $(cat pid) 2> /dev/null; then echo left; else echo gone; fi"),
  ];
  await openRunbook(page, hub, "Stopped", `# Stopped\n\n${blocks.join("\n\n")}`);
  await run(page, "set");
  await expect(badge(page, "set")).toHaveText("success");
  await run(page, "loop");
  await expect(output(page, "loop")).toContainText("on");
  await block(page, "loop").getByRole("button", { name: "Stop loop" }).click();
  await expect(badge(page, "loop")).toHaveText("stopped");
  await run(page, "get");
  await expect(output(page, "get")).toHaveText("42 -2");

  await run(page, "sh-set");
  await expect(badge(page, "sh-set")).toHaveText("success");
  await run(page, "sh-loop");
  await expect(output(page, "sh-loop")).toContainText("on");
  await page.getByRole("button", { name: "Stop sh-loop" }).click();
  await expect(badge(page, "sh-loop")).toHaveText("stopped");
  await run(page, "sh-get");
  await expect(output(page, "sh-get")).toHaveText(/42\s*gone/);
});

test("a_value_is_shown_and_updated_in_its_place", async ({ page, hub }) => {
  await signUp(page, hub);
  const table = "class Table:\n  def _repr_html_(self): return '<table><tr><td>cell</td></tr></table>'\nTable()";
  const blocks = [
    fence("python name=value", "6 * 7"),
    fence("python name=table", table),
    fence("python name=bar", "for n in range(5): display(f'step {n}', display_id='bar')"),
    fence("javascript name=js", "[1, 2].map((it) => it * 2)"),
  ];
  await openRunbook(page, hub, "Shown", `# Shown\n\n${blocks.join("\n\n")}`);
  await run(page, "value");
  await expect(block(page, "value").getByText("42", { exact: true })).toBeVisible();
  await run(page, "table");
  await expect(block(page, "table").locator("iframe").contentFrame().getByText("cell")).toBeVisible();
  await run(page, "bar");
  await expect(block(page, "bar").getByText("'step 4'", { exact: true })).toBeVisible();
  await expect(block(page, "bar").getByText("'step 0'", { exact: true })).toHaveCount(0);
  await run(page, "js");
  await expect(block(page, "js").getByText("[ 2, 4 ]", { exact: true })).toBeVisible();
});

test("a_block_asks_and_its_reader_answers", async ({ page, hub }) => {
  await signUp(page, hub);
  const blocks = [
    fence("bash name=ask", 'printf "name? "; read name; echo "Hi, $name!"'),
    fence("python name=py-ask", "print('Hi,', input('name? '))"),
    fence("bash name=lines", "echo lines:; cat -n"),
  ];
  await openRunbook(page, hub, "Asked", `# Asked\n\n${blocks.join("\n\n")}`);
  for (const [name, answer] of [
    ["ask", "Hi, Bob!"],
    ["py-ask", "Hi, Bob"],
  ] as const) {
    await run(page, name);
    const input = page.getByLabel(`Input for ${name}`);
    await input.fill("Bob");
    await input.press("Enter");
    await expect(output(page, name)).toContainText(answer);
    await expect(badge(page, name)).toHaveText("success");
  }
  await run(page, "lines");
  await page.getByRole("button", { name: "Send input to lines" }).click();
  await page.getByLabel("Input for lines").fill("one");
  await page.getByLabel("Input for lines").press("Enter");
  await expect(output(page, "lines")).toContainText("1\tone");
  await page.getByRole("button", { name: "End input" }).click();
  await expect(badge(page, "lines")).toHaveText("success");
});
