import { expect, it } from "vitest";
import type { ForgeApp } from "@/api/__generated__/agents.ts";
import { forgeOf, pickable, problemOfAddress, repositoryFormOf, repositoryInputOf, withScope } from "./repository-form.ts";

const app: ForgeApp = {
  id: "7",
  api: "https://api.github.com",
  webhookUrl: "https://hub.example/api/forge/webhook/app",
  repositories: [
    { address: "https://github.com/acme/api", name: "acme/api", kept: false },
    { address: "https://github.com/acme/web", name: "acme/web", kept: true },
  ],
};
const empty = repositoryFormOf(null);

it("the_code_host_is_guessed_by_its_name", () => {
  expect(["https://github.com/a/b", "a/b", "git@gitlab.example.com:a/b.git", "https://gitlab.com/a/b", "https://git.example.com/a.git"].map(forgeOf)).toEqual(["GITHUB", "GITHUB", "GITLAB", "GITLAB", "GIT"]);
});

it("a_secret_of_a_person_is_never_everybodys", () => {
  const typed = { ...empty, address: "https://git.example.com/a.git", secret: "TOKEN" };
  expect(repositoryInputOf(typed)).toEqual({ address: "https://git.example.com/a.git", forge: "GIT", api: null, secret: "TOKEN", scope: "MINE", app: false });
  expect(repositoryInputOf(withScope(typed, "HUB", null))).toMatchObject({ secret: null, scope: "HUB", app: false });
  expect(repositoryInputOf(withScope(typed, "HUB", app))).toMatchObject({ secret: null, scope: "HUB", app: true });
});

it("the_app_speaks_only_for_what_is_everybodys", () => {
  const picked = { ...withScope(empty, "HUB", app), address: "https://github.com/acme/api" };
  expect(repositoryInputOf(picked)).toEqual({ address: "https://github.com/acme/api", forge: "GITHUB", api: null, secret: null, scope: "HUB", app: true });
  expect(repositoryInputOf({ ...picked, scope: "MINE" })).toMatchObject({ scope: "MINE", app: false });
});

it("what_the_app_is_installed_for_is_picked_once", () => {
  expect(pickable(app, "")).toEqual([["https://github.com/acme/api", "acme/api"]]);
  expect(pickable(app, "https://github.com/acme/web").map(([, name]) => name)).toEqual(["acme/api", "acme/web"]);
  expect(pickable(null, "https://github.com/acme/gone")).toEqual([["https://github.com/acme/gone", "https://github.com/acme/gone"]]);
});

it("an_address_is_typed_or_picked", () => {
  expect(problemOfAddress(empty)).toContain("https://github.com/owner/name");
  expect(problemOfAddress(withScope(empty, "HUB", app))).toContain("Choose");
  expect(problemOfAddress({ ...empty, address: "a/b" })).toBeNull();
});
