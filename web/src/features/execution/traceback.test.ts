import { expect, it } from "vitest";
import { traceRole } from "./traceback.ts";

it("lines_of_a_traceback_are_known_in_each_language", () => {
  const lines: [string, ReturnType<typeof traceRole>][] = [
    ["Traceback (most recent call last):", "head"],
    ['  File "/tmp/a.py", line 3, in <module>', "place"],
    ["    ~^~~", "mark"],
    ["ZeroDivisionError: division by zero", "error"],
    ["KeyboardInterrupt", "error"],
    ["json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", "error"],
    ["Uncaught TypeError: x is not a function", "error"],
    ["    at Object.<anonymous> (/tmp/a.js:1:7)", "place"],
    ["    at node:internal/main/run_main_module:36:49", "place"],
    ["panic: runtime error: index out of range [3] with length 3", "error"],
    ["goroutine 1 [running]:", "head"],
    ["\t/tmp/main.go:6 +0x1d", "place"],
    ["thread 'main' panicked at src/main.rs:2:5:", "error"],
    ["error[E0308]: mismatched types", "error"],
  ];
  expect(lines.map(([line]) => traceRole(line))).toEqual(lines.map(([, role]) => role));
});

it("ordinary_words_are_not_a_traceback", () => {
  expect(["An Error occurred", "no error: fine", "look at line 3", "", "x = 1", "E".repeat(3_000)].map(traceRole)).toEqual(Array(6).fill(null));
});
