/** The routes of the hub that the UI uses, with its shapes and its refusals. */
import { cancel, start } from "./run.mjs";
import {
  addRunbook,
  changeSession,
  executions,
  full,
  newId,
  now,
  openSession,
  runbooks,
  seed,
  sessions,
  summary,
  tokens,
  users,
} from "./state.mjs";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 * @import { StoredExecution, StoredRunbook, StoredUser } from "./state.mjs"
 * @typedef {{ request: IncomingMessage, response: ServerResponse, url: URL, user: StoredUser, params: string[], body: any }} Call
 */

class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} detail
   */
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

const missing = () => new Refusal(404, "not_found", "This does not exist, or it is not yours to see.");
/** The mock keeps nothing beside a runbook. */
const shelf = { folder: null, starred: false, opened_at: null, tags: [], last_execution: null };
/** Sessions are kept this long without activity, in milliseconds. */
const idleMs = 30 * 60_000;

/** @type {[string, RegExp, (call: Call) => unknown][]} */
const open = [
  ["GET", /^\/api\/config$/, () => ({ mode: "hub", sign_up: true, version: "0.1.0-mock", keep_runs: 1000, keep_runs_seconds: null })],
  ["POST", /^\/api\/auth\/sign-up$/, signUp],
  ["POST", /^\/api\/auth\/sign-in$/, signIn],
];

/** @type {[string, RegExp, (call: Call) => unknown][]} */
const closed = [
  ["POST", /^\/api\/auth\/sign-out$/, ({ request, response }) => {
    tokens.delete(tokenOf(request));
    response.writeHead(204).end();
  }],
  ["GET", /^\/api\/auth\/me$/, ({ user }) => person(user)],
  ["GET", /^\/api\/runtimes$/, () => ({ items: ["python", "node", "bash", "golang", "typescript", "rust"].map((name) => ({ name, available: true, version: null, message: null })) })],
  ["GET", /^\/api\/runbooks$/, ({ user }) => ({ items: mine(user).map((it) => ({ ...summary(it), ...shelf })), next_cursor: null })],
  ["GET", /^\/api\/(?:folders|tags)$/, () => ({ items: [] })],
  ["GET", /^\/api\/(?:trash|search)$/, () => ({ items: [], next_cursor: null, indexing: false })],
  ["POST", /^\/api\/runbooks\/[^/]+\/visits$/, ({ response }) => void response.writeHead(204).end()],
  ["POST", /^\/api\/runbooks$/, ({ user, body, response }) => reply(response, 201, full(addRunbook(user.id, body.title, body.content)))],
  ["GET", /^\/api\/runbooks\/([^/]+)$/, (call) => full(runbookOf(call))],
  ["PUT", /^\/api\/runbooks\/([^/]+)$/, save],
  ["DELETE", /^\/api\/runbooks\/([^/]+)$/, (call) => {
    runbooks.delete(runbookOf(call).id);
    call.response.writeHead(204).end();
  }],
  ["GET", /^\/api\/runbooks\/([^/]+)\/executions$/, (call) => ({ items: latest(runbookOf(call).id, call.user.id) })],
  ["POST", /^\/api\/sessions\/connect\/[^/]+\/([^/]+)$/, connect],
  ["DELETE", /^\/api\/sessions\/end\/([^/]+)$/, end],
  ["GET", /^\/api\/sessions\/([^/]+)$/, (call) => sessionOf(call).session],
  ["GET", /^\/api\/sessions\/([^/]+)\/updates$/, updates],
  ["POST", /^\/api\/sessions\/([^/]+)\/walks$/, walk],
  ["DELETE", /^\/api\/sessions\/([^/]+)\/walks$/, () => null],
  ["GET", /^\/api\/runbooks\/([^/]+)\/stale$/, () => ({ items: [] })],
  ["GET", /^\/api\/executions\/([^/]+)$/, (call) => executionOf(call).record],
  ["POST", /^\/api\/executions\/([^/]+)\/cancel$/, (call) => {
    const stored = executionOf(call);
    cancel(stored);
    reply(call.response, 202, stored.record);
  }],
  ["GET", /^\/api\/executions\/([^/]+)\/events$/, events],
];

