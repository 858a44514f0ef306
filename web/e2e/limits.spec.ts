import { badge, expect, fence, openRunbook, output, run, signUp, test, touch } from "./hub.ts";

const hog = "held = bytearray(2 << 30)\nfor at in range(0, len(held), 4096): held[at] = 1\nprint('held', len(held))";
/** Children that stay, until there may be no more of them. */
const bomb = `import os, signal
count = 0
try:
    while count < 100_000:
        if os.fork() == 0: signal.pause()
        count += 1
except BlockingIOError:
    print('no more after', count)`;

test("what_takes_too_much_is_ended_and_nobody_else_notices", async ({ page, context, hub }) => {
  await signUp(page, hub);
  const other = await context.newPage();
  await other.goto(hub);
  const beside = await openRunbook(other, hub, "Beside", `# Beside\n\n${fence("bash name=count timeout=110s", "n=0; until [ -f stop ]; do n=$((n + 1)); echo tick $n; sleep 0.1; done; echo counted")}`);
  await run(other, "count");
  await expect(output(other, "count")).toContainText("tick 2");

  const content = [
    fence("python name=kept kernel=kept", "x = 41; print('set')"),
    fence("bash name=slow timeout=1s", "echo begun; sleep 100"),
    fence("python name=hog timeout=60s", hog),
    fence("python name=bomb kernel=fresh timeout=60s", bomb),
    fence("python name=after kernel=kept", "print(x + 1)"),
  ].join("\n");
  const id = await openRunbook(page, hub, "Limits", `# Limits\n\n${content}`);
  const ticks = async () => Number(await output(other, "count").getAttribute("data-lines"));
  const goesOn = async () => {
    const before = await ticks();
    await expect.poll(ticks).toBeGreaterThan(before);
    expect((await page.request.get(`${hub}/healthz`)).status()).toBe(200);
  };
  await run(page, "kept");
  await expect(output(page, "kept")).toHaveText("set");
  await run(page, "slow");
  await expect(badge(page, "slow")).toHaveText("timed out after 1 s");
  await expect(output(page, "slow")).toHaveText("begun");
  await goesOn();

  const { session } = (await (await page.request.get(`${hub}/api/runbooks/${id}`)).json()) as { session: { isolation: { holds: string[] } } };
  const holds = (what: string) => session.isolation.holds.some((it) => it.startsWith(what));
  await run(page, "hog");
  // Where the sandbox as a whole cannot be held to it, the program is refused the memory instead.
  await expect(badge(page, "hog")).toHaveText(holds("memory limited") ? "out of memory" : /exit 1|out of memory/);
  await goesOn();

  await run(page, "bomb");
  await expect(output(page, "bomb")).toHaveText(/^no more after \d{1,4}$/);
  await goesOn();
  // Its session is as it was, and another goes on to its end.
  await run(page, "after");
  await expect(output(page, "after")).toHaveText("42");
  await touch(other, hub, beside, "stop");
  await expect(output(other, "count")).toContainText("counted");
  await expect(badge(other, "count")).toHaveText("success");
});
