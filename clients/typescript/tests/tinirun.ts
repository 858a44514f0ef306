/**
 * A program as it is written with tinirun's client for Node: openapi-fetch below `/api`, and the key in
 * `X-Runner-Api-Key`. The types say in our own words what its OpenAPI document says; the compiler holds
 * the hub's types against them, and the program holds the hub's answers.
 */
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components } from "../src/schema.js";

type Language = "bash" | "go" | "javascript" | "python" | "rust" | "typescript";
interface Limits {
  timeout?: number;
  mem_limit_mb?: number;
  cpu_limit?: number;
}
interface CodeRunnerInput extends Limits {
  code: string;
  lang: Language;
  dependencies?: string[] | null;
  files?: { path: string; content: string }[] | null;
}
interface CreateFunctionInput {
  name: string;
  language: Language;
}
interface UpdateFunctionInput {
  code: string;
  description?: string | null;
  dependencies?: string[] | null;
}
interface RunFunctionInput extends Limits {
  input: string;
}
interface Output {
  stdout: string;
  stderr: string;
  exit_code?: number | null;
  timeout: boolean;
}
type Failure = { error: string; message: string };
type Chunk =
  | { event: "info" | "debug" | "stdout" | "stderr"; data: string }
  | { event: "error"; data: Failure }
  | { event: "result"; data: Output };
type Status =
  | { type: "not_built" | "building" }
  | ({ type: "error" } & Failure)
  | { type: "ready"; tag: string; id: string };
interface FunctionInfo {
  lang: Language;
  description?: string | null;
  status: Status;
  created_at: string;
  updated_at: string;
  version: string;
}
interface FunctionDetail extends FunctionInfo {
  code: string;
  dependencies?: string | null;
}
interface FunctionItem {
  name: string;
  info: FunctionInfo;
}

// What it sends is something that the hub takes, and what the hub answers is something that it knows.
type Fits<Given extends Known, Known> = Given;
type Ours = components["schemas"];
export type Requests = [
  Fits<CodeRunnerInput, Ours["CodeRun"]>,
  Fits<CreateFunctionInput, Omit<Ours["CreateFunctionInput"], "secrets" | "network">>,
  Fits<UpdateFunctionInput, Omit<Ours["UpdateFunctionInput"], "secrets" | "network">>,
  Fits<RunFunctionInput, Ours["RunFunctionInput"]>,
];
// Its result repeats the output wherever a caller collects it.
type Collected = Ours["Summary"] & { stdout: string; stderr: string };
export type Answers = [
  Fits<Ours["FunctionInfo"], FunctionInfo>,
  Fits<Ours["FunctionDetail"], FunctionDetail>,
  Fits<Ours["FunctionItem"][], FunctionItem[]>,
  Fits<Collected, Output>,
  Fits<Ours["Failure"], Failure>,
];

interface Operation<Body, Media extends string, Answer, Path = never> {
  parameters: [Path] extends [never] ? Record<never, never> : { path: Path };
  requestBody: { content: { "application/json": Body } };
  responses: { 200: { headers: Record<string, unknown>; content: Record<Media, Answer> } };
}
interface Reading<Answer, Path = never> {
  parameters: [Path] extends [never] ? Record<never, never> : { path: Path };
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } };
}
type Stream = "application/jsonl" | "text/event-stream";
type Name = { name: string };
interface Paths {
  "/code/run": { post: Operation<CodeRunnerInput, Stream, Chunk> };
  "/function": { get: Reading<FunctionItem[]>; post: Operation<CreateFunctionInput, Stream, Chunk> };
  "/function/{name}/info": { get: Reading<FunctionInfo, Name> };
  "/function/{name}/detail": { get: Reading<FunctionDetail, Name> };
  "/function/{name}": { post: Operation<UpdateFunctionInput, Stream, Chunk, Name> };
  "/function/{name}/run": { post: Operation<RunFunctionInput, "application/json", Output, Name> };
  "/function/{name}/run/stream": { post: Operation<RunFunctionInput, Stream, Chunk, Name> };
}

const client = createClient<Paths>({
  baseUrl: `${process.env.RUNBOOK_URL}/api`,
  headers: { "X-Runner-Api-Key": process.env.RUNBOOK_TOKEN ?? "" },
});

async function chunks(answer: Promise<{ response: Response; data?: unknown }>): Promise<Chunk[]> {
  const { response, data } = await answer;
  assert.equal(response.status, 200);
  const text = await new Response(data as ReadableStream).text();
  const payloads =
    response.headers.get("content-type") === "text/event-stream"
      ? text.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6))
      : text.split("\n").filter((line) => line !== "");
  const all = payloads.map((line) => JSON.parse(line) as Chunk);
  const ends = all.filter((it) => it.event === "result" || it.event === "error");
  assert.deepEqual(ends, all.slice(-1), "one chunk ends the stream");
  return all;
}

function ending(all: Chunk[]): Output {
  const last = all.at(-1);
  assert(last?.event === "result", JSON.stringify(all));
  return last.data;
}

const file = { path: "data/in.txt", content: Buffer.from("from a file\n").toString("base64") };
const code = "print('hello')\nprint(open('files/data/in.txt').read(), end='')";
for (const accept of ["application/jsonl", "application/x-ndjson", "text/event-stream"]) {
  const all = await chunks(
    client.POST("/code/run", {
      body: { code, lang: "python", dependencies: [], files: [file], timeout: 60, mem_limit_mb: 256, cpu_limit: 0.5 },
      headers: { accept },
      parseAs: "stream",
    }),
  );
  const said = all.map((it) => (it.event === "stdout" ? it.data : "")).join("");
  assert.equal(said, "hello\nfrom a file\n");
  const { stdout, stderr, exit_code, timeout } = ending(all);
  assert.deepEqual({ stdout, stderr, exit_code, timeout }, { stdout: said, stderr: "", exit_code: 0, timeout: false });
}

const made = client.POST("/function", { body: { name: "greet", language: "python" }, parseAs: "stream" });
assert.equal((await chunks(made)).some((it) => it.event === "error"), false);
const path = { name: "greet" };
const update = {
  code: "def run(input):\n    print('called')\n    return input.upper()\n",
  description: "shouts",
  dependencies: [],
};
const updated = client.POST("/function/{name}", { params: { path }, body: update, parseAs: "stream" });
assert.equal((await chunks(updated)).some((it) => it.event === "error"), false);

const { data: info } = await client.GET("/function/{name}/info", { params: { path } });
assert(info?.status.type === "ready" && info.lang === "python", JSON.stringify(info));
assert.deepEqual([info.version, info.description], ["1", "shouts"]);
assert(Date.parse(info.created_at) <= Date.parse(info.updated_at));
const { data: detail } = await client.GET("/function/{name}/detail", { params: { path } });
assert.equal(detail?.code, update.code);
const { data: list } = await client.GET("/function");
assert.deepEqual(list?.map((it) => it.name), ["greet"]);

const body = { input: "quiet", timeout: 30, mem_limit_mb: 256, cpu_limit: 1 };
const { data: output } = await client.POST("/function/{name}/run", { params: { path }, body });
assert.deepEqual([output?.exit_code, output?.timeout, output?.stderr], [0, false, ""]);
assert.match(output?.stdout ?? "", /called/);
const streamed = client.POST("/function/{name}/run/stream", { params: { path }, body, parseAs: "stream" });
assert.equal(ending(await chunks(streamed)).exit_code, 0);
console.log("as tinirun");
