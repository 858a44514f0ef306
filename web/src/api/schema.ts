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
export type ListedSession = Sent<Schemas["ListedSession"]>;
export type SessionUsage = Sent<Schemas["SessionUsage"]>;
export type Terminal = Sent<Schemas["Terminal"]>;
export type TerminalInput = Schemas["TerminalInput"];
export type TerminalNews = Sent<Schemas["TerminalNews"]>;
export type WorkspaceFile = Sent<Schemas["File"]>;
export type FilePage = Sent<Schemas["Files"]>;
export type Port = Sent<Schemas["Port"]>;
export type Preview = Sent<Schemas["Preview"]>;

export type Block = Sent<Schemas["Block"]>;
export type Diagnostic = Sent<Schemas["Diagnostic"]>;
export type RunbookSummary = Sent<Schemas["RunbookSummary"]>;
export type Runbook = Sent<Schemas["Runbook"]>;
export type RunbookItem = Sent<Schemas["RunbookItem"]>;
export type RunbookPage = Sent<Schemas["PageBody_RunbookItem"]>;
export type Shelf = Sent<Schemas["Shelf"]>;
export type ShelfChange = Schemas["ShelfChange"];
export type Tag = Sent<Schemas["Tag"]>;
export type LastExecution = Sent<Schemas["LastExecution"]>;
export type Folder = Sent<Schemas["Folder"]>;
export type FolderChange = Schemas["FolderChange"];
export type TrashPage = Sent<Schemas["PageBody_TrashedRunbook"]>;
export type SearchPage = Sent<Schemas["SearchPage"]>;
export type SearchHit = Sent<Schemas["SearchHit"]>;
export type SearchPlace = Sent<Schemas["SearchPlace"]>;
export type MarkedText = Sent<Schemas["MarkedText"]>;
export type PastExecution = Sent<Schemas["PastExecution"]>;
export type HistoryPage = Sent<Schemas["PageBody_PastExecution"]>;
export type ExecutionOrigin = Sent<Schemas["ExecutionOrigin"]>;

export type NewWalk = Schemas["NewWalk"];
export type BegunWalk = Sent<Schemas["BegunWalk"]>;
export type RunbookInput = Sent<Schemas["RunbookInput"]>;
export type FilledInputs = Sent<Schemas["FilledInputs"]>;
export type InputsChange = Schemas["InputsChange"];
export type StaleBlock = Sent<Schemas["StaleBlock"]>;
export type Expectation = Schemas["Expectation"];

export type Imported = Sent<Schemas["Imported"]>;

export type Revision = Sent<Schemas["Revision"]>;
export type RevisionPage = Sent<Schemas["PageBody_Revision"]>;
export type RevisionText = Sent<Schemas["RevisionText"]>;
export type RevisionDiff = Sent<Schemas["RevisionDiff"]>;
/** What the socket of a text that is edited says, and is asked. */
export type EditorEvent = Sent<Schemas["EditorEvent"]>;
export type EditorRequest = Schemas["EditorRequest"];
export type CompletionQuestion = Schemas["CompletionQuestion"];
export type Completion = Sent<Schemas["Completion"]>;

export type Execution = Sent<Schemas["Execution"]>;
export type ExecutionPhase = Schemas["ExecutionState"];
export type Outcome = Schemas["OutcomeKind"];
// Events leave out what they have not, as the document says.
export type ExecutionResult = Schemas["Summary"];
export type ExecutionEvent = Schemas["Event"];
export type DisplayBundle = Extract<ExecutionEvent, { event: "display" }>["data"];

export type CodeLanguage = Schemas["CodeLanguage"];
export type CodeRun = Schemas["CodeRun"];
export type CodeOffer = Sent<Schemas["CodeOffer"]>;
export type CodeFile = Schemas["CodeFile"];

export type FunctionOptions = Schemas["FunctionOptions"];
export type FunctionItem = Sent<Schemas["FunctionItem"]>;
export type FunctionInfo = Sent<Schemas["FunctionInfo"]>;
export type FunctionStatus = Sent<Schemas["FunctionStatus"]>;
export type FunctionVersion = Sent<Schemas["FunctionVersion"]>;
export type FunctionVersionPage = Sent<Schemas["PageBody_FunctionVersion"]>;
export type NewFunction = Schemas["CreateFunctionInput"];
export type NewVersion = Schemas["UpdateFunctionInput"];
export type Invocation = Sent<Schemas["Invocation"]>;
export type InvocationPage = Sent<Schemas["PageBody_Invocation"]>;
/** The beginning of a text, and how long the whole is. */
export type Head = Sent<Schemas["Head"]>;

export type Secret = Sent<Schemas["Secret"]>;
export type Token = Sent<Schemas["Token"]>;
export type MadeToken = Sent<Schemas["MadeToken"]>;
export type NewToken = Schemas["NewToken"];
export type Scope = Schemas["Scope"];

export type NewJob = Schemas["NewJob"];
/** An order is sent back without what it was submitted without. */
type Ordered<T, Key extends string> = Omit<Sent<T>, Key> & Record<Key, NewJob>;
export type Job = Ordered<Schemas["Job"], "order">;
export type JobDetail = Ordered<Schemas["JobDetail"], "order">;
export type JobPage = { items: Job[] } & Pick<Sent<Schemas["PageBody_Job"]>, "next_cursor">;
export type JobStatus = Schemas["JobStatus"];
export type JobAttempt = Sent<Schemas["JobAttempt"]>;
export type SubmittedJob = Sent<Schemas["SubmittedJob"]>;
export type Artifact = Sent<Schemas["Artifact"]>;
export type ArtifactPage = Sent<Schemas["PageBody_Artifact"]>;
export type Upload = Sent<Schemas["Upload"]>;
export type Schedule = Ordered<Schemas["Schedule"], "job">;
export type SchedulePage = { items: Schedule[] } & Pick<Sent<Schemas["PageBody_Schedule"]>, "next_cursor">;
export type NewSchedule = Schemas["NewSchedule"];
export type MissedRuns = Schemas["Missed"];

export type Queue = Sent<Schemas["Queue"]>;
export type Worker = Sent<Schemas["Worker"]>;
export type JobLimits = Schemas["JobLimits"];
export type JobStanding = Sent<Schemas["JobStanding"]>;
export type AccountPage = Sent<Schemas["PageBody_Account"]>;
export type Account = AccountPage["items"][number];
export type JobPolicy = Schemas["JobPolicy"];
export type PayloadKind = Schemas["PayloadKind"];
export type AuditPage = Sent<Schemas["PageBody_AuditEntry"]>;
export type AuditEntry = AuditPage["items"][number];
