// @vitest-environment jsdom
import { expect, it } from "vitest";
import type { Block } from "@/api/schema.ts";
import { targetOf } from "./use-arrival.ts";

it("a_line_leads_to_its_block_or_to_the_heading_above_it", () => {
  document.body.innerHTML = `<article><h1>One</h1><section id="line-6"></section><h2>Two</h2></article>`;
  const content = "---\n# no\n---\n# One\n\n```sh\n# not\n```\n\n## Two\ntext\n";
  const blocks = [{ line: 6, end_line: 8 } as Block];
  const at = (line: number) => targetOf(document, { content, blocks }, line);
  expect(at(7)?.id).toBe("line-6");
  expect(at(5)?.textContent).toBe("One");
  expect(at(11)?.textContent).toBe("Two");
  expect(at(1)).toBeNull();
});
