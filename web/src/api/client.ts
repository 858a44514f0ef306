/**
 * One function per route of the server. It owns how a request is made and nothing about when:
 * caching belongs to TanStack Query, and URLs of pages to paths.ts.
 */
import { problemOf, Unreachable } from "./errors.ts";
import type {
  AccountPage,
  Artifact,
  ArtifactPage,
  AuditPage,
  BegunWalk,
  CodeOffer,
  CodeRun,
  Config,
  Credentials,
  Execution,
  ExecutionOrigin,
  FilePage,
  FilledInputs,
  Folder,
  FolderChange,
  FunctionInfo,
  FunctionItem,
  FunctionVersion,
  FunctionVersionPage,
  HistoryPage,
  Imported,
  InputsChange,
  InvocationPage,
  JobDetail,
  JobLimits,
  JobPage,
  JobPolicy,
  JobStanding,
  ListedSession,
  MadeToken,
  NewFunction,
  NewJob,
  NewSchedule,
  NewToken,
  NewVersion,
  NewWalk,
  Port,
  Preview,
  Queue,
  Revision,
  RevisionDiff,
  RevisionPage,
  RevisionText,
  Runbook,
  RunbookPage,
  Runtime,
  Schedule,
  SchedulePage,
  SearchPage,
  Secret,
  Session,
  SessionUsage,
  Shelf,
  ShelfChange,
  StaleBlock,
  SubmittedJob,
  Terminal,
  Token,
  TrashPage,
  Upload,
  User,
} from "./schema.ts";

/** What replaces the code from `start` to `end`. */
export interface Completions {
  items: { text: string }[];
  start: number;
  end: number;
}

interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  /** Bytes that are sent as they are, instead of a body. */
  bytes?: Blob;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** Sends a request and throws `ApiError` or `Unreachable` unless the server agreed. */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = "GET", body, bytes, signal, headers = {} } = options;
  const init: RequestInit = { method, signal: signal ?? null, credentials: "same-origin", headers: { accept: "application/json", ...headers } };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, "content-type": "application/json" };
  }
  if (bytes) {
    init.body = bytes;
    init.headers = { ...init.headers, "content-type": "application/octet-stream" };
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(error);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function json<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A repeated click or a retried request must not create twice. */
function once(): Record<string, string> {
  return { "idempotency-key": randomKey() };
}

// `crypto.randomUUID` exists only on HTTPS and localhost; a hub on a plain LAN address has neither.
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const id = encodeURIComponent;

/** Asks for a stream of events. What goes wrong before its first event is thrown. */
function stream(path: string, body: unknown, signal: AbortSignal, headers: Record<string, string> = {}): Promise<Response> {
  return send(path, { method: "POST", body, signal, headers: { accept: "application/x-ndjson", ...headers } });
}

/** A page of functions says in a header where the next one is: tinirun's list is a bare array. */
async function functionPage(cursor: string | null, signal?: AbortSignal): Promise<{ items: FunctionItem[]; next_cursor: string | null }> {
  const response = await send(`/api/function?${pageOf(cursor)}`, { signal });
  return { items: (await response.json()) as FunctionItem[], next_cursor: response.headers.get("x-next-cursor") };
}

function pageOf(cursor: string | null): string {
  return `limit=50${cursor ? `&cursor=${id(cursor)}` : ""}`;
}

function filtered(filter: URLSearchParams, cursor: string | null): URLSearchParams {
  const query = new URLSearchParams(filter);
  query.set("limit", "50");
  if (cursor) query.set("cursor", cursor);
  return query;
}

export const api = {
  config: (signal?: AbortSignal) => json<Config>("/api/config", { signal }),
  runtimes: (signal?: AbortSignal) => json<{ items: Runtime[] }>("/api/runtimes", { signal }),

  me: (signal?: AbortSignal) => json<User>("/api/auth/me", { signal }),
  signUp: (body: { email: string; username: string; password: string }) =>
    json<Credentials>("/api/auth/sign-up", { method: "POST", body }),
  signIn: (body: { email: string; password: string }) => json<Credentials>("/api/auth/sign-in", { method: "POST", body }),
  signOut: () => json<void>("/api/auth/sign-out", { method: "POST" }),

  /** `filter` holds what the route takes: folder, tag, starred, sort. */
  runbooks: (filter: URLSearchParams, cursor: string | null, signal?: AbortSignal) =>
    json<RunbookPage>(`/api/runbooks?${filtered(filter, cursor)}`, { signal }),
  runbook: (runbook: string, signal?: AbortSignal) => json<Runbook>(`/api/runbooks/${id(runbook)}`, { signal }),
  createRunbook: (body: { title: string; content: string }) =>
    json<Runbook>("/api/runbooks", { method: "POST", body, headers: once() }),
  saveRunbook: (runbook: string, body: { title?: string; content?: string; revision: number }) =>
    json<Runbook>(`/api/runbooks/${id(runbook)}`, { method: "PUT", body }),
  /** Where the text of a runbook is edited together, over a WebSocket. */
  liveText: (runbook: string) => `${location.origin.replace(/^http/, "ws")}/api/runbooks/${id(runbook)}/live`,
  importFile: (file: File, outputs: boolean) =>
    json<{ items: Imported[] }>(`/api/runbooks/import?name=${id(file.name)}&outputs=${outputs}`, { method: "POST", bytes: file, headers: once() }),
  importUrl: (url: string, outputs: boolean) =>
    json<{ items: Imported[] }>(`/api/runbooks/import?outputs=${outputs}`, { method: "POST", body: { url }, headers: once() }),
  deleteRunbook: (runbook: string) => json<void>(`/api/runbooks/${id(runbook)}`, { method: "DELETE" }),

  revisions: (runbook: string, cursor: string | null, signal?: AbortSignal) =>
    json<RevisionPage>(`/api/runbooks/${id(runbook)}/revisions?${pageOf(cursor)}`, { signal }),
  revision: (runbook: string, revision: number, signal?: AbortSignal) =>
    json<RevisionText>(`/api/runbooks/${id(runbook)}/revisions/${revision}`, { signal }),
  /** How a revision differs from another, or from the one before. */
  revisionDiff: (runbook: string, revision: number, against: number | null, signal?: AbortSignal) =>
    json<RevisionDiff>(`/api/runbooks/${id(runbook)}/revisions/${revision}/diff${against === null ? "" : `?against=${against}`}`, { signal }),
  restoreRevision: (runbook: string, revision: number) =>
    json<Runbook>(`/api/runbooks/${id(runbook)}/revisions/${revision}/restore`, { method: "POST" }),
  nameRevision: (runbook: string, revision: number, name: string | null) =>
    json<Revision>(`/api/runbooks/${id(runbook)}/revisions/${revision}/name`, { method: "PUT", body: { name } }),

  search: (typed: string, cursor: string | null, limit: number, signal?: AbortSignal) =>
    json<SearchPage>(`/api/search?q=${id(typed)}&limit=${limit}${cursor ? `&cursor=${id(cursor)}` : ""}`, { signal }),
  folders: (signal?: AbortSignal) => json<{ items: Folder[] }>("/api/folders", { signal }),
  createFolder: (body: { name: string; parent: string | null }) => json<Folder>("/api/folders", { method: "POST", body, headers: once() }),
  changeFolder: (folder: string, body: FolderChange) => json<void>(`/api/folders/${id(folder)}`, { method: "PUT", body }),
  /** What lies in it goes to where the folder was. */
  deleteFolder: (folder: string) => json<void>(`/api/folders/${id(folder)}?contents=move_up`, { method: "DELETE" }),
  tags: (signal?: AbortSignal) => json<{ items: { name: string; runbooks: number }[] }>("/api/tags", { signal }),
  shelf: (runbook: string, signal?: AbortSignal) => json<Shelf>(`/api/runbooks/${id(runbook)}/shelf`, { signal }),
  changeShelf: (runbook: string, body: ShelfChange) => json<Shelf>(`/api/runbooks/${id(runbook)}/shelf`, { method: "PUT", body }),
  visit: (runbook: string) => json<void>(`/api/runbooks/${id(runbook)}/visits`, { method: "POST" }),
  trash: (cursor: string | null, signal?: AbortSignal) => json<TrashPage>(`/api/trash?${pageOf(cursor)}`, { signal }),
  restoreRunbook: (runbook: string) => json<void>(`/api/trash/${id(runbook)}/restore`, { method: "POST" }),
  purgeRunbook: (runbook: string) => json<void>(`/api/trash/${id(runbook)}`, { method: "DELETE" }),

  /** `filter` holds what the route takes: block, outcome. */
  history: (runbook: string, filter: URLSearchParams, cursor: string | null, signal?: AbortSignal) =>
    json<HistoryPage>(`/api/runbooks/${id(runbook)}/history?${filtered(filter, cursor)}`, { signal }),
  origin: (execution: string, signal?: AbortSignal) => json<ExecutionOrigin>(`/api/executions/${id(execution)}/origin`, { signal }),

  connect: (user: string, runbook: string) =>
    json<Session>(`/api/sessions/connect/${id(user)}/${id(runbook)}`, { method: "POST", headers: once() }),
  endSession: (session: string) => json<Session>(`/api/sessions/end/${id(session)}`, { method: "DELETE" }),
  sessionUpdates: (session: string, signal: AbortSignal) =>
    send(`/api/sessions/${id(session)}/updates`, { signal, headers: { accept: "application/x-ndjson" } }),

  /** What the session's live kernel knows that could stand at `cursor`, in UTF-16 units. */
  complete: (session: string, body: { block: string; code: string; cursor: number }, signal?: AbortSignal) =>
    json<Completions>(`/api/sessions/${id(session)}/complete`, { method: "POST", body, signal }),
  restartSession: (session: string) => json<Session>(`/api/sessions/${id(session)}/restart`, { method: "POST" }),

  sessions: (signal?: AbortSignal) => json<{ items: ListedSession[] }>("/api/sessions", { signal }),
  extendSession: (session: string) => json<Session>(`/api/sessions/${id(session)}/extend`, { method: "POST" }),
  pauseSession: (session: string) => json<Session>(`/api/sessions/${id(session)}/pause`, { method: "POST" }),
  resumeSession: (session: string) => json<Session>(`/api/sessions/${id(session)}/resume`, { method: "POST" }),
  sessionUsage: (session: string, signal?: AbortSignal) => json<{ usage: SessionUsage | null }>(`/api/sessions/${id(session)}/usage`, { signal }),
  /** Everybody's, for administrators. */
  allSessions: (signal?: AbortSignal) => json<{ items: ListedSession[] }>("/api/admin/sessions", { signal }),
  endAnySession: (session: string) => json<Session>(`/api/admin/sessions/${id(session)}`, { method: "DELETE" }),

  terminals: (place: TerminalPlace, signal?: AbortSignal) => json<{ items: Terminal[] }>(`${place}/terminals`, { signal }),
  closeTerminal: (place: TerminalPlace, terminal: number) => json<void>(`${place}/terminals/${terminal}`, { method: "DELETE" }),
  ports: (session: string, signal?: AbortSignal) => json<{ items: Port[] }>(`/api/sessions/${id(session)}/ports`, { signal }),
  openPreview: (session: string, port: number) => json<Preview>(`/api/sessions/${id(session)}/previews`, { method: "POST", body: { port } }),

  files: (session: string, path: string, after: string | null, signal?: AbortSignal) =>
    json<FilePage>(`/api/sessions/${id(session)}/files?limit=500&path=${id(path)}${after === null ? "" : `&after=${id(after)}`}`, { signal }),
  readFile: (session: string, path: string, signal?: AbortSignal) => send(fileContent(session, path), { signal, headers: { accept: "*/*" } }),
  writeFile: (session: string, path: string, bytes: Blob) => json<void>(fileContent(session, path), { method: "PUT", bytes }),
  makeDirectory: (session: string, path: string) => json<void>(`/api/sessions/${id(session)}/files/directory`, { method: "POST", body: { path } }),
  renameFile: (session: string, from: string, to: string) =>
    json<void>(`/api/sessions/${id(session)}/files/rename`, { method: "POST", body: { from, to } }),
  removeFile: (session: string, path: string) => json<void>(`/api/sessions/${id(session)}/files?path=${id(path)}`, { method: "DELETE" }),

  /** A reader is there to answer what a block asks. */
  execute: (session: string, body: { block: string; content_hash: string }) =>
    json<Execution>(`/api/sessions/${id(session)}/executions`, { method: "POST", body: { ...body, interactive: true }, headers: once() }),
  /** Blocks in the order that the server decides. A reader is there to answer what they ask. */
  walk: (session: string, body: Omit<NewWalk, "interactive">) =>
    json<BegunWalk>(`/api/sessions/${id(session)}/walks`, { method: "POST", body: { ...body, interactive: true }, headers: once() }),
  stopWalks: (session: string) => json<void>(`/api/sessions/${id(session)}/walks`, { method: "DELETE" }),
  staleBlocks: (runbook: string, signal?: AbortSignal) => json<{ items: StaleBlock[] }>(`/api/runbooks/${id(runbook)}/stale`, { signal }),
  filledInputs: (runbook: string, signal?: AbortSignal) => json<FilledInputs>(`/api/runbooks/${id(runbook)}/inputs`, { signal }),
  fillInputs: (runbook: string, body: InputsChange) => json<FilledInputs>(`/api/runbooks/${id(runbook)}/inputs`, { method: "PUT", body }),
  writeInput: (execution: string, body: { data: string; end: boolean }) =>
    json<void>(`/api/executions/${id(execution)}/stdin`, { method: "POST", body }),
  latestExecutions: (runbook: string, signal?: AbortSignal) =>
    json<{ items: Execution[] }>(`/api/runbooks/${id(runbook)}/executions`, { signal }),
  execution: (execution: string, signal?: AbortSignal) => json<Execution>(`/api/executions/${id(execution)}`, { signal }),
  cancelExecution: (execution: string) => json<Execution>(`/api/executions/${id(execution)}/cancel`, { method: "POST" }),
  executionEvents: (execution: string, from: number, signal: AbortSignal) =>
    send(`/api/executions/${id(execution)}/events?from=${from}`, { signal, headers: { accept: "application/x-ndjson" } }),

  codeOffer: (signal?: AbortSignal) => json<CodeOffer>("/api/code/offer", { signal }),
  runCode: (body: CodeRun, signal: AbortSignal) => stream("/api/code/run", body, signal),

  functions: functionPage,
  functionInfo: (name: string, signal?: AbortSignal) => json<FunctionInfo>(`/api/function/${id(name)}/info`, { signal }),
  createFunction: (body: NewFunction, signal: AbortSignal) => stream("/api/function", body, signal, once()),
  saveFunction: (name: string, body: NewVersion, signal: AbortSignal) => stream(`/api/function/${id(name)}`, body, signal, once()),
  deleteFunction: (name: string) => json<void>(`/api/function/${id(name)}`, { method: "DELETE" }),
  callFunction: (name: string, input: unknown, signal: AbortSignal) => stream(`/api/function/${id(name)}/run/stream`, { input }, signal),
  functionVersions: (name: string, cursor: string | null, signal?: AbortSignal) =>
    json<FunctionVersionPage>(`/api/function/${id(name)}/versions?${pageOf(cursor)}`, { signal }),
  functionVersion: (name: string, version: string, signal?: AbortSignal) =>
    json<FunctionVersion>(`/api/function/${id(name)}/versions/${id(version)}`, { signal }),
  serveVersion: (name: string, version: string) =>
    json<FunctionInfo>(`/api/function/${id(name)}/rollback`, { method: "POST", body: { version } }),
  invocations: (name: string, cursor: string | null, signal?: AbortSignal) =>
    json<InvocationPage>(`/api/function/${id(name)}/invocations?${pageOf(cursor)}`, { signal }),

  secrets: (signal?: AbortSignal) => json<{ items: Secret[] }>("/api/secrets", { signal }),
  setSecret: (name: string, value: string) => json<void>(`/api/secrets/${id(name)}`, { method: "PUT", body: { value } }),
  deleteSecret: (name: string) => json<void>(`/api/secrets/${id(name)}`, { method: "DELETE" }),

  tokens: (signal?: AbortSignal) => json<{ items: Token[] }>("/api/tokens", { signal }),
  createToken: (body: NewToken) => json<MadeToken>("/api/tokens", { method: "POST", body, headers: once() }),
  revokeToken: (token: string) => json<void>(`/api/tokens/${id(token)}`, { method: "DELETE" }),

  /** `filter` holds what the route takes: status, name, schedule. */
  jobs: (filter: URLSearchParams, cursor: string | null, signal?: AbortSignal) =>
    json<JobPage>(`/api/v1/jobs?${filtered(filter, cursor)}`, { signal }),
  job: (job: string, signal?: AbortSignal) => json<JobDetail>(`/api/v1/jobs/${id(job)}`, { signal }),
  submitJob: (body: NewJob) => json<SubmittedJob>("/api/v1/jobs", { method: "POST", body, headers: once() }),
  cancelJob: (job: string) => json<SubmittedJob>(`/api/v1/jobs/${id(job)}/cancel`, { method: "POST" }),
  retryJob: (job: string) => json<SubmittedJob>(`/api/v1/jobs/${id(job)}/retry`, { method: "POST", headers: once() }),
  deleteJob: (job: string) => json<void>(`/api/v1/jobs/${id(job)}`, { method: "DELETE" }),
  jobEvents: (job: string, from: number, signal: AbortSignal) =>
    send(`/api/v1/jobs/${id(job)}/events?from=${from}`, { signal, headers: { accept: "application/x-ndjson" } }),

  artifacts: (cursor: string | null, signal?: AbortSignal) => json<ArtifactPage>(`/api/v1/artifacts?${pageOf(cursor)}`, { signal }),
  /** A fresh reference: an old one may have expired while the page was open. */
  artifact: (artifact: string, signal?: AbortSignal) => json<Artifact>(`/api/v1/artifacts/${id(artifact)}`, { signal }),
  /** A reference that counts for so many seconds. */
  signArtifact: (artifact: string, seconds: number) => json<Artifact>(`/api/v1/artifacts/${id(artifact)}?expires_in=${seconds}`),
  deleteArtifact: (artifact: string) => json<void>(`/api/v1/artifacts/${id(artifact)}`, { method: "DELETE" }),
  beginUpload: (body: { name: string; size: number }, signal?: AbortSignal) =>
    json<Upload>("/api/v1/uploads", { method: "POST", body, signal, headers: once() }),
  upload: (upload: string, signal?: AbortSignal) => json<Upload>(`/api/v1/uploads/${id(upload)}`, { signal }),
  /** The next bytes of an upload, of which `offset` have arrived. */
  sendPart: (upload: string, offset: number, bytes: Blob, signal?: AbortSignal) =>
    json<Upload>(`/api/v1/uploads/${id(upload)}?offset=${offset}`, { method: "PUT", bytes, signal }),
  abandonUpload: (upload: string) => json<void>(`/api/v1/uploads/${id(upload)}`, { method: "DELETE" }),
  /** The first `bytes` of it. */
  artifactHead: (reference: string, bytes: number, signal?: AbortSignal) =>
    send(artifactContent(reference), { signal, headers: { accept: "*/*", range: `bytes=0-${bytes - 1}` } }),

  schedules: (cursor: string | null, signal?: AbortSignal) => json<SchedulePage>(`/api/v1/schedules?${pageOf(cursor)}`, { signal }),
  schedule: (schedule: string, signal?: AbortSignal) => json<Schedule>(`/api/v1/schedules/${id(schedule)}`, { signal }),
  createSchedule: (body: NewSchedule) => json<Schedule>("/api/v1/schedules", { method: "POST", body, headers: once() }),
  saveSchedule: (schedule: string, body: NewSchedule) => json<Schedule>(`/api/v1/schedules/${id(schedule)}`, { method: "PUT", body }),
  deleteSchedule: (schedule: string) => json<void>(`/api/v1/schedules/${id(schedule)}`, { method: "DELETE" }),

  /** Accounts whose name or address contains a text, for administrators. */
  users: (name: string, signal?: AbortSignal) => json<AccountPage>(`/api/users?limit=8&name=${id(name)}`, { signal }),
  myLimits: (signal?: AbortSignal) => json<JobStanding>("/api/v1/limits", { signal }),
  queue: (signal?: AbortSignal) => json<Queue>("/api/v1/queue", { signal }),
  limits: (subject: string, signal?: AbortSignal) => json<JobStanding>(`/api/v1/limits/${id(subject)}`, { signal }),
  setLimits: (subject: string, body: JobLimits) => json<JobStanding>(`/api/v1/limits/${id(subject)}`, { method: "PUT", body }),
  jobPolicy: (signal?: AbortSignal) => json<JobPolicy>("/api/v1/job-policy", { signal }),
  setJobPolicy: (body: JobPolicy) => json<JobPolicy>("/api/v1/job-policy", { method: "PUT", body }),
  /** `filter` holds what the route takes: actor, action, object. */
  audit: (filter: URLSearchParams, cursor: string | null, signal?: AbortSignal) =>
    json<AuditPage>(`/api/audit?${filtered(filter, cursor)}`, { signal }),
};

/** Where a browser downloads a file of a session, and sends one. */
export function fileContent(session: string, path: string): string {
  return `/api/sessions/${id(session)}/files/content?path=${id(path)}`;
}

/** Where a browser downloads a directory of a session, as tar. */
export function fileArchive(session: string, path: string): string {
  return `/api/sessions/${id(session)}/files/archive?path=${id(path)}`;
}

/** In whose sandbox a terminal is: what its routes begin with. */
export type TerminalPlace = `/api/${"sessions" | "agents"}/${string}`;

export const inSession = (session: string): TerminalPlace => `/api/sessions/${id(session)}`;
export const inAgentSession = (session: string): TerminalPlace => `/api/agents/${id(session)}`;

/** Where a terminal is typed into; a new one without an `id`. */
export function terminalSocket(place: TerminalPlace, query: { id: number | null; rows: number; columns: number }): string {
  const url = new URL(`${place}/terminal`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (query.id !== null) url.searchParams.set("id", String(query.id));
  url.searchParams.set("rows", String(query.rows));
  url.searchParams.set("columns", String(query.columns));
  return url.href;
}

/** Where a browser reads or downloads an artifact. */
export function artifactContent(reference: string): string {
  return `/api/v1/artifacts/content/${id(reference)}`;
}

/** What an execution wrote, byte for byte, as a download. */
export function executionLog(execution: string): string {
  return `/api/executions/${id(execution)}/log`;
}

/** The audit log as JSON Lines, as a download. */
export const auditExport = "/api/audit/export";

/** A file that the browser keeps. */
export const exportUrl = (runbook: string, format: "md" | "ipynb" | "html", outputs: boolean) =>
  `/api/runbooks/${id(runbook)}/export?format=${format}&outputs=${outputs}`;
