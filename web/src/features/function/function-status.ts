/** How a function is, in words: which version answers, and what becomes of the newest. */
import type { FunctionInfo, FunctionStatus } from "@/api/schema.ts";
import type { Tone } from "@/features/execution/outcome.ts";

export interface FunctionState {
  label: string;
  tone: Tone;
  /** For those who wonder what the label means for their calls. */
  sentence: string;
}

export function stateOf({ status, version, serving_version: serving }: Pick<FunctionInfo, "status" | "version" | "serving_version">): FunctionState {
  const meanwhile = serving === null ? "Until then it cannot be called." : `Version ${serving} answers meanwhile.`;
  switch (status.type) {
    case "building":
      return { label: "building", tone: "neutral", sentence: `Version ${version} is being built. ${meanwhile}` };
    case "error":
      return {
        label: serving === null ? "failed" : "newest failed",
        tone: serving === null ? "failure" : "warning",
        sentence: serving === null ? `Version ${version} could not be built, and no other was.` : `Version ${version} could not be built. Version ${serving} goes on answering.`,
      };
    case "ready":
      return { label: "ready", tone: "success", sentence: `Version ${serving ?? version} answers.` };
  }
}

/** How one version is. */
export function stateOfVersion(status: FunctionStatus, serving: boolean): Pick<FunctionState, "label" | "tone"> {
  if (serving) return { label: "answers", tone: "success" };
  switch (status.type) {
    case "building":
      return { label: "building", tone: "neutral" };
    case "error":
      return { label: "failed", tone: "failure" };
    case "ready":
      return { label: "built", tone: "neutral" };
  }
}
