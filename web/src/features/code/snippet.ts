/** Ways to ask a hub from a program. Each reads its token from RUNBOOK_TOKEN, so that none is ever copied. */

export type SnippetKind = "curl" | "typescript" | "python";

export interface Snippet {
  kind: SnippetKind;
  label: string;
  /** Whose colours it has. */
  language: string;
  text: string;
}

/** A request by curl. The body comes from a quoted here-document, in which nothing needs escaping. */
export function curlOf(url: string, body: unknown): Snippet {
  const text = `curl --no-buffer --fail-with-body ${url} \\
  --header "Authorization: Bearer $RUNBOOK_TOKEN" \\
  --header "Content-Type: application/json" \\
  --data-binary @- <<'JSON'
${JSON.stringify(body, null, 2)}
JSON
`;
  return { kind: "curl", label: "curl", language: "bash", text };
}

export function typescriptSnippet(text: string): Snippet {
  return { kind: "typescript", label: "TypeScript", language: "typescript", text };
}

export function pythonSnippet(text: string): Snippet {
  return { kind: "python", label: "Python", language: "python", text };
}
