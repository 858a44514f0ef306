/** Holds the direction of imports: api, ui → features → layouts, routes; and the size of files. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const src = import.meta.dirname;
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file) && !file.includes("__generated__"));

/** What each folder may import besides itself and packages. */
const allowed: Record<string, string[]> = {
  api: [],
  ui: [],
  "api-docs": [],
  frames: [],
  "features/account": ["api", "ui", "paths"],
  "features/code": ["api", "ui"],
  "features/execution": ["api", "ui"],
  "features/secret": ["api", "ui", "paths"],
  "features/token": ["api", "ui", "paths"],
  "features/terminal": ["api", "ui"],
  "features/files": ["api", "ui", "features/execution"],
  "features/preview": ["api", "ui"],
  "features/local": ["api", "ui", "features/execution"],
  "features/session": ["api", "ui", "paths", "features/account", "features/execution", "features/files", "features/preview", "features/terminal"],
  "features/exchange": ["api", "ui", "paths"],
  "features/runbook": ["api", "ui", "paths", "features/account", "features/code", "features/exchange", "features/execution", "features/secret", "features/session"],
  "features/search": ["api", "ui", "paths", "features/account"],
  "features/library": ["api", "ui", "paths", "features/account", "features/exchange", "features/execution", "features/runbook", "features/search", "features/session"],
  "features/history": ["api", "ui", "paths", "features/account", "features/execution", "features/runbook"],
  "features/playground": ["api", "ui", "paths", "features/account", "features/code", "features/execution"],
  "features/function": ["api", "ui", "paths", "features/account", "features/code", "features/execution", "features/secret"],
  "features/job": ["api", "ui", "paths", "features/account", "features/code", "features/execution", "features/secret"],
  "features/schedule": ["api", "ui", "paths", "features/job"],
  "features/admin": ["api", "ui", "paths", "features/account", "features/code", "features/execution", "features/job"],
  "features/agent-session": ["api", "ui", "paths", "features/account", "features/execution", "features/terminal"],
  "features/agent-settings": ["api", "ui", "paths", "features/account", "features/agent-session"],
  "features/settings": ["features/account", "features/secret", "features/token"],
  layouts: ["api", "ui", "paths", "features/account", "features/runbook", "features/search"],
  routes: [
    "api",
    "ui",
    "paths",
    "layouts",
    "features/account",
    "features/runbook",
    "features/library",
    "features/local",
    "features/history",
    "features/session",
    "features/playground",
    "features/function",
    "features/job",
    "features/schedule",
    "features/admin",
    "features/agent-session",
    "features/agent-settings",
    "features/settings",
  ],
  paths: [],
  main: ["api", "routes", "features/account"],
};

const zoneOf = (file: string) => /^features\/[^/]+|^[^/.]+/.exec(file)?.[0] ?? file;

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), "utf8");
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
  return found.flatMap((path) => {
    if (path.startsWith("@/")) return [path.slice(2)];
    if (path.startsWith(".")) return [relative(src, resolve(src, dirname(file), path))];
    return [];
  });
}

it("imports_point_one_way", () => {
  const wrong = files
    .filter((file) => !file.startsWith("architecture.test"))
    .flatMap((file) => {
      const from = zoneOf(file);
      const may = allowed[from];
      if (!may) return [`${file}: no rule for ${from}`];
      return importsOf(file)
        .filter((path) => !path.endsWith(".css"))
        .map(zoneOf)
        .filter((to) => to !== from && !may.includes(to))
        .map((to) => `${file} must not import ${to}`);
    });
  expect(wrong).toEqual([]);
});

it("ui_and_api_know_no_router", () => {
  const wrong = files.filter((file) => /^(ui|api)\//.test(file) && /from "react-router/.test(readFileSync(join(src, file), "utf8")));
  expect(wrong).toEqual([]);
});

it("urls_are_spelled_in_paths_only", () => {
  const spelled = files.filter(
    (file) => /^(features|layouts)\//.test(file) && /(?:to|href)="\/|navigate\("\//.test(readFileSync(join(src, file), "utf8")),
  );
  expect(spelled).toEqual([]);
});

it("no_component_file_is_longer_than_four_hundred_lines", () => {
  const long = files.filter((file) => readFileSync(join(src, file), "utf8").split("\n").length > 400);
  expect(long).toEqual([]);
});
