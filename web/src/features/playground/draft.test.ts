import { describe, expect, it } from "vitest";
import type { CodeRun } from "@/api/schema.ts";
import { bytesIn, draftOf, problemOfPaths, requestOf, starter, type Draft } from "./draft.ts";

const draft = (change: Partial<Draft>): Draft => ({ ...starter("python"), code: "x", ...change });

describe("requestOf", () => {
  it("what_is_left_empty_is_left_to_the_server", () => {
    expect(requestOf(draft({}), "bash")).toEqual({ request: { lang: "bash", code: "x" }, problems: {} });
  });

  it("each_field_becomes_what_the_api_calls_it", () => {
    const full = draft({
      dependencies: ["six"],
      files: [{ path: " data/a.txt ", text: "é" }, { path: "b", base64: "AAE=" }],
      stdin: "in\n",
      args: '-n\n"two\\nlines"\n\nit\'s "quoted"',
      env: 'A=1\nB = "x\\ny"\nC=a=b\nD=',
      timeout: "5",
      memory: "64",
      cpu: "0.5",
      output: "2",
      onOutputLimit: "kill",
      network: ["pypi.org"],
    });
    expect(requestOf(full, "python")).toEqual({
      problems: {},
      request: {
        lang: "python",
        code: "x",
        dependencies: ["six"],
        files: [{ path: "data/a.txt", content: "w6k=" }, { path: "b", content: "AAE=" }],
        stdin: "in\n",
        args: ["-n", "two\nlines", 'it\'s "quoted"'],
        env: { A: "1", B: "x\ny", C: "a=b", D: "" },
        timeout: 5,
        mem_limit_mb: 64,
        cpu_limit: 0.5,
        output_limit: 2048,
        on_output_limit: "kill",
        network: ["pypi.org"],
      },
    });
  });

  it("each_mistake_is_told_at_its_own_field", () => {
    const wrong = draft({ code: " \n", files: [{ path: "../x", text: "" }], args: '"open', env: "no equals", timeout: "0", memory: "9999", cpu: "many", output: "-1" });
    const { problems } = requestOf(wrong, "python");
    expect(Object.keys(problems).toSorted()).toEqual(["args", "code", "cpu", "env", "files", "memory", "output", "timeout"]);
  });
});

it("a_request_becomes_a_draft_and_the_same_request_again", () => {
  const request: CodeRun = {
    lang: "rust",
    code: "fn main() {}\n",
    dependencies: ["serde@1"],
    files: [{ path: "a/b.txt", content: "aGk=" }, { path: "c.bin", content: "/wA=" }],
    stdin: "x",
    args: ["", "a b", "two\nlines", '"quoted"', " "],
    env: { A: "", B: " spaces ", C: "two\nlines", D: '"q"' },
    timeout: 300,
    mem_limit_mb: 1,
    cpu_limit: 0.1,
    output_limit: 0,
    on_output_limit: "kill",
    network: ["pypi.org", "*.npmjs.org:443"],
  };
  expect(requestOf(draftOf(request), "rust")).toEqual({ request, problems: {} });
  expect(draftOf({ lang: "bash", code: "x", network: "none" }).network).toEqual([]);
});

it("paths_that_the_server_refuses_are_refused_before_they_are_sent", () => {
  for (const path of ["", "/etc/passwd", "..", "a/../b", "a//b", "./a", "a/"]) expect(problemOfPaths([path])).not.toBeNull();
  expect(problemOfPaths(["a", "a"])).toContain("twice");
  expect(problemOfPaths(["a/b/c", "a/b"])).toContain("directory");
  expect(problemOfPaths(["a/b", "a/c", "d.txt", "a b/ü.txt"])).toBeNull();
  expect(problemOfPaths(Array.from({ length: 51 }, (_, at) => `f${at}`))).toContain("51 files");
});

it("the_size_of_a_file_is_counted_in_bytes", () => {
  expect(bytesIn({ path: "a", text: "é" })).toBe(2);
  expect(bytesIn({ path: "a", base64: "AAE=" })).toBe(2);
});
