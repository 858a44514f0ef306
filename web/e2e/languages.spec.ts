import type { Page } from "@playwright/test";
import { badge, block, editable, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

/** Each takes the number that lies in the workspace, and leaves the next one. */
const steps: readonly [string, string][] = [
  ["python", "import json\nn = 40\njson.dump({'n': n + 1}, open('n.json', 'w'))\nprint('python', n + 1)"],
  ["node", "const fs = require('fs')\nconst { n } = JSON.parse(fs.readFileSync('n.json', 'utf8'))\nfs.writeFileSync('n.txt', String(n + 1))\nconsole.log('node', n + 1)"],
  ["bash", "n=$(($(cat n.txt) + 1)); echo $n > n.txt; echo bash $n"],
  [
    "go",
    'package main\n\nimport ("fmt"; "os")\n\nfunc main() {\n  var n int\n  bytes, _ := os.ReadFile("n.txt")\n  fmt.Sscan(string(bytes), &n)\n  os.WriteFile("n.txt", []byte(fmt.Sprint(n+1)), 0o600)\n  fmt.Println("go", n+1)\n}',
  ],
  [
    "rust",
    'fn main() {\n  let n: i32 = std::fs::read_to_string("n.txt").unwrap().trim().parse().unwrap();\n  std::fs::write("n.txt", (n + 1).to_string()).unwrap();\n  println!("rust {}", n + 1);\n}',
  ],
  [
    "typescript",
    'import { readFileSync, writeFileSync } from "node:fs";\nconst n: number = Number(readFileSync("n.txt", "utf8"));\nwriteFileSync("n.txt", String(n + 1));\nconsole.log("typescript", n + 1);',
  ],
  ["python", "print('back in python', open('n.txt').read(), n)"],
];

/** The languages that this machine has, by the names that documents use. */
async function installed(page: Page): Promise<Set<string>> {
  const names = await page.evaluate(async () => {
    const { items } = (await (await fetch("/api/runtimes")).json()) as { items: { name: string; available: boolean }[] };
    return items.filter((it) => it.available).map((it) => it.name);
  });
  return new Set(names.map((it) => (it === "golang" ? "go" : it)));
}

test("a_value_goes_through_six_languages_of_one_document", async ({ page, hub }) => {
  await signUp(page, hub);
  const here = await installed(page);
  const chain = steps.filter(([language]) => here.has(language));
  for (const language of ["python", "node", "bash"]) expect([...here]).toContain(language);
  const blocks = chain.map(([language, code], at) => fence(`${language} name=step-${at} timeout=100s`, code));
  await openRunbook(page, hub, "Six", `# Six\n\n${blocks.join("\n")}`);
  await page.getByRole("button", { name: "Run all" }).click();
  let value = 40;
  for (const [at, [language]] of chain.entries()) {
    const last = at === chain.length - 1;
    if (!last) value += 1;
    // What is compiled takes its time on a busy machine.
    await expect(output(page, `step-${at}`)).toHaveText(last ? `back in python ${value} 40` : `${language} ${value}`, { timeout: 100_000 });
  }
  await expect(page.getByText(`All ${chain.length} ran`)).toBeVisible();
});

test("files_of_a_document_are_modules_of_its_blocks_and_change_with_it", async ({ page, hub }) => {
  await signUp(page, hub);
  const content = [
    "# Files",
    "```file python helper.py\ndef answer(): return 41\n```",
    fence("python name=py", "from helper import answer\nprint('python', answer())"),
    "```file javascript lib/helper.js\nexports.answer = () => 41\n```",
    fence("node name=js", "const { answer } = require('./lib/helper.js')\nconsole.log('node', answer())"),
  ].join("\n\n");
  await openRunbook(page, hub, "Files", content);
  await editable(page);
  for (const [name, path, language] of [
    ["py", "helper.py", "python"],
    ["js", "lib/helper.js", "node"],
  ] as const) {
    await run(page, name);
    await expect(output(page, name)).toHaveText(`${language} 41`);
    await page.getByRole("region", { name: `Content of ${path}` }).getByText("41").click();
    const code = page.getByRole("textbox", { name: `Content of ${path}` });
    await code.press("ControlOrMeta+a");
    await page.keyboard.insertText(name === "py" ? "def answer(): return 42" : "exports.answer = () => 42");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();
    // The same session: nobody connected again.
    await run(page, name);
    await expect(output(page, name)).toHaveText(`${language} 42`);
  }

  const fleeing = "# Fleeing\n\n```file text ../../etc/x\nno\n```\n\n" + fence("bash name=look", "ls /etc/x");
  await openRunbook(page, hub, "Fleeing", fleeing);
  await expect(page.getByText("`../../etc/x` leaves the workspace with `..`").first()).toBeVisible();
  await run(page, "look");
  await expect(block(page, "look").getByText(/success/)).toHaveCount(0);
  await expect(badge(page, "look")).not.toHaveText("success");
});
