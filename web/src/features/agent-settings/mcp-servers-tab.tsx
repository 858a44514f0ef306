import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import { ask } from "@/api/graphql.ts";
import { deleteMcpServer, putMcpServer, testMcpServer, type McpServer } from "@/api/__generated__/agents.ts";
import { tellFailure } from "@/features/agent-session/tell-failure.ts";
import { Button } from "@/ui/button.tsx";
import { Checkbox } from "@/ui/checkbox.tsx";
import { Field } from "@/ui/field.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { mcpServersQuery, useChange } from "./agent-settings-queries.ts";
import { EntryDialog, ScopeField } from "./entry-dialog.tsx";
import { EntryList, type EntryFormProps } from "./entry-list.tsx";
import { EntryRow } from "./entry-row.tsx";
import { problemOfName, readConfig } from "./mcp-form.ts";
import { useMayEdit } from "./use-may-edit.ts";

/** Further tools for agents. */
export function McpServersTab() {
  const servers = useQuery(mcpServersQuery);
  return (
    <EntryList
      noun="server"
      intro={
        <>
          Further tools, by the Model Context Protocol. Name secrets of your account as <code className="font-mono">{"${NAME}"}</code>. The tool policy has to allow what agents may use of it, as{" "}
          <code className="font-mono">mcp__server__tool</code>.
        </>
      }
      query={servers}
      empty="No servers yet."
      form={McpServerDialog}
    >
      {(server, onEdit) => <McpServerRow key={server.id} server={server} onEdit={onEdit} />}
    </EntryList>
  );
}

function McpServerRow({ server, onEdit }: { server: McpServer; onEdit: () => void }) {
  const { mayEdit } = useMayEdit();
  const remove = useChange(deleteMcpServer, "mcp-servers");
  const test = useMutation({ mutationFn: async () => (await ask(testMcpServer, { id: server.id })).testMcpServer });
  return (
    <EntryRow
      title={server.name}
      scope={server.scope}
      busy={remove.isPending}
      loss="Agents have its tools no more, from their next turn on."
      extra={
        <Button size="small" busy={test.isPending} aria-label={`Test ${server.name}`} onClick={() => test.mutate()}>
          Test
        </Button>
      }
      onEdit={mayEdit(server) ? onEdit : null}
      onDelete={mayEdit(server) ? () => remove.mutate({ id: server.id }, { onError: tellFailure }) : null}
    >
      {server.enabled ? null : <p>Switched off.</p>}
      <div role="status">
        {test.isError ? <p className="text-failure">{messageOf(test.error)}</p> : null}
        {test.data ? <p className="text-success">{test.data.tools.length === 0 ? "It answers, and has no tools." : `It answers, with ${test.data.tools.length} tools:`}</p> : null}
      </div>
      {test.data && test.data.tools.length > 0 ? (
        <ul aria-label={`Tools of ${server.name}`} className="mt-1 space-y-1">
          {test.data.tools.map(({ name, description }) => (
            <li key={name}>
              <code className="font-mono text-ink">{name}</code> {description}
            </li>
          ))}
        </ul>
      ) : null}
    </EntryRow>
  );
}

const example = '{\n  "command": "npx",\n  "args": ["-y", "@modelcontextprotocol/server-everything"]\n}';

function McpServerDialog({ entry: server, onClose }: EntryFormProps<McpServer>) {
  const { administrator } = useMayEdit();
  const [form, setForm] = useState({ name: server?.name ?? "", text: server ? JSON.stringify(server.config, null, 2) : "", enabled: server?.enabled ?? true, scope: server?.scope ?? ("MINE" as const) });
  const [problems, setProblems] = useState<{ name?: string | null; text?: string }>({});
  const put = useChange(putMcpServer, "mcp-servers");
  const change = (changed: Partial<typeof form>) => {
    setForm({ ...form, ...changed });
    setProblems({});
  };
  const save = () => {
    const read = readConfig(form.text);
    if ("problem" in read) {
      setProblems({ text: read.problem });
      return;
    }
    const name = form.name.trim() || (read.name ?? "");
    const wrong = problemOfName(name);
    if (wrong) setProblems({ name: wrong });
    else put.mutate({ id: server?.id ?? null, input: { name, config: read.config, enabled: form.enabled, scope: form.scope } }, { onSuccess: onClose });
  };
  return (
    <EntryDialog title={server ? `Edit ${server.name}` : "New server"} error={put.error} busy={put.isPending} onSave={save} onClose={onClose}>
      <Field label="Name" value={form.name} spellCheck={false} autoCapitalize="none" problem={problems.name ?? null} hint="Its tools are called mcp__name__tool." onChange={(event) => change({ name: event.target.value })} />
      <TextArea
        label="Configuration"
        rows={10}
        value={form.text}
        placeholder={example}
        problem={problems.text ?? null}
        hint="JSON, as in a .mcp.json: command, args and env, or type, url and headers."
        onChange={(event) => change({ text: event.target.value })}
      />
      <Checkbox label="Offer its tools to agents" checked={form.enabled} onChange={(enabled) => change({ enabled })} />
      <ScopeField scope={form.scope} administrator={administrator} onChange={(scope) => change({ scope })} />
    </EntryDialog>
  );
}
