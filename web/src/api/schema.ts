/**
 * The names by which the page calls the server's shapes, all of them aliases of what `npm run generate`
 * makes of the server's OpenAPI document. Nothing here spells out a field.
 */
import type { components } from "./__generated__/schema.d.ts";

type Schemas = components["schemas"];

/** A response as it arrives: the server sends null where the document allows a field to be left out. */
type Sent<T> = T extends readonly (infer Item)[]
  ? Sent<Item>[]
  : T extends object
    ? { [Field in keyof T]-?: Sent<Exclude<T[Field], undefined>> }
    : T;

export type Config = Sent<Schemas["Config"]>;
export type User = Sent<Schemas["User"]>;
export type Credentials = Sent<Schemas["SignedIn"]>;
/** Of a refusal only this much is certain; proxies answer too. */
export type Problem = Partial<Schemas["Problem"]> & Pick<Schemas["Problem"], "title" | "status">;
export type ProblemCode = Schemas["Code"];

export type RuntimeName = Schemas["RuntimeName"];
export type Runtime = Sent<Schemas["Runtime"]>;

export type Session = Sent<Schemas["Session"]>;
export type SessionStatus = Schemas["SessionStatus"];

export type Block = Sent<Schemas["Block"]>;
export type Diagnostic = Sent<Schemas["Diagnostic"]>;
export type RunbookSummary = Sent<Schemas["RunbookSummary"]>;
export type Runbook = Sent<Schemas["Runbook"]>;
export type RunbookPage = Sent<Schemas["PageBody_RunbookSummary"]>;

export type Execution = Sent<Schemas["Execution"]>;
export type ExecutionPhase = Schemas["ExecutionState"];
export type Outcome = Schemas["OutcomeKind"];
// Events leave out what they have not, as the document says.
export type ExecutionResult = Schemas["Summary"];
export type ExecutionEvent = Schemas["Event"];
export type DisplayBundle = Extract<ExecutionEvent, { event: "display" }>["data"];
