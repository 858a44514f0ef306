import { expect, it } from "vitest";
import { meters } from "./standing.ts";

const usage = { queued: 3, running: 1, cpu_ms_today: 90_000, artifact_bytes: 3 << 20 };
const none = { queued: null, running: null, cpu_seconds_per_day: null, artifact_bytes: null, per_minute: null };

it("what_is_used_is_told_beside_what_may_be", () => {
  const [queued, running, cpu, kept] = meters({ limits: { ...none, queued: 12, cpu_seconds_per_day: 3600, artifact_bytes: 1 << 20 }, usage });
  expect(queued).toMatchObject({ used: "3", most: "12", share: 0.25 });
  expect(running).toMatchObject({ used: "1", most: null, share: null });
  expect(cpu).toMatchObject({ used: "1 min 30 s", most: "1 h 0 min", share: 0.025 });
  expect(kept).toMatchObject({ used: "3 MiB", most: "1 MiB", share: 1 });
});

it("where_nothing_may_be_all_of_it_is_used", () => {
  expect(meters({ limits: { ...none, queued: 0 }, usage: { ...usage, queued: 0 } })[0]?.share).toBe(1);
});
