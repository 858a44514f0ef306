import { expect, it } from "vitest";
import type { FunctionStatus } from "@/api/schema.ts";
import { stateOf, stateOfVersion } from "./function-status.ts";

const ready: FunctionStatus = { type: "ready", tag: "f:1", id: "fn_1" };
const failed: FunctionStatus = { type: "error", error: "build_failed", message: "no", logs: "" };
const building: FunctionStatus = { type: "building" };

it("the_version_that_answers_is_told_whatever_becomes_of_the_newest", () => {
  expect(stateOf({ status: ready, version: "3", serving_version: "3" })).toMatchObject({ label: "ready", sentence: "Version 3 answers." });
  expect(stateOf({ status: building, version: "4", serving_version: "3" }).sentence).toBe("Version 4 is being built. Version 3 answers meanwhile.");
  expect(stateOf({ status: failed, version: "4", serving_version: "3" })).toMatchObject({ label: "newest failed", tone: "warning" });
});

it("a_function_that_nobody_can_call_says_so", () => {
  expect(stateOf({ status: building, version: "0", serving_version: null }).sentence).toContain("cannot be called");
  expect(stateOf({ status: failed, version: "0", serving_version: null })).toMatchObject({ label: "failed", tone: "failure" });
});

it("each_version_says_how_it_is", () => {
  expect([stateOfVersion(ready, true), stateOfVersion(ready, false), stateOfVersion(failed, false), stateOfVersion(building, false)].map((state) => state.label)).toEqual([
    "answers",
    "built",
    "failed",
    "building",
  ]);
});