/**
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {URL} url
 */
export async function handle(request, response, url) {
  try {
    const user = users.get(tokens.get(tokenOf(request)) ?? "");
    const match = find(open, request, url) ?? find(closed, request, url);
    if (!match) throw missing();
    if (!user && !match.open) throw new Refusal(401, "unauthenticated", "You are signed out. Sign in and try again.");
    const body = await bodyOf(request);
    const value = match.handler({ request, response, url, user: /** @type {StoredUser} */ (user), params: match.params, body });
    if (!response.headersSent && value !== undefined) reply(response, 200, value);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(500, "internal", String(error));
    const problem = { type: "about:blank", title: refusal.code, status: refusal.status, detail: refusal.message, code: refusal.code };
    response.writeHead(refusal.status, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
  }
}

/**
 * @param {[string, RegExp, (call: Call) => unknown][]} routes
 * @param {IncomingMessage} request
 * @param {URL} url
 */
function find(routes, request, url) {
  for (const [method, path, handler] of routes) {
    const found = method === request.method ? path.exec(url.pathname) : null;
    if (found) return { handler, params: found.slice(1).map(decodeURIComponent), open: routes === open };
  }
  return null;
}

/** @param {Call} call */
function signUp({ response, body }) {
  for (const user of users.values()) {
    if (user.email === body.email) throw new Refusal(409, "email_taken", "There is already an account with this email. Sign in instead.");
    if (user.username === body.username) throw new Refusal(409, "username_taken", "This username is taken. Choose another.");
  }
  const user = { id: newId("user"), ...body };
  users.set(user.id, user);
  seed(user.id);
  enter(response, 201, user);
}

/** @param {Call} call */
function signIn({ response, body }) {
  for (const user of users.values()) {
    const known = user.email === body.email || user.username === body.email;
    if (known && user.password === body.password) return enter(response, 200, user);
  }
  throw new Refusal(401, "wrong_credentials", "The email or the password is not right.");
}

/**
 * @param {ServerResponse} response
 * @param {number} status
 * @param {StoredUser} user
 */
function enter(response, status, user) {
  const token = newId("token");
  tokens.set(token, user.id);
  response.setHeader("set-cookie", `runbook=${token}; HttpOnly; SameSite=Lax; Path=/`);
  reply(response, status, { token, user: person(user) });
}

/** @param {Call} call */
function save(call) {
  const stored = runbookOf(call);
  if (call.body.revision !== stored.revision) {
    throw new Refusal(409, "revision_conflict", "Someone saved a newer version of this runbook.");
  }
  const { title = stored.title, content = stored.content } = call.body;
  Object.assign(stored, { title, content, revision: stored.revision + 1, updated_at: now() });
  return full(stored);
}

/** @param {Call} call */
function connect(call) {
  const runbook = runbookOf(call);
  const existing = openSession(call.user.id, runbook.id);
  if (existing) return existing;
  const at = now();
  /** @type {import("../src/api/schema.ts").Session} */
  const session = {
    id: newId("sess"),
    user_id: call.user.id,
    runbook_id: runbook.id,
    status: "STARTING",
    message: null,
    // A title with "queue" in it shows what waiting looks like.
    queue_position: /queue/i.test(runbook.title) ? 2 : null,
    created_at: at,
    last_activity_at: at,
    expires_at: null,
    ready_ms: null,
    paused: false,
    isolation: { backend: "mock", holds: [], missing: ["this is the mock: nothing isolates it"] },
    executions: 0,
    latest: null,
    walk: null,
  };
  sessions.set(session.id, { session, wake: new Set() });
  const active = () => changeSession(session.id, { status: "ACTIVE", queue_position: null, expires_at: new Date(Date.now() + idleMs).toISOString() });
  if (session.queue_position === null) setTimeout(active, 250);
  else setTimeout(() => { changeSession(session.id, { queue_position: 1 }); setTimeout(active, 4000); }, 4000);
  reply(call.response, 201, session);
}

/** @param {Call} call */
function end(call) {
  const { session } = sessionOf(call);
  for (const stored of executions.values()) if (stored.record.session_id === session.id) cancel(stored);
  return changeSession(session.id, { status: "TERMINATED", expires_at: null, queue_position: null });
}

/** @param {Call} call */
function updates(call) {
  const entry = sessionOf(call);
  const { response } = call;
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  const tell = () => {
    response.write(JSON.stringify(entry.session) + "\n");
    if (!["STARTING", "ACTIVE", "ENDING"].includes(entry.session.status)) response.end();
  };
  entry.wake.add(tell);
  response.on("close", () => entry.wake.delete(tell));
  tell();
}

/**
 * The mock has no order of blocks: a walk is the one that was named, or the first.
 * @param {Call} call
 */
function walk(call) {
  const { session } = sessionOf(call);
  if (session.status !== "ACTIVE") throw new Refusal(409, "session_ended", "This session has ended. Connect again.");
  const runbook = /** @type {StoredRunbook} */ (runbooks.get(session.runbook_id));
  const { blocks } = full(runbook);
  const named = call.body.block ?? blocks.find((it) => it.runnable)?.id;
  const block = blocks.find((it) => it.id === named);
  if (!block || (call.body.content_hash ?? block.content_hash) !== block.content_hash) {
    throw new Refusal(409, "block_changed", "This block was edited meanwhile. The page now shows the new version: run it again.");
  }
  const running = [...executions.values()].find(({ record: it }) => it.session_id === session.id && it.block === block.id && it.state !== "finished");
  const files = blocks.filter((it) => it.kind === "file");
  const execution = running?.record ?? start(call.user.id, session.id, runbook.id, block, files);
  changeSession(session.id, {
    expires_at: new Date(Date.now() + idleMs).toISOString(),
    executions: session.executions + (running ? 0 : 1),
    latest: execution,
  });
  const state = { number: 1, state: "running", done: 0, total: 1, block: block.id, not_run: [] };
  reply(call.response, 201, { walk: state, blocks: [block.id], execution, under_way: running !== undefined });
}

/** @param {Call} call */
function events(call) {
  const stored = executionOf(call);
  const { response } = call;
  let next = Math.max(1, Number(call.url.searchParams.get("from") ?? 1)) - 1;
  response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  const tell = () => {
    for (; next < stored.events.length; next += 1) {
      response.write(JSON.stringify(stored.events[next]) + "\n");
      if (stored.events[next]?.event === "result") response.end();
    }
  };
  stored.wake.add(tell);
  response.on("close", () => stored.wake.delete(tell));
  tell();
}

/**
 * @param {string} runbook
 * @param {string} owner
 */
function latest(runbook, owner) {
  /** @type {Map<string | null, StoredExecution["record"]>} */
  const byBlock = new Map();
  for (const { record, owner: whose } of executions.values()) {
    if (record.runbook_id === runbook && whose === owner) byBlock.set(record.block, record);
  }
  return [...byBlock.values()];
}

/** @param {StoredUser} user */
function mine(user) {
  return [...runbooks.values()].filter((it) => it.owner === user.id).toSorted((a, b) => b.updated_at.localeCompare(a.updated_at));
}

/** @param {Call} call */
function runbookOf({ params, user }) {
  const found = runbooks.get(params[0] ?? "");
  if (!found || found.owner !== user.id) throw missing();
  return found;
}

/** @param {Call} call */
function sessionOf({ params, user }) {
  const found = sessions.get(params[0] ?? "");
  if (!found || found.session.user_id !== user.id) throw missing();
  return found;
}

/** @param {Call} call */
function executionOf({ params, user }) {
  const found = executions.get(params[0] ?? "");
  if (!found || found.owner !== user.id) throw missing();
  return found;
}

/** @param {StoredUser} user */
function person({ id, email, username }) {
  return { id, email, username };
}

/** @param {IncomingMessage} request */
function tokenOf(request) {
  return /runbook=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
}

/**
 * @param {ServerResponse} response
 * @param {number} status
 * @param {unknown} value
 */
function reply(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** @param {IncomingMessage} request */
async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}
