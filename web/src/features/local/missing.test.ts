import { expect, it } from "vitest";
import { missingOf, waitsFor } from "./missing.ts";
import { componentOf } from "./stand-ins.ts";

const script = componentOf({ needs: { inputs: ["Name"], outputs: [{ block: "create_account", output: "id" }] } });
const nothing = { inputs: {}, outputs: {} };

it("an_output_that_nobody_gave_is_told_before_the_server_answers", () => {
  expect(missingOf(script, nothing, null)).toEqual(["outputs.create_account.id"]);
  expect(missingOf(script, { inputs: {}, outputs: { "create-account": { id: "1" } } }, null)).toEqual([]);
});

it("what_the_server_misses_is_told_once", () => {
  const preview = { text: null, missing: ["outputs.create-account.id", "inputs.Name"], problems: [] };
  expect(missingOf(script, nothing, preview)).toEqual(["outputs.create-account.id", "inputs.Name"]);
});

it("what_could_be_rendered_waits_for_nothing", () => {
  expect(missingOf(script, nothing, { text: "x", missing: [], problems: [] })).toEqual([]);
});

it("what_it_waits_for_is_told_in_words", () => {
  expect(waitsFor(["outputs.create-account.id", "inputs.Name", "odd"])).toBe("Waits for output id of create-account, input Name, odd.");
});
