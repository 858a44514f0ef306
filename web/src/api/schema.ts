/**
 * The wire shapes of the server, written by hand until `npm run generate` has the server's OpenAPI
 * document to read. This is the only file to swap: everything else imports these names.
 */

export interface Config {
  mode: "hub" | "local";
  sign_up: boolean;
  version: string;
}

export interface User {
  id: string;
  email: string;
  username: string;
}

export interface Credentials {
  token: string;
  user: User;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type RuntimeName = "python" | "node" | "bash" | "golang" | "typescript" | "rust";

export interface Runtime {
  name: RuntimeName;
  available: boolean;
  version: string | null;
  message: string | null;
}

export type SessionStatus =
  | "STARTING"
  | "ACTIVE"
  | "ENDING"
  | "TERMINATED"
  | "EXPIRED"
  | "SHUTDOWN"
  | "LOST"
  | "FAILED";

export interface Session {
  id: string;
  user_id: string;
  runbook_id: string;
  status: SessionStatus;
  message: string | null;
  queue_position: number | null;
  created_at: string;
  last_activity_at: string;
  expires_at: string | null;
  isolation: string;
}

export interface RunbookSummary {
  id: string;
  title: string;
  revision: number;
  created_at: string;
  updated_at: string;
  session: Session | null;
}

export interface Block {
  id: string;
  kind: "code" | "file";
  runnable: boolean;
  index: number | null;
  name: string | null;
  language: string | null;
  runtime: string | null;
  path: string | null;
  /** 1-based line of the opening fence. */
  line: number;
  end_line: number;
  code: string;
  content_hash: string;
  timeout_ms: number | null;
}

export interface Diagnostic {
  severity: "error" | "warning";
  code: string;
  message: string;
  line: number;
  column: number;
}

export interface Runbook extends RunbookSummary {
  content: string;
  blocks: Block[];
  diagnostics: Diagnostic[];
  front_matter_lines: number;
  editable: boolean;
  drifted: boolean;
}

export type ExecutionPhase = "queued" | "running" | "stopping" | "finished";
export type Outcome = "exited" | "killed" | "timed_out" | "out_of_memory" | "cancelled" | "lost";

export interface Execution {
  id: string;
  session_id: string | null;
  runbook_id: string | null;
  block: string | null;
  content_hash: string;
  runtime: string;
  state: ExecutionPhase;
  outcome: Outcome | null;
  exit_code: number | null;
  signal: number | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  duration_ms: number | null;
  truncated: boolean;
}

export interface ExecutionResult {
  exit_code: number | null;
  outcome: Outcome;
  timeout: boolean;
  duration_ms: number;
  cpu_ms?: number | null;
  peak_memory_bytes?: number | null;
  signal?: number | null;
  truncated: boolean;
}

/** A MIME bundle as in Jupyter: type to text, or to base64 for binary types. */
export type DisplayBundle = Record<string, unknown>;

interface EventBase {
  seq: number;
  at: string;
}

export type ExecutionEvent = EventBase &
  (
    | { event: "info"; data: string }
    | { event: "stdout" | "stderr"; data: string; encoding?: "base64" }
    | { event: "display"; data: DisplayBundle }
    | { event: "truncated"; data: { limit_bytes: number } }
    | { event: "result"; data: ExecutionResult }
    | { event: "error"; data: { error: string; message: string } }
  );

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code?: string;
}
