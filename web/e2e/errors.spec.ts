import { badge, block, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

test("each_ending_has_its_own_words", async ({ page, hub }) => {
  await signUp(page, hub);
  const content = [
    "# Endings",
    fence("bash name=good", "exit 0"),
    fence("bash name=bad", "echo out; sleep 0.3; echo oops >&2; sleep 0.3; echo more; exit 3"),
    fence("bash name=slow timeout=1s", "sleep 30"),
    fence("bash name=killed", "kill -9 $$"),
  ].join("\n\n");
  await openRunbook(page, hub, "Endings", content);

  await run(page, "good");
  await expect(badge(page, "good")).toHaveText("success");
  await run(page, "bad");
  await expect(badge(page, "bad")).toHaveText("exit 3");
  const looks = (name: string) =>
    badge(page, name).evaluate((it) => ({ colour: getComputedStyle(it).color, icon: it.querySelector("path")?.getAttribute("d") }));
  const [good, bad] = [await looks("good"), await looks("bad")];
  expect(good.colour).not.toBe(bad.colour);
  expect(good.icon).not.toBe(bad.icon);
  for (const name of ["good", "bad"]) await expect(block(page, name).getByText(/^\d+(\.\d)? m?s|under 1 ms/)).toBeVisible();
  await expect(output(page, "bad").locator(".stderr")).toHaveText("oops");
  await expect(output(page, "bad").locator(":not(.has-stderr) > span", { hasText: "out" })).toHaveCount(1);
  await expect(output(page, "bad")).toHaveText(/out\s*oops\s*more/);
  await run(page, "slow");
  await expect(badge(page, "slow")).toHaveText("timed out after 1 s");
  await run(page, "killed");
  await expect(badge(page, "killed")).toHaveText("killed by signal 9 (SIGKILL)");
  await expect(block(page, "killed").getByText("No output.")).toBeVisible();
});

test("a_wrong_password_is_said_in_plain_words", async ({ page, hub }) => {
  await page.goto(`${hub}/sign-in`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Enter your email or username.")).toBeVisible();
  await page.getByLabel("Email or username").fill("nobody@example.com");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
});

test("a_page_behind_sign_in_is_shown_after_signing_up", async ({ page, hub }) => {
  await page.goto(`${hub}/runbooks/rb_nothing`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await signUp(page, hub);
  await page.goto(`${hub}/runbooks/rb_nothing`);
  await expect(page.getByRole("heading", { name: "This runbook is not here" })).toBeVisible();
});

test("colours_progress_and_html_in_prose_are_shown_safely", async ({ page, hub }) => {
  await signUp(page, hub);
  const content = [
    "# Terminal",
    '<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>',
    fence("bash name=tty", "printf '10%%\\r100%%\\n\\033[31mred\\033[0m plain\\n'; for byte in 360 237 230 200; do printf \"\\\\$byte\"; sleep 0.2; done; echo"),
  ].join("\n\n");
  await openRunbook(page, hub, "Terminal", content);
  await run(page, "tty");
  await expect(output(page, "tty")).toHaveAttribute("data-lines", "3");
  // Its four bytes came one by one.
  await expect(output(page, "tty")).toContainText("😀");
  await expect(output(page, "tty")).not.toContainText("\uFFFD");
  await expect(output(page, "tty").locator(".ansi-fg-1")).toHaveText("red");
  await expect(output(page, "tty")).not.toContainText("10%100%");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

test("output_beyond_the_limit_is_cut_and_the_cut_is_said", async ({ page, hub }) => {
  await signUp(page, hub);
  await openRunbook(page, hub, "Limit", `# Limit\n\n${fence("bash name=much", "head -c 9000000 /dev/zero | tr '\\0' x | fold -w 99")}`);
  await run(page, "much");
  await expect(badge(page, "much")).toHaveText("success", { timeout: 60_000 });
  await expect(block(page, "much").getByText("Output is cut at 8 MiB")).toBeVisible();
  await page.reload();
  await expect(block(page, "much").getByText("Output is cut at 8 MiB")).toBeVisible();
});

test("a_program_that_misses_the_network_is_followed_by_advice", async ({ page, hub }) => {
  await signUp(page, hub);
  const failing = "echo 'curl: (6) Could not resolve host: example.com' >&2; exit 6";
  await openRunbook(page, hub, "Offline", `# Offline\n\n${fence("bash name=fetch", failing)}`);
  await run(page, "fetch");
  await expect(badge(page, "fetch")).toHaveText("exit 6");
  await expect(block(page, "fetch").getByText("Networking is off in this sandbox")).toBeVisible();
  await expect(block(page, "fetch").locator("code", { hasText: "--network host" })).toBeVisible();
});
