/** A hub with agents: an agent that plays a playbook, a provider that says the same to everybody, a code host with git. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const agent = fileURLToPath(new URL("../../crates/orchestrator/tests/agents/agent.py", import.meta.url));

export interface Scene {
  /** A regex that is looked for in the prompt. */
  when: string;
  do: object[];
}

export interface AgentHub {
  url: string;
  /** Where the repository is, and the token that opens it. */
  repository: string;
  token: string;
  /** Where the hub keeps what it has. */
  data: string;
  pullRequests: () => Promise<{ number: number; title: string; state: string; draft: boolean; head: string; branch: string }[]>;
  /** A file of a branch at the code host. */
  file: (branch: string, path: string) => string;
}

/** Why there can be none here, or null. */
export function lacking(): string | null {
  const binary = process.env.RUNBOOK_BIN;
  if (!binary) return "no binary of its own is started";
  if (!existsSync(fakeForge(binary))) return "the fake code host was not built";
  return placeOfAgents() === null ? "no directory that sandboxes may be shown can be written" : null;
}

/** Where a program can be that sandboxes are shown; what is theirs or the system's they are not. */
function placeOfAgents(): string | null {
  const candidates = [join(homedir(), ".cache"), "/opt", "/srv"].filter((it) => !/^\/(boot|dev|etc|proc|run|sys|tmp|var)\//.test(it));
  for (const candidate of candidates) {
    try {
      return directory(candidate, "runbook-agents");
    } catch {
      continue;
    }
  }
  return null;
}

const fakeForge = (binary: string) => join(dirname(binary), "fake-forge");

export async function whileHubHasAgents(playbook: Scene[], during: (hub: AgentHub) => Promise<void>): Promise<void> {
  const binary = process.env.RUNBOOK_BIN ?? "";
  const data = mkdtempSync(join(tmpdir(), "runbook-agents-"));
  // Sandboxes show nothing of /tmp, where the agent would otherwise be.
  const shown = mkdtempSync(join(placeOfAgents() ?? data, "agent-"));
  // The user of a sandbox is another one.
  chmodSync(shown, 0o755);
  const program = join(shown, "claude");
  copyFileSync(agent, program);
  chmodSync(program, 0o755);
  writeFileSync(join(shown, "playbook.json"), JSON.stringify(playbook));
  const provider = await provide();
  const git = join(data, "git");
  const forge = spawn(fakeForge(binary), [directory(git)], { stdio: ["ignore", "pipe", "inherit"] });
  const hub = { process: null as ChildProcess | null };
  try {
    const host = await addressOf(forge);
    const { token, app, pem } = (await (await fetch(`${host}/_control/credentials`)).json()) as { token: string; app: number; pem: string };
    const key = join(data, "app.pem");
    writeFileSync(key, pem, { mode: 0o600 });
    const name = "ada/greetings";
    await fetch(`${host}/_control/repositories`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name }) });
    const kept = join(data, "hub");
    const agents = ["--agent", `claude:${program}`, "--model-endpoint", provider.url, "--model", "claude-sonnet-4-5"];
    const ofApp = ["--github-app", String(app), "--github-app-key", key, "--github-app-api", `${host}/api/v3`];
    const args = ["hub", "--listen", "127.0.0.1:0", "--data", kept, ...agents, ...ofApp];
    hub.process = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ANTHROPIC_API_KEY: "key-of-the-provider" } });
    const url = await addressOf(hub.process);
    await during({
      url,
      repository: `${host}/${name}.git`,
      token,
      data: kept,
      pullRequests: async () => (await (await fetch(`${host}/_control/${name}/pull_requests`)).json()) as never,
      file: (branch, path) => execFileSync("git", ["-C", join(git, `${name}.git`), "show", `${branch}:${path}`], { encoding: "utf8" }),
    });
  } finally {
    await ended(hub.process);
    await ended(forge);
    provider.server.close();
    for (const it of [data, shown]) rmSync(it, { recursive: true, force: true });
  }
}

function directory(...parts: string[]): string {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

/** What it was started for may still be under way; it ends all the same. */
async function ended(program: ChildProcess | null): Promise<void> {
  if (program === null || program.exitCode !== null) return;
  const exit = new Promise((resolve) => program.once("exit", resolve));
  if (program.kill("SIGTERM")) await exit;
}

function addressOf(program: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (line: string) => {
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (address) resolve(address);
    };
    if (program.stdout) createInterface({ input: program.stdout }).on("line", look);
    program.once("error", reject);
    program.once("exit", (code) => reject(new Error(`it ended with ${code} before it said its address`)));
  });
}

/** Pieces of a text that is streamed, and the milliseconds between them: as fast as models write. */
export const pieces = 300;
const paceMs = 10;

/** Says the time as `t1795364814123`, in milliseconds, again and again. */
async function stream(response: ServerResponse, answer: object): Promise<void> {
  const say = (event: { type: string; [field: string]: unknown }) => response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const message = { ...answer, content: [], stop_reason: null };
  say({ type: "message_start", message });
  say({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
  for (let count = 0; count < pieces; count += 1) {
    say({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: `t${Date.now()} ` } });
    await sleep(paceMs);
  }
  say({ type: "content_block_stop", index: 0 });
  say({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: pieces } });
  say({ type: "message_stop" });
  response.end();
}

function provide(): Promise<{ server: Server; url: string }> {
  const answer = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5",
    content: [{ type: "text", text: "Bonjour is French." }],
    stop_reason: "end_turn",
    usage: { input_tokens: 1000, output_tokens: 100 },
  };
  const server = createServer((request, response) => {
    const known = request.headers["x-api-key"] === "key-of-the-provider";
    let asked = "";
    request.on("data", (piece: Buffer) => (asked += piece.toString()));
    request.once("end", () => {
      if (known && asked.includes('"stream": true')) return void stream(response, answer);
      response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify(known ? answer : { type: "error", error: { type: "authentication_error", message: "no" } }));
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve({ server, url: `http://127.0.0.1:${address.port}` });
    });
  });
}
