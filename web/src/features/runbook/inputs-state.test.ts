// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RunbookInput } from "@/api/schema.ts";
import { InputsDesk, problemOf } from "./inputs-state.ts";

const api = vi.hoisted(() => ({ fillInputs: vi.fn() }));
vi.mock("@/api/client.ts", () => ({ api }));

const field = (over: Partial<RunbookInput>): RunbookInput => ({
  name: "A",
  kind: "text",
  label: null,
  help: null,
  default: "",
  options: [],
  required: false,
  pattern: null,
  min: null,
  max: null,
  line: null,
  ...over,
});

describe("problemOf", () => {
  it("says_what_the_server_would", () => {
    const rows: [Partial<RunbookInput>, string, string | null][] = [
      [{}, "", null],
      [{ required: true }, "", "A value is needed."],
      [{ required: true, default: "x" }, "", null],
      [{ kind: "number", min: 1 }, "0", "The number must be at least 1."],
      [{ kind: "number", max: 5 }, "9", "The number must be at most 5."],
      [{ kind: "number" }, "two", "This is not a number."],
      [{ kind: "number" }, "-2.5e3", null],
      [{ kind: "select", options: ["a", "b"] }, "c", "Choose one of a, b."],
      [{ kind: "date" }, "2023-02-29", "This is not a date; write it like 2026-11-21."],
      [{ kind: "date" }, "2024-02-29", null],
      [{ pattern: "[a-z]+" }, "Ada", "The value does not match [a-z]+."],
      [{ pattern: "(?i)ada" }, "Ada", null],
    ];
    for (const [over, value, problem] of rows) expect(problemOf(field(over), value)).toBe(problem);
  });
});

describe("InputsDesk", () => {
  beforeEach(() => api.fillInputs.mockReset().mockResolvedValue({}));

  const desk = (fields: RunbookInput[]) => {
    const made = new InputsDesk("rb_1", () => undefined);
    made.setFields(fields);
    made.load({ values: {}, secrets: {}, typed: [], problems: [] });
    return made;
  };

  it("a_missing_value_shows_only_once_somebody_wants_to_run", async () => {
    const name = field({ required: true });
    const filled = desk([name]);
    expect(filled.shownProblem(name)).toBeNull();
    expect(await filled.prepare()).toBeNull();
    expect(filled.shownProblem(name)).toBe("A value is needed.");
    filled.set("A", "x");
    expect(await filled.prepare()).toEqual({});
    expect(api.fillInputs).toHaveBeenCalledWith("rb_1", { values: { A: "x" }, secrets: {} });
  });

  it("what_is_typed_for_a_secret_is_sent_with_a_run_and_never_saved", async () => {
    const filled = desk([field({ kind: "secret", required: true })]);
    filled.type("A", "hunter2");
    expect(await filled.prepare()).toEqual({ A: "hunter2" });
    filled.sent(["A"]);
    expect(filled.typed).toEqual({});
    expect(await filled.prepare()).toEqual({});
    filled.forget();
    expect(await filled.prepare()).toBeNull();
    filled.choose("A", "MINE");
    expect(await filled.prepare()).toEqual({});
    expect(api.fillInputs).toHaveBeenCalledTimes(1);
    expect(api.fillInputs).toHaveBeenCalledWith("rb_1", { values: {}, secrets: { A: "MINE" } });
  });
});
