/** Few colours, taken from the page's own variables, so that one theme serves light and dark. */
import type { ThemeRegistration } from "@shikijs/core";

const colour = (scope: string[], foreground: string) => ({ scope, settings: { foreground: `var(--code-${foreground})` } });

export const theme: ThemeRegistration = {
  name: "runbook",
  type: "light",
  fg: "var(--code-ink)",
  bg: "transparent",
  settings: [
    { settings: { foreground: "var(--code-ink)" } },
    colour(["comment", "punctuation.definition.comment", "string.quoted.docstring"], "comment"),
    colour(["keyword", "storage", "keyword.operator.logical", "keyword.operator.new", "markup.deleted"], "keyword"),
    colour(["keyword.operator", "punctuation", "meta.brace"], "punctuation"),
    colour(["string", "punctuation.definition.string", "markup.inserted", "string.regexp"], "string"),
    colour(["constant", "variable.language", "support.constant", "constant.character.escape"], "number"),
    colour(["entity.name", "support.function", "support.class", "support.type", "variable.function", "entity.other"], "function"),
  ],
};
