/** A repository as it is typed or picked. */
import type { ForgeApp, ForgeKind, Repository, RepositoryInput, Scope } from "@/api/__generated__/agents.ts";

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

export interface RepositoryForm {
  address: string;
  /** Null is guessed. */
  forge: ForgeKind | null;
  api: string;
  /** Empty where there is none. */
  secret: string;
  scope: Scope;
  app: boolean;
}

export function repositoryFormOf(repository: Repository | null): RepositoryForm {
  if (!repository) return { address: "", forge: null, api: "", secret: "", scope: "MINE", app: false };
  const { address, forge, api, secret, scope, app } = repository;
  return { address, forge, api: api ?? "", secret: secret ?? "", scope, app };
}

/** Whose token opens it: a person's secret, the App's own, or nobody's. A secret of a person opens nothing for everybody. */
export function keyOf({ scope, app }: Pick<RepositoryForm, "scope" | "app">): "secret" | "app" | "none" {
  if (scope === "MINE") return "secret";
  return app ? "app" : "none";
}

/** The form after another scope was chosen: what is everybody's is the App's, where there is one. */
export function withScope(form: RepositoryForm, scope: Scope, app: ForgeApp | null): RepositoryForm {
  return { ...form, scope, app: scope === "HUB" && app !== null };
}

/** What of the App's may be picked: what is not kept yet, and what the form has. */
export function pickable(app: ForgeApp | null, address: string): (readonly [string, string])[] {
  const free = (app?.repositories ?? []).filter((it) => !it.kept || it.address === address).map((it) => [it.address, it.name] as const);
  return address === "" || free.some(([it]) => it === address) ? free : [[address, address], ...free];
}

export function problemOfAddress(form: RepositoryForm): string | null {
  if (form.address.trim() !== "") return null;
  return keyOf(form) === "app" ? "Choose one of the repositories that the App is installed for." : "Name the repository, such as https://github.com/owner/name.";
}

export function repositoryInputOf(form: RepositoryForm): RepositoryInput {
  const address = form.address.trim();
  const key = keyOf(form);
  // The App knows its own API.
  if (key === "app") return { address, forge: "GITHUB", api: null, secret: null, scope: form.scope, app: true };
  return { address, forge: form.forge ?? forgeOf(address), api: form.api.trim() || null, secret: key === "secret" ? form.secret || null : null, scope: form.scope, app: false };
}
