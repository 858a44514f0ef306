/** A call as a request of somebody's own. */
import { python, typescript } from "@/features/code/literals.ts";
import { curlOf, pythonSnippet, typescriptSnippet, type Snippet } from "@/features/code/snippet.ts";

/** `origin` is where the hub is. */
export function callSnippets(name: string, input: unknown, origin: string): Snippet[] {
  const value = input as Parameters<typeof python>[0];
  return [
    curlOf(`${origin}/api/function/${name}/run`, { input }),
    typescriptSnippet(`import { createClient } from "@runbook/client";

const client = createClient({ baseUrl: ${typescript(origin)}, token: process.env.RUNBOOK_TOKEN ?? "" });
const { data, error } = await client.POST("/api/function/{name}/run", {
  params: { path: { name: ${typescript(name)} } },
  body: { input: ${typescript(value)} },
});
if (error) throw new Error(error.detail);
console.log(data.value);
`),
    pythonSnippet(`import os

from runbook import Hub

hub = Hub(${python(origin)}, os.environ["RUNBOOK_TOKEN"])
answer = hub.api.get_httpx_client().post("/api/function/${name}/run", json={"input": ${python(value)}})
answer.raise_for_status()
print(answer.json()["value"])
`),
  ];
}
