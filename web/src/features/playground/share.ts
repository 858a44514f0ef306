/**
 * A program as a link. The whole request stands in the fragment, which browsers keep to themselves: no server
 * sees it. A link comes from anybody, so that what it holds is checked and bounded, and never run by itself.
 */
import type { CodeFile, CodeRun } from "@/api/schema.ts";
import { isLanguage } from "@/features/code/language.ts";

const prefix = "#program=1.";

/** Bytes that a link may unfold to; as much as the server takes of one request. */
const mostBytes = 2_097_152;

export async function fragmentOf(request: CodeRun): Promise<string> {
  const packed = await through(new TextEncoder().encode(JSON.stringify(request)), new CompressionStream("deflate-raw"), Number.POSITIVE_INFINITY);
  let binary = "";
  for (const byte of packed) binary += String.fromCharCode(byte);
  return prefix + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function isShare(fragment: string): boolean {
  return fragment.startsWith(prefix);
}

/** The program in a link. Throws, in words for its reader, where there is none. */
export async function programIn(fragment: string): Promise<CodeRun> {
  let value: unknown;
  try {
    const binary = atob(fragment.slice(prefix.length).replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const bytes = await through(packed, new DecompressionStream("deflate-raw"), mostBytes);
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Error("The link is damaged. Links with a program are long, and some programs cut them: copy it whole.", { cause: error });
  }
  const program = programOf(value);
  if (!program) throw new Error("The link holds no program that this page understands.");
  return program;
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: GenericTransformStream, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream as TransformStream<Uint8Array, Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new RangeError(`The link unfolds to more than ${most.toLocaleString("en")} bytes. It was not opened.`);
    }
    pieces.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Takes the fields it knows, each of its own kind, and nothing else. */
function programOf(value: unknown): CodeRun | null {
  if (!isRecord(value) || typeof value["code"] !== "string" || !isLanguage(value["lang"])) return null;
  const program: CodeRun = { lang: value["lang"], code: value["code"] };
  const { dependencies, files, stdin, args, env, network } = value;
  if (areTexts(dependencies)) program.dependencies = dependencies;
  if (Array.isArray(files) && files.every(isFile)) program.files = files.map(({ path, content }) => ({ path, content }));
  if (typeof stdin === "string") program.stdin = stdin;
  if (areTexts(args)) program.args = args;
  if (isRecord(env) && areTexts(Object.values(env))) program.env = { ...env } as Record<string, string>;
  for (const limit of ["timeout", "mem_limit_mb", "cpu_limit", "output_limit"] as const) {
    const number = value[limit];
    if (typeof number === "number" && Number.isFinite(number)) program[limit] = number;
  }
  if (value["on_output_limit"] === "kill") program.on_output_limit = "kill";
  if (areTexts(network)) program.network = network;
  return program;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((it) => typeof it === "string");
}

function isFile(value: unknown): value is CodeFile {
  if (!isRecord(value) || typeof value["path"] !== "string" || typeof value["content"] !== "string") return false;
  return /^[A-Za-z0-9+/]*={0,2}$/.test(value["content"]) && value["content"].length % 4 === 0;
}
