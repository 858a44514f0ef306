/** What code host an address names. */
import type { ForgeKind } from "@/api/__generated__/agents.ts";

export const forges: readonly (readonly [ForgeKind, string])[] = [
  ["GITHUB", "GitHub"],
  ["GITLAB", "GitLab"],
  ["GIT", "Git alone, without pull requests"],
];

/** A guess by the host's name, which people may correct. */
export function forgeOf(address: string): ForgeKind {
  const host = /^(?:https?:\/\/|ssh:\/\/)?(?:[^@/]+@)?([^/:]+)/.exec(address.trim())?.[1]?.toLowerCase() ?? "";
  if (host.includes("gitlab")) return "GITLAB";
  // "owner/name" alone is taken for GitHub's.
  return host.includes("github") || !host.includes(".") ? "GITHUB" : "GIT";
}
