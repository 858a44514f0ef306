import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { paths, type AgentSettingsView } from "@/paths.ts";
import { buttonClass } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { panelOf, Tabs } from "@/ui/tabs.tsx";
import { learningsQuery, suggestedOf } from "./agent-settings-queries.ts";
import { ContextFilesTab } from "./context-files-tab.tsx";
import { LearningsTab } from "./learnings-tab.tsx";
import { McpServersTab } from "./mcp-servers-tab.tsx";
import { PersonasTab } from "./personas-tab.tsx";
import { RepositoriesTab } from "./repositories-tab.tsx";
import { TemplatesTab } from "./templates-tab.tsx";
import { ToolPolicyTab } from "./tool-policy-tab.tsx";
import { UsageTab } from "./usage-tab.tsx";

const tabs: readonly { value: AgentSettingsView; label: string; show: () => React.ReactNode }[] = [
  { value: "repositories", label: "Repositories", show: RepositoriesTab },
  { value: "personas", label: "Personas", show: PersonasTab },
  { value: "context", label: "Context files", show: ContextFilesTab },
  { value: "mcp", label: "MCP servers", show: McpServersTab },
  { value: "tools", label: "Tool policy", show: ToolPolicyTab },
  { value: "learnings", label: "Learnings", show: LearningsTab },
  { value: "templates", label: "Templates", show: TemplatesTab },
  { value: "usage", label: "Usage", show: UsageTab },
];

/** What agents are told, what they may do, and where; and what that costs. */
export function AgentSettingsPage() {
  const [search, setSearch] = useSearchParams();
  const view = search.get("view");
  const tab = tabs.find(({ value }) => value === view) ?? tabs[0];
  if (!tab) return null;
  const { value: chosen, show: Shown } = tab;
  const marked = tabs.map((it) => (it.value === "learnings" ? { ...it, mark: <SuggestionCount /> } : it));
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Settings of agents · Runbook</title>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div className="flex items-center gap-1">
          <Link
            to={paths.agents()}
            aria-label="All agent sessions"
            title="All agent sessions"
            className="-ml-2 inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-ink-faint hover:bg-sunken hover:text-ink"
          >
            <Icon name="back" className="size-[1.125rem]" />
          </Link>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em]">Settings of agents</h1>
        </div>
        <Link to={paths.account()} className={buttonClass()}>
          <Icon name="key" />
          Secrets
        </Link>
      </div>
      <div className="mb-5 -ml-1 border-b border-line">
        <Tabs id="agent-settings" label="Settings of agents" tabs={marked} chosen={chosen} onChoose={(value) => setSearch(value === "repositories" ? {} : { view: value }, { replace: true })} />
      </div>
      <div {...panelOf("agent-settings", chosen)}>
        <Shown />
      </div>
    </main>
  );
}

/** How many suggestions of agents wait for somebody. */
function SuggestionCount() {
  const count = useQuery({ ...learningsQuery(""), select: suggestedOf }).data?.length ?? 0;
  if (count === 0) return null;
  return (
    <span className="rounded-full bg-warning-soft px-1.5 text-xs text-warning tabular-nums">
      {count}
      <span className="sr-only"> suggested</span>
    </span>
  );
}
