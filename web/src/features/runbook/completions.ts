/** What the kernel of the session knows that could stand at the cursor. */
import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { api } from "@/api/client.ts";
import type { Block, Session } from "@/api/schema.ts";

export function completionsOf(session: () => Session | null, block: Block | null) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const open = session();
    if (open?.status !== "ACTIVE" || !block || (!context.explicit && !context.matchBefore(/[\w$][\w$.]*/))) return null;
    const abort = new AbortController();
    context.addEventListener("abort", () => abort.abort(), { onDocChange: true });
    try {
      const code = context.state.doc.toString();
      const { items, start, end } = await api.complete(open.id, { block: block.id, code, cursor: context.pos }, abort.signal);
      if (items.length === 0) return null;
      const options = items.map(({ text }) => ({ label: text }));
      return { from: start, to: end, options, validFor: /^[\w$]*$/ };
    } catch {
      // Typing goes on without.
      return null;
    }
  };
}
