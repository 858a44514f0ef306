/** Which field of the playground a refusal of the server is about, so that it is told there. */
import type { ApiError } from "@/api/errors.ts";
import type { Field } from "./draft.ts";

/** What the request calls each field. */
const fields: Readonly<Record<string, Field>> = {
  code: "code",
  dependencies: "dependencies",
  files: "files",
  stdin: "stdin",
  args: "args",
  env: "env",
  timeout: "timeout",
  mem_limit_mb: "memory",
  cpu_limit: "cpu",
  output_limit: "output",
  network: "network",
};

/** Null for what concerns no single field. */
export function fieldOf({ field: [name] }: ApiError): Field | null {
  return name === undefined ? null : (fields[name] ?? null);
}
