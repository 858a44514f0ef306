import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { Block, Runbook } from "@/api/schema.ts";
import { useAccount } from "@/features/account/account-queries.ts";
import { useSessionUpdates } from "@/features/session/use-session.ts";
import { toast } from "@/ui/toasts.tsx";
import type { InputsDesk } from "./inputs-state.ts";
import { runbookQuery, useSetSession } from "./runbook-queries.ts";
import { Runner } from "./runner.ts";

/** The runner of the page's runbook, fed with the session and with what ran before. */
export function useNewRunner(runbook: Runbook, inputs: InputsDesk, latest: () => Promise<readonly Block[]>): Runner {
  const user = useAccount();
  const queries = useQueryClient();
  const setSession = useSetSession(runbook.id);

  // Made once: the page is keyed by its runbook, and what the closures hold is stable.
  const [runner] = useState(
    () =>
      new Runner(runbook.id, {
        prepare: async () => {
          const typed = await inputs.prepare();
          if (typed === null) showProblem(inputs);
          return typed;
        },
        typed: (names) => inputs.sent(names),
        connect: async () => {
          const session = await api.connect(user.id, runbook.id);
          setSession(session);
          return session;
        },
        outdated: () => void queries.invalidateQueries({ queryKey: runbookQuery(runbook.id).queryKey }),
        failed: (message) => toast(message, "failure"),
        latest,
      }),
  );

  useEffect(() => {
    const abort = new AbortController();
    runner.replay(abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) toast(`Earlier output could not be loaded. ${messageOf(error)}`, "failure");
    });
    return () => {
      abort.abort();
      runner.close();
    };
  }, [runner]);

  useEffect(() => {
    runner.setBlocks(runbook.blocks);
  }, [runner, runbook.blocks]);
  useSessionUpdates(runbook.session, setSession);
  useEffect(() => runner.setSession(runbook.session), [runner, runbook.session]);
  return runner;
}

/** Takes the reader to the first field that will not do. */
function showProblem(inputs: InputsDesk): void {
  const field = inputs.fields.find((it) => inputs.problem(it) !== null);
  if (!field) return;
  toast(`${field.label ?? field.name}: ${inputs.problem(field) ?? ""}`, "failure");
  document.querySelector<HTMLElement>(`#input-${CSS.escape(field.name)} :is(input, select, textarea)`)?.focus();
}
