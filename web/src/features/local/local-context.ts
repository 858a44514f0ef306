import { createContext, use, useMemo, useSyncExternalStore } from "react";
import type { LocalComponent, LocalRunbook, ValuesByForm } from "@/api/local-schema.ts";
import { formsFor, typedIn, valuesFor } from "./components.ts";
import type { Given } from "./fill.ts";
import type { LocalRuns } from "./local-runs.ts";
import type { LocalValues } from "./local-values.ts";

export interface LocalDesk {
  runbook: LocalRunbook;
  /** All of its components. */
  components: readonly LocalComponent[];
  values: LocalValues;
  runs: LocalRuns;
  /** Calls once the reader trusts the document, if they do. */
  whenTrusted: (act: () => void) => void;
}

export const LocalContext = createContext<LocalDesk | null>(null);

export function useLocal(): LocalDesk {
  const desk = use(LocalContext);
  if (!desk) throw new Error("a part of a local runbook was shown outside of one");
  return desk;
}

/** Renders again whenever something starts or ends. */
export function useRuns(): LocalRuns {
  const { runs } = useLocal();
  useSyncExternalStore(runs.subscribe, () => runs.version);
  return runs;
}

/** Renders again whenever something is typed. */
export function useValues(): LocalValues {
  const { values } = useLocal();
  useSyncExternalStore(values.subscribe, () => values.version);
  return values;
}

/** What a component is filled in with: for its words, and as the server is told. */
export function useGiven(component: LocalComponent): { given: Given; inputs: ValuesByForm } {
  const { components, values, runs } = useLocal();
  const typed = useSyncExternalStore(values.subscribe, () => values.published);
  const outputs = useSyncExternalStore(runs.subscribe, () => runs.outputs);
  return useMemo(
    () => ({
      given: { inputs: valuesFor(component, components, typed), outputs },
      inputs: typedIn(formsFor(component, components), typed),
    }),
    [component, components, typed, outputs],
  );
}

/** What the server is told of a component's inputs as they are now. */
export function typedNow({ components, values }: LocalDesk, component: LocalComponent): ValuesByForm {
  values.publish();
  return typedIn(formsFor(component, components), values.typed);
}
