/** Components for tests. */
import type { FormVariable, LocalComponent, Segment } from "@/api/local-schema.ts";
import type { LocalSignIn } from "@/api/sign-in-schema.ts";

export function componentOf(over: Partial<LocalComponent>): LocalComponent {
  return { id: "a", name: "Command", type: "command", line: 1, props: {}, children: [], problems: [], needs: { inputs: [], outputs: [] }, warnings: [], ...over };
}

export function variableOf(over: Partial<FormVariable>): FormVariable {
  return {
    name: "Name",
    type: "string",
    description: "",
    default: null,
    options: [],
    sensitive: false,
    required: false,
    multiSelect: false,
    schema: null,
    instanceLabel: null,
    section: null,
    ...over,
  };
}

/** An Inputs with these variables. */
export function formOf(id: string, variables: readonly Partial<FormVariable>[], over: Partial<LocalComponent> = {}): LocalComponent {
  const all = variables.map(variableOf);
  return componentOf({ id, name: "Inputs", type: "inputs", form: { variables: all, sections: [{ name: "", variables: all.map((it) => it.name) }] }, ...over });
}

export const segmentOf = (component: LocalComponent): Segment => ({ kind: "component", component });

/** Somebody who is not signed in to GitHub, and whom nothing helps with it. */
export function signInOf(over: Partial<LocalSignIn>): LocalSignIn {
  return {
    account: null,
    provider: "github",
    host: "github.com",
    environment: false,
    profiles: [],
    defaultCredentials: null,
    blocks: [],
    asksProgram: false,
    hasFlow: false,
    flow: null,
    check: null,
    expiresAt: null,
    ...over,
  };
}
