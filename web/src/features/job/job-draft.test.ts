import { expect, it } from "vitest";
import type { NewJob } from "@/api/schema.ts";
import { draftOf, emptyJob, orderOf, pairsOf } from "./job-draft.ts";

it("what_is_left_empty_is_left_to_the_server", () => {
  const { order, problems } = orderOf({ ...emptyJob, command: " make report " });
  expect(order).toEqual({ payload: { command: "make report" } });
  expect(problems).toEqual({});
});

it("a_json_array_of_texts_is_a_program_and_other_brackets_are_the_shells", () => {
  const command = (text: string) => orderOf({ ...emptyJob, command: text }).order.payload;
  expect(command('["make", "all"]')).toEqual({ command: ["make", "all"] });
  expect(command("[ -f x ] && make")).toEqual({ command: "[ -f x ] && make" });
  expect(command("[1]")).toEqual({ command: "[1]" });
});

it("an_order_becomes_a_draft_and_the_same_order_again", () => {
  const orders: NewJob[] = [
    {
      payload: { code: "print(1)", args: ["a"] },
      language: "bash",
      name: "n",
      priority: -3,
      after: ["job_1"],
      retries: { max: 2, backoff: 0.5 },
      idempotent: true,
      timeout: 90,
      limits: { mem_limit_mb: 64, cpu_limit: 0.5, output_limit: 2048 },
      env: { A: "1=2", B: "" },
      secrets: ["S"],
      dependencies: ["jq"],
      network: ["example.com:443"],
      artifacts_in: [{ path: "in.csv", artifact: "rba1.x.y" }],
      artifacts_out: ["*.csv"],
      concurrency_key: "k",
      concurrency_limit: 2,
      webhook: "https://example.com/",
    },
    { payload: { command: ["ls", "-l"] } },
    { payload: { runbook: "rb_1", inputs: { city: "Vienna" } } },
    { payload: { function: "f", input: [1, null] } },
    { payload: { artifact: "rba1.x.y" }, language: "python" },
  ];
  for (const order of orders) expect(orderOf(draftOf(order))).toEqual({ order, problems: {} });
});

it("an_order_that_is_submitted_again_does_not_keep_its_time", () => {
  expect(draftOf({ payload: { command: "x" }, run_at: "2030-01-01T00:00:00Z" }).runAt).toBe("");
});

it("what_is_wrong_is_told_by_its_field", () => {
  const wrong = (changed: Partial<typeof emptyJob>) => Object.keys(orderOf({ ...emptyJob, command: "x", ...changed }).problems);
  expect(wrong({ command: " " })).toEqual(["command"]);
  expect(wrong({ timeout: "0" })).toEqual(["timeout"]);
  expect(wrong({ retries: "1.5" })).toEqual(["retries"]);
  expect(wrong({ backoff: "3" })).toEqual(["retries"]);
  expect(wrong({ concurrencyLimit: "3" })).toEqual(["concurrencyKey"]);
  expect(wrong({ env: "=x" })).toEqual(["env"]);
  expect(wrong({ kind: "runbook", input: "[1]" })).toEqual(["runbook", "input"]);
  expect(wrong({ kind: "function", function: "f", input: "{" })).toEqual(["input"]);
});

it("a_value_may_hold_equals_signs_and_spaces", () => {
  expect(pairsOf("A=b=c\n\n  B = d ")).toEqual({ pairs: [["A", "b=c"], ["B", " d "]] });
});
