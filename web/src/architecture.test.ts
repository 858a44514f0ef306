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
  "features/account": ["api", "ui", "paths"],
  "features/execution": ["api", "ui"],
  "features/session": ["api", "ui", "features/account"],
  "features/runbook": ["api", "ui", "paths", "features/account", "features/execution", "features/session"],
  layouts: ["api", "ui", "paths", "features/account", "features/runbook"],
  routes: ["api", "ui", "paths", "layouts", "features/account", "features/runbook"],
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
