import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import { Icon } from "@/ui/icon.tsx";
import { toast } from "@/ui/toasts.tsx";

/** How often a session is asked for its ports while something in it may open one, in milliseconds. */
const lookMs = 3_000;

export const portsKey = (session: string) => ["ports", session] as const;

/** The ports on which programs of a session listen; each opens in a tab of its own, on an origin of its own. */
export function PortChips({ session, busy }: { session: string; busy: boolean }) {
  const ports = useQuery({
    queryKey: portsKey(session),
    queryFn: async ({ signal }) => (await api.ports(session, signal)).items,
    refetchInterval: busy ? lookMs : false,
    retry: false,
  });
  const open = useMutation({ mutationFn: show });
  if (!ports.data || ports.data.length === 0) return null;
  return (
    <ul aria-label="Ports of this session" className="flex min-w-0 gap-1.5 overflow-x-auto">
      {ports.data.map(({ port }) => (
        <li key={port}>
          <button
            type="button"
            title={`Open what listens on port ${port} in a new tab`}
            onClick={() => open.mutate({ session, port })}
            className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full bg-accent-soft px-2.5 text-xs font-medium whitespace-nowrap text-accent transition-colors hover:bg-accent hover:text-on-accent"
          >
            <Icon name="link" className="size-3.5" />
            port {port}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The tab is opened within the click, which is when browsers allow it; where it leads is known a moment later. */
async function show({ session, port }: { session: string; port: number }): Promise<void> {
  const tab = window.open("", "_blank");
  if (tab) tab.opener = null;
  try {
    const { url } = await api.openPreview(session, port);
    if (tab) tab.location.replace(url);
    else toast("The browser kept the tab from opening. Allow pop-ups for this page, and try again.", "failure");
  } catch (error) {
    tab?.close();
    toast(messageOf(error), "failure");
  }
}
