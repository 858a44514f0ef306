import { expect, it } from "vitest";
import { keptWords } from "./kept-words.ts";

it("how_much_is_kept_is_said_in_words", () => {
  expect(keptWords({ keep_runs: null, keep_runs_seconds: null })).toBe("Every run is kept.");
  expect(keptWords({ keep_runs: 1000, keep_runs_seconds: null })).toBe("The last 1,000 runs are kept; the latest of each block always stays.");
  expect(keptWords({ keep_runs: null, keep_runs_seconds: 86_400 })).toBe("Runs are kept for 1 day; the latest of each block always stays.");
});
