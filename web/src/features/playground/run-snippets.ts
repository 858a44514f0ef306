/** The playground's program as a request of somebody's own. */
import type { CodeRun } from "@/api/schema.ts";
import { python, pythonText, typescript, typescriptText } from "@/features/code/literals.ts";
import { curlOf, pythonSnippet, typescriptSnippet, type Snippet } from "@/features/code/snippet.ts";

/** `origin` is where the hub is. */
export function runSnippets(request: CodeRun, origin: string): Snippet[] {
  return [curlOf(`${origin}/api/code/run`, request), typescriptOf(request, origin), pythonOf(request, origin)];
}

type Fields = Record<string, string | number | string[] | Record<string, string>>;

/** What the request holds beside its program, in a fixed order. */
function restOf({ lang: _lang, code: _code, ...rest }: CodeRun): Fields {
  return rest as Fields;
}

function typescriptOf(request: CodeRun, origin: string): Snippet {
  const fields = Object.entries(restOf(request)).map(([name, value]) => `  ${name}: ${typeof value === "string" ? typescriptText(value) : typescript(value)},\n`);
  return typescriptSnippet(`import { bytes, createClient, runCode } from "@runbook/client";

const client = createClient({ baseUrl: ${typescript(origin)}, token: process.env.RUNBOOK_TOKEN ?? "" });
const code = ${typescriptText(request.code)};
const events = runCode(client, {
  lang: ${typescript(request.lang)},
  code,
${fields.join("")}});

for await (const event of events) {
  if (event.event === "stdout") process.stdout.write(bytes(event));
  if (event.event === "stderr") process.stderr.write(bytes(event));
  if (event.event === "error") throw new Error(event.data.message);
  if (event.event === "result") process.exitCode = event.data.exit_code ?? 1;
}
`);
}

function pythonOf(request: CodeRun, origin: string): Snippet {
  const fields = Object.entries(restOf(request)).map(([name, value]) => `    ${name}=${typeof value === "string" ? pythonText(value) : python(value)},\n`);
  return pythonSnippet(`import os
import sys

from runbook import Hub

hub = Hub(${python(origin)}, os.environ["RUNBOOK_TOKEN"])
outputs = {"stdout": sys.stdout.buffer, "stderr": sys.stderr.buffer}
program = ${pythonText(request.code)}

with hub.run_code(
    ${python(request.lang)},
    program,
${fields.join("")}) as events:
    for event in events:
        if event.event in outputs:
            outputs[event.event].write(event.bytes)
            outputs[event.event].flush()
        elif event.event == "error":
            sys.exit(event.data["message"])
        elif event.event == "result":
            code = event.data["exit_code"]
            sys.exit(1 if code is None else code)
`);
}
