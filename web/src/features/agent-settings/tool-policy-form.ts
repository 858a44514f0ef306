/** A tool policy as it is typed: one pattern on each line. */
import type { ToolLists, ToolListsInput, Unlisted } from "@/api/__generated__/agents.ts";

export interface ListsForm {
  allow: string;
  deny: string;
  unlisted: Unlisted;
}

export function listsFormOf({ allow, deny, unlisted }: ToolLists): ListsForm {
  return { allow: allow.join("\n"), deny: deny.join("\n"), unlisted };
}

export function listsOf({ allow, deny, unlisted }: ListsForm): ToolListsInput {
  return { allow: patternsOf(allow), deny: patternsOf(deny), unlisted };
}

/** A pattern may hold spaces, but neither begins nor ends with one. */
function patternsOf(text: string): string[] {
  return [...new Set(text.split("\n").map((it) => it.trim()).filter((it) => it !== ""))];
}
