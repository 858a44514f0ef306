/** Runs a block with this machine's own interpreters and records the events that the hub would send. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { executions, newId, now } from "./state.mjs";

/** @import { Block, Execution, ExecutionResult, Outcome } from "../src/api/schema.ts" */

/** @type {Record<string, [string, ...string[]]>} */
const commands = { python: ["python3", "-u", "-c"], node: ["node", "-e"], bash: ["bash", "-c"] };
/** @type {Map<string, string>} */
const folders = new Map();
/** @type {Map<string, Promise<void>>} */
const lines = new Map();
const outputLimit = 8 * 1024 * 1024;

/**
 * @param {string} owner
 * @param {string} session
 * @param {string} runbook
 * @param {Block} block
 * @param {Block[]} files
 */
export function start(owner, session, runbook, block, files) {
  const line = lines.get(session);
  /** @type {Execution} */
  const execution = {
    id: newId("exec"),
    session_id: session,
    runbook_id: runbook,
    block: block.id,
    content_hash: block.content_hash,
    runtime: block.runtime ?? "bash",
    state: "queued",
    outcome: null,
    exit_code: null,
    signal: null,
    created_at: now(),
    started_at: null,
    finished_at: null,
    duration_ms: null,
    truncated: false,
  };
  /** @type {import("./state.mjs").StoredExecution} */
  const stored = { record: execution, owner, events: [], wake: new Set(), cancel: null };
  executions.set(execution.id, stored);
  lines.set(session, (line ?? Promise.resolve()).then(() => run(stored, block, folderOf(session, files))));
  return execution;
}

/**
 * @param {string} session
 * @param {Block[]} files
 */
function folderOf(session, files) {
  const folder = folders.get(session) ?? mkdtempSync(join(tmpdir(), "runbook-mock-"));
  folders.set(session, folder);
  for (const file of files) {
    const path = join(folder, normalize(`/${file.path}`));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.code + "\n");
  }
  return folder;
}

/**
 * @param {import("./state.mjs").StoredExecution} stored
 * @param {{ event: string, data: unknown }} event
 */
function record(stored, event) {
  const whole = { seq: stored.events.length + 1, at: now(), ...event };
  stored.events.push(/** @type {import("../src/api/schema.ts").ExecutionEvent} */ (whole));
  for (const wake of stored.wake) wake();
}

/**
 * @param {import("./state.mjs").StoredExecution} stored
 * @param {Block} block
 * @param {string} folder
 * @returns {Promise<void>}
 */
function run(stored, block, folder) {
  if (stored.record.state !== "queued") return Promise.resolve();
  return new Promise((resolve) => {
    const [program, ...args] = commands[stored.record.runtime] ?? ["bash", "-c"];
    const began = Date.now();
    Object.assign(stored.record, { state: "running", started_at: now() });
    const child = spawn(program, [...args, block.code], {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH ?? "", HOME: folder, LANG: "C.UTF-8", PYTHONPATH: folder, NODE_PATH: folder, FORCE_COLOR: "1" },
    });
    /** @type {Outcome} */
    let ended = "exited";
    let written = 0;
    let offline = false;
    /** @param {Outcome} why */
    const end = (why) => {
      ended = why;
      try {
        if (child.pid) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It ended by itself in the meantime.
      }
    };
    const timer = setTimeout(() => end("timed_out"), block.timeout_ms ?? 30_000);
    stored.cancel = () => end("cancelled");
    for (const stream of /** @type {const} */ (["stdout", "stderr"])) {
      const decoder = new StringDecoder("utf8");
      child[stream].on("data", (/** @type {Buffer} */ bytes) => {
        const before = written;
        written += bytes.length;
        if (bytes.includes("Could not resolve host")) offline = true;
        if (before <= outputLimit) record(stored, { event: stream, data: decoder.write(bytes) });
        if (before <= outputLimit && written > outputLimit) record(stored, { event: "truncated", data: { limit_bytes: outputLimit } });
      });
    }
    child.on("error", (error) => record(stored, { event: "stderr", data: `${error.message}\n` }));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      /** @type {Outcome} */
      const outcome = ended === "exited" && signal ? "killed" : ended;
      /** @type {ExecutionResult} */
      const result = {
        outcome,
        exit_code: outcome === "exited" ? code : null,
        timeout: outcome === "timed_out",
        duration_ms: Date.now() - began,
        cpu_ms: 0,
        peak_memory_bytes: 0,
        truncated: written > outputLimit,
      };
      const number = { SIGKILL: 9, SIGTERM: 15, SIGSEGV: 11, SIGINT: 2 }[/** @type {"SIGKILL"} */ (signal)];
      if (outcome === "killed" && number) result.signal = number;
      const { exit_code, duration_ms, truncated } = result;
      Object.assign(stored.record, { outcome, exit_code, duration_ms, truncated, state: "finished", finished_at: now(), signal: result.signal ?? null });
      if (offline) record(stored, { event: "info", data: "networking is off in this sandbox; start it with `--network host`" });
      record(stored, { event: "result", data: result });
      resolve();
    });
  });
}

/** @param {import("./state.mjs").StoredExecution} stored */
export function cancel(stored) {
  if (stored.record.state === "queued") {
    Object.assign(stored.record, { state: "finished", outcome: "cancelled", finished_at: now(), duration_ms: 0 });
    record(stored, { event: "result", data: { outcome: "cancelled", exit_code: null, timeout: false, duration_ms: 0, truncated: false } });
  } else if (stored.record.state === "running") {
    stored.record.state = "stopping";
    stored.cancel?.();
  }
}
