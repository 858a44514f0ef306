/** What the form for secrets can tell without the server. The server checks again. */
export interface SecretForm {
  name: string;
  value: string;
}

export type SecretProblems = Partial<Record<keyof SecretForm, string>>;

/** Bytes of a value, as the server has it: shorter ones would hide half of what a program prints. */
const leastBytes = 4;
const mostBytes = 32_768;

export function problemsOfSecret({ name, value }: SecretForm): SecretProblems {
  const problems: SecretProblems = {};
  if (!/^[A-Za-z_]\w{0,63}$/.test(name)) problems.name = "Use letters, digits and _, as in API_TOKEN; not a digit first, and at most 64 of them.";
  const bytes = new TextEncoder().encode(value).length;
  if (bytes < leastBytes) problems.value = `Use at least ${leastBytes} bytes.`;
  if (bytes > mostBytes) problems.value = "Use at most 32 KiB.";
  return problems;
}
