import { spawnSync } from "node:child_process";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { python, pythonText, typescript, typescriptText } from "./literals.ts";

const texts = [
  "",
  "plain",
  "two\nlines\n",
  'quotes " and \' and """ and """"',
  'ends with three\n"""',
  'ends with one\n"',
  "back\\slash \\n \\\nand \\",
  "`ticks` and ${holes}\n$ {x} \\${y}",
  "tabs\tand\r\ncarriage\rreturns\n",
  "nul \u0000, bell \u0007, escape \u001b, delete \u007f\n",
  "é 漢 🙂 \u2028 \u2029\n",
  "#{x} %s {y}\n",
];

it("texts_mean_the_same_in_typescript", () => {
  const source = `[${texts.flatMap((text) => [typescriptText(text), typescript(text)]).join(",\n")}]`;
  expect([...(runInNewContext(source) as string[])]).toEqual(texts.flatMap((text) => [text, text]));
});

it("texts_mean_the_same_in_python", (context) => {
  const source = `import json\nprint(json.dumps([${texts.flatMap((text) => [pythonText(text), python(text)]).join(",\n")}]))`;
  const { error, stdout, stderr } = spawnSync("python3", ["-"], { input: source, encoding: "utf8" });
  if (error) context.skip(`skipped: python3 cannot be started: ${error.message}`);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual(texts.flatMap((text) => [text, text]));
});

it("lists_and_maps_are_written_as_each_language_writes_them", () => {
  const value = { lang: "bash", args: ["-n", "it's"], env: { A_B: "1", "a-b": "2" }, timeout: 5, left: undefined, no: null, yes: true };
  expect(python(value)).toBe('{"lang": "bash", "args": ["-n", "it\'s"], "env": {"A_B": "1", "a-b": "2"}, "timeout": 5, "no": None, "yes": True}');
  expect(typescript(value)).toBe('{ lang: "bash", args: ["-n", "it\'s"], env: { A_B: "1", "a-b": "2" }, timeout: 5, no: null, yes: true }');
});
