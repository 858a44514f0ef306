/** The configuration of an MCP server as it is typed: as in a `.mcp.json`, or one entry of it. */

export type ReadConfig = { config: Record<string, unknown>; name: string | null } | { problem: string };

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** What was typed; a whole `.mcp.json` with one server gives its name too. */
export function readConfig(text: string): ReadConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isObject(value)) return { problem: "Write an object, such as {\"command\": \"npx\", \"args\": […]} or {\"type\": \"http\", \"url\": \"…\"}." };
  const { mcpServers } = value;
  if (mcpServers === undefined) return { config: value, name: null };
  const entries = isObject(mcpServers) ? Object.entries(mcpServers) : [];
  const [first] = entries;
  if (entries.length !== 1 || !first || !isObject(first[1])) return { problem: "Give one server at a time: mcpServers has to hold one." };
  return { config: first[1], name: first[0] };
}

export function problemOfName(name: string): string | null {
  return /^[A-Za-z0-9_-]+$/.test(name) ? null : "Use letters, digits, - and _.";
}
