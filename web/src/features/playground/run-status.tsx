import type { ExecutionState } from "@/features/execution/execution-state.ts";
import { verdictOf } from "@/features/execution/outcome.ts";
import type { Field, Problems } from "./draft.ts";

interface RunStatusProps {
  label: string;
  state: ExecutionState | null;
  problems: Problems;
}

const labels: Record<Exclude<Field, "code">, string> = {
  dependencies: "packages",
  files: "files",
  stdin: "standard input",
  args: "arguments",
  env: "environment",
  timeout: "time",
  memory: "memory",
  cpu: "CPU",
  output: "output",
  network: "network",
};

/** Tells a screen reader how a run went, and tells everybody that something beside the program must be mended. */
export function RunStatus({ label, state, problems }: RunStatusProps) {
  const wrong = Object.keys(problems).flatMap((field) => (field in labels ? [labels[field as keyof typeof labels]] : []));
  const words = state === null ? "" : state.ending ? `${label} program: ${verdictOf(state.ending, null).label}` : `${label} program: running`;
  return (
    <>
      <p role="status" className="sr-only">
        {words}
      </p>
      {wrong.length > 0 ? (
        <p role="alert" className="border-t border-line bg-failure-soft px-4 py-2.5 text-[0.8125rem] text-failure">
          Something beside the program must be mended: {wrong.join(", ")}.
        </p>
      ) : null}
    </>
  );
}
