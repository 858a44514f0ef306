import { deflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import type { CodeRun } from "@/api/schema.ts";
import { fragmentOf, isShare, programIn } from "./share.ts";

const program: CodeRun = {
  lang: "python",
  code: "print('héllo 🙂')\n".repeat(200),
  dependencies: ["six"],
  files: [{ path: "a/b.txt", content: "aGk=" }],
  stdin: "x",
  args: ["-n"],
  env: { A: "1" },
  timeout: 5,
  cpu_limit: 0.5,
  network: ["pypi.org"],
};

const packed = (value: unknown) => `#program=1.${deflateRawSync(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")}`;

it("a_program_comes_out_of_its_link_as_it_went_in", async () => {
  const fragment = await fragmentOf(program);
  expect(isShare(fragment)).toBe(true);
  expect(fragment).toMatch(/^#program=1\.[\w-]+$/);
  expect(fragment.length).toBeLessThan(500);
  expect(await programIn(fragment)).toEqual(program);
});

it("other_fragments_are_no_links", () => {
  expect(["", "#content", "#program=2.abc", "program=1.abc"].map(isShare)).toEqual([false, false, false, false]);
});

it("a_link_that_was_cut_says_so", async () => {
  const fragment = await fragmentOf(program);
  await expect(programIn(fragment.slice(0, -9))).rejects.toThrow("copy it whole");
  await expect(programIn("#program=1.!!!")).rejects.toThrow("copy it whole");
});

it("what_is_not_understood_is_left_out_and_what_is_no_program_is_refused", async () => {
  const odd = { ...program, timeout: "5", env: { A: 1 }, files: [{ path: "x", content: "<>" }], network: "all", run: true, args: "x" };
  const { lang, code, dependencies, stdin, cpu_limit } = program;
  expect(await programIn(packed(odd))).toEqual({ lang, code, dependencies, stdin, cpu_limit });
  for (const none of [null, 1, [], {}, { lang: "cobol", code: "x" }, { lang: "python", code: 1 }]) {
    await expect(programIn(packed(none))).rejects.toThrow("holds no program");
  }
});

it("a_small_link_cannot_unfold_into_a_large_one", async () => {
  const bomb = packed(JSON.stringify({ lang: "python", code: " ".repeat(5_000_000) }));
  expect(bomb.length).toBeLessThan(10_000);
  await expect(programIn(bomb)).rejects.toThrow("unfolds to more than");
});
