import { expect, it } from "vitest";
import type { Imported } from "@/api/schema.ts";
import { Imports } from "./imports.ts";

const item = (made: boolean): Imported =>
  ({ name: "a.md", runbook: made ? { id: "rb_1" } : null, problem: made ? null : "no", notes: [] }) as unknown as Imported;

const file = (name: string) => ({ file: new File(["x"], name) });

it("imports_one_after_another_and_tells_when_there_are_new_runbooks", async () => {
  let atOnce = 0;
  let most = 0;
  let changes = 0;
  const imports = new Imports(
    () => (changes += 1),
    async () => {
      most = Math.max(most, (atOnce += 1));
      await Promise.resolve();
      atOnce -= 1;
      return { items: [item(true)] };
    },
  );
  await Promise.all([imports.add(file("a.md"), true), imports.add(file("b.md"), true)]);
  expect([most, changes]).toEqual([1, 2]);
  expect(imports.store.getState().all.map((each) => each.state)).toEqual(["done", "done"]);
});

it("a_failure_is_kept_with_its_words_and_the_next_one_goes_on", async () => {
  const imports = new Imports(
    () => {},
    (source) => ("url" in source ? Promise.reject(new Error("not there")) : Promise.resolve({ items: [item(false)] })),
  );
  await imports.add({ url: "https://example.com/a.md" }, true);
  await imports.add(file("a.md"), true);
  const [first, second] = imports.store.getState().all;
  expect([first?.state, second?.state]).toEqual(["failed", "failed"]);
  expect(first?.problem).toBeTruthy();
  imports.dismiss(first?.key ?? 0);
  expect(imports.store.getState().all).toHaveLength(1);
});
