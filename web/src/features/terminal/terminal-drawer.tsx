import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, type TerminalPlace } from "@/api/client.ts";
import { hasStatus, messageOf, sentence } from "@/api/errors.ts";
import { Button, IconButton } from "@/ui/button.tsx";
import { ListFailure } from "@/ui/list-card.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import { Tabs, panelOf } from "@/ui/tabs.tsx";
import { toast } from "@/ui/toasts.tsx";
import { TerminalFrame } from "./terminal-frame.tsx";
import type { LinkState } from "./terminal-link.ts";
import { TerminalScreen } from "./terminal-screen.tsx";

interface Tab {
  key: string;
  /** Null until the server has said which it is. */
  id: number | null;
  state: LinkState;
}

/** Whether xterm's text is kept readable for screen readers, which costs speed. */
const screenReaderKey = "runbook.terminal.screen-reader";

interface TerminalDrawerProps {
  place: TerminalPlace;
  /** Where the drawer stands on its page. */
  className: string;
  /** What is said while a terminal is on its way. */
  connecting: string;
  /** Whether keys are a terminal's once it is shown. */
  takesKeys: () => boolean;
  onClose: () => void;
}

/** The terminals of a sandbox. Those that were open are there again after the page was left. */
export function TerminalDrawer({ place, className, connecting, takesKeys, onClose }: TerminalDrawerProps) {
  const open = useQuery({ queryKey: ["terminals", place], queryFn: ({ signal }) => api.terminals(place, signal), staleTime: 0, gcTime: 0 });
  const frame = { className, onClose };
  if (open.isPending) {
    return (
      <TerminalFrame {...frame}>
        <p role="status" className="flex items-center gap-2 p-4 text-sm text-ink-faint">
          <Spinner /> Looking for open terminals
        </p>
      </TerminalFrame>
    );
  }
  if (open.isLoadingError && hasStatus(open.error, 409)) {
    return (
      <TerminalFrame {...frame}>
        <div className="p-3">
          <ListFailure error={open.error} busy={open.isFetching} onRetry={() => void open.refetch()} />
        </div>
      </TerminalFrame>
    );
  }
  // Where they cannot be listed, a new one says what is wrong.
  const ids = open.data?.items.map((it) => it.id) ?? [];
  return <Terminals key={place} {...frame} place={place} ids={ids} connecting={connecting} takesKeys={takesKeys} />;
}

function Terminals({ place, ids, className, connecting, takesKeys, onClose }: TerminalDrawerProps & { ids: readonly number[] }) {
  const [tabs, setTabs] = useState<readonly Tab[]>(() => (ids.length > 0 ? ids.map((id) => newTab(id)) : [newTab(null)]));
  const [chosen, setChosen] = useState(tabs[0]?.key ?? "");
  const [screenReader, setScreenReader] = useState(readScreenReader);
  const closeButton = useRef<HTMLButtonElement>(null);
  const change = (key: string, tab: Partial<Tab>) => setTabs((all) => all.map((it) => (it.key === key ? { ...it, ...tab } : it)));

  const add = () => {
    const tab = newTab(null);
    setTabs((all) => [...all, tab]);
    setChosen(tab.key);
  };
  const end = async (tab: Tab) => {
    const left = tabs.filter((it) => it.key !== tab.key);
    setTabs(left);
    setChosen(left.at(-1)?.key ?? "");
    if (left.length === 0) onClose();
    if (tab.id === null || tab.state.is === "over") return;
    await api.closeTerminal(place, tab.id).catch((error: unknown) => toast(messageOf(error), "failure"));
  };
  const current = tabs.find((it) => it.key === chosen);
  const labels = tabs.map((tab, at) => ({ value: tab.key, label: `Terminal ${tab.id ?? at + 1}`, mark: tab.state.is === "over" ? <Mark /> : null }));
  return (
    <TerminalFrame
      className={className}
      onClose={onClose}
      closeButton={closeButton}
      tools={
        <>
          <IconButton icon="plus" label="New terminal" onClick={add} disabled={tabs.length >= 8} />
          {current ? <IconButton icon="trash" label={`End ${labels.find((it) => it.value === chosen)?.label ?? "terminal"}`} onClick={() => void end(current)} /> : null}
          <label className="ml-auto flex items-center gap-1.5 text-xs text-ink-faint max-sm:hidden" title="Shift+Escape leaves the terminal">
            <input
              type="checkbox"
              checked={screenReader}
              onChange={(event) => {
                setScreenReader(event.target.checked);
                keepScreenReader(event.target.checked);
              }}
            />
            Screen reader
          </label>
        </>
      }
      tabs={<Tabs id="terminals" label="Terminals" tabs={labels} chosen={chosen} onChoose={setChosen} />}
    >
      <div {...panelOf("terminals", chosen)} className="relative min-h-0 flex-1">
        {tabs.map((tab, at) => (
          <TerminalScreen
            key={tab.key}
            place={place}
            terminal={tab.id}
            shown={tab.key === chosen}
            screenReader={screenReader}
            label={labels[at]?.label ?? "Terminal"}
            onOpened={(id) => change(tab.key, { id })}
            onState={(state) => change(tab.key, { state })}
            takesKeys={takesKeys}
            onLeave={() => closeButton.current?.focus()}
          />
        ))}
        {current ? <Standing state={current.state} connecting={connecting} onNew={add} onEnd={() => void end(current)} /> : null}
      </div>
    </TerminalFrame>
  );
}

function Mark() {
  return <span className="text-xs text-ink-faint">ended</span>;
}

interface StandingProps {
  state: LinkState;
  connecting: string;
  onNew: () => void;
  onEnd: () => void;
}

function Standing({ state, connecting, onNew, onEnd }: StandingProps) {
  if (state.is === "open") return null;
  return (
    <div role="status" className="absolute inset-x-3 bottom-3 flex flex-wrap items-center gap-3 rounded-xl border border-line bg-raised px-4 py-2.5 text-sm text-ink-soft shadow-high">
      {state.is === "connecting" ? (
        <>
          <Spinner /> {connecting}
        </>
      ) : (
        <>
          <span className="min-w-0 flex-1">{sentence(state.message)}</span>
          <Button size="small" onClick={onEnd}>
            Close
          </Button>
          <Button
            size="small"
            look="soft"
            onClick={() => {
              onEnd();
              onNew();
            }}
          >
            New terminal
          </Button>
        </>
      )}
    </div>
  );
}

let made = 0;

function newTab(id: number | null): Tab {
  made += 1;
  return { key: `t${made}`, id, state: { is: "connecting" } };
}

function readScreenReader(): boolean {
  try {
    return localStorage.getItem(screenReaderKey) === "on";
  } catch {
    return false;
  }
}

function keepScreenReader(on: boolean): void {
  try {
    localStorage.setItem(screenReaderKey, on ? "on" : "off");
  } catch {
    // Without storage the choice lasts until the page is left.
  }
}
