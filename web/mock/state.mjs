/** What the stand-in remembers, and how it makes ids. Gone when it stops. */
import { createHash, randomBytes } from "node:crypto";
import { parseBlocks } from "./document.mjs";
import { welcome } from "./welcome.mjs";

/** @import { Runbook, RunbookSummary, Session, User, Execution, ExecutionEvent } from "../src/api/schema.ts" */

/**
 * @typedef {User & { password: string }} StoredUser
 * @typedef {{ id: string, owner: string, title: string, content: string, revision: number, created_at: string, updated_at: string }} StoredRunbook
 * @typedef {{ record: Execution, owner: string, events: ExecutionEvent[], wake: Set<() => void>, cancel: (() => void) | null }} StoredExecution
 */

/** @type {Map<string, StoredUser>} */
export const users = new Map();
/** @type {Map<string, string>} token to user id */
export const tokens = new Map();
/** @type {Map<string, StoredRunbook>} */
export const runbooks = new Map();
/** @type {Map<string, { session: Session, wake: Set<() => void> }>} */
export const sessions = new Map();
/** @type {Map<string, StoredExecution>} */
export const executions = new Map();

/** @param {string} kind */
export const newId = (kind) => `${kind}_${randomBytes(8).toString("hex")}`;
export const now = () => new Date().toISOString();
/** @param {string} text */
export const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 32);

/**
 * @param {string} owner
 * @param {string} title
 * @param {string} content
 */
export function addRunbook(owner, title, content) {
  const at = now();
  /** @type {StoredRunbook} */
  const runbook = { id: newId("rb"), owner, title, content, revision: 1, created_at: at, updated_at: at };
  runbooks.set(runbook.id, runbook);
  return runbook;
}

/** @param {string} owner */
export function seed(owner) {
  for (const { title, content } of welcome) addRunbook(owner, title, content);
}

/**
 * @param {string} user
 * @param {string} runbook
 */
export function openSession(user, runbook) {
  for (const { session } of sessions.values()) {
    const open = session.status === "STARTING" || session.status === "ACTIVE" || session.status === "ENDING";
    if (session.user_id === user && session.runbook_id === runbook && open) return session;
  }
  return null;
}

/**
 * @param {StoredRunbook} stored
 * @returns {RunbookSummary}
 */
export function summary({ owner, content: _content, ...rest }) {
  return { ...rest, session: openSession(owner, rest.id) };
}

/**
 * @param {StoredRunbook} stored
 * @returns {Runbook}
 */
export function full(stored) {
  return { ...summary(stored), content: stored.content, ...parseBlocks(stored.content), inputs: [], editable: true, drifted: false };
}

/**
 * @param {string} id
 * @param {Partial<Session>} change
 */
export function changeSession(id, change) {
  const entry = sessions.get(id);
  if (!entry) return null;
  Object.assign(entry.session, change, { last_activity_at: now() });
  for (const wake of entry.wake) wake();
  return entry.session;
}
