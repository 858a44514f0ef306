// @vitest-environment jsdom
import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import * as documents from "@/api/__generated__/agents.ts";
import type { ForgeApp, Repository, Viewer } from "@/api/__generated__/agents.ts";
import { administrator, click, member, sentTo, showTab, standInForDialogs, type } from "./doubles.tsx";
import { RepositoriesTab } from "./repositories-tab.tsx";

const server = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@/api/graphql.ts", () => server);
vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: { subscribe: vi.fn() } }));

beforeAll(standInForDialogs);
afterEach(() => {
  cleanup();
  server.ask.mockReset();
});

const soon = { timeout: 30_000 };
const until = (check: () => void) => vi.waitFor(check, soon);

const mine: Repository = { id: "r1", address: "https://github.com/ada/notes", name: "ada/notes", forge: "GITHUB", api: null, secret: "TOKEN", defaultBranch: "main", scope: "MINE", app: false };
const everybodys: Repository = { ...mine, id: "r2", address: "https://github.com/acme/web", name: "acme/web", secret: null, scope: "HUB", app: true };
const forgeApp: ForgeApp = {
  id: "7",
  api: "https://api.github.com",
  webhookUrl: "https://hub.example/api/forge/webhook/app",
  repositories: [
    { address: "https://github.com/acme/api", name: "acme/api", kept: false },
    { address: "https://github.com/acme/web", name: "acme/web", kept: true },
  ],
};

function show(viewer: Viewer, app: () => ForgeApp | null) {
  showTab(
    server.ask,
    <RepositoriesTab />,
    [
      [documents.repositories, () => ({ repositories: [mine, everybodys] })],
      [documents.secretNames, () => ({ secretNames: ["TOKEN"] })],
      [documents.forgeApp, () => ({ forgeApp: app() })],
      [documents.addRepository, () => ({ addRepository: {} })],
    ],
    viewer,
  );
  return screen.findByRole("button", { name: "Edit ada/notes" }, soon);
}

it("members_see_repositories_of_everybody_and_change_only_their_own", async () => {
  await show(member, () => null);
  expect(screen.getByText("for everybody")).toBeTruthy();
  expect(screen.getByText(/opened by the GitHub App/)).toBeTruthy();
  for (const action of ["Edit", "Delete", "Webhook of"]) expect(screen.queryByRole("button", { name: `${action} acme/web` })).toBeNull();
  click("New repository");
  expect(screen.queryByLabelText("For")).toBeNull();
  expect(sentTo(server.ask, documents.forgeApp)).toEqual([]);
});

it("an_administrator_picks_what_the_app_is_installed_for", async () => {
  await show(administrator, () => forgeApp);
  await screen.findByRole("region", { name: "GitHub App 7" }, soon);
  expect(screen.getByText("https://hub.example/api/forge/webhook/app")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Copy: Webhook URL" })).toBeTruthy();
  click("New repository");
  type("For", "HUB");
  expect(screen.queryByLabelText("Secret with the token")).toBeNull();
  click("Save");
  expect(screen.getByText(/Choose one of the repositories/)).toBeTruthy();
  expect(screen.queryByRole("option", { name: "acme/web" })).toBeNull();
  type("Repository", "https://github.com/acme/api");
  click("Save");
  const input = { address: "https://github.com/acme/api", forge: "GITHUB", api: null, secret: null, scope: "HUB", app: true };
  await until(() => expect(sentTo(server.ask, documents.addRepository)).toEqual([{ input }]));
});

it("without_the_app_everybodys_repository_is_opened_by_nobodys_token", async () => {
  await show(administrator, () => null);
  await screen.findByRole("button", { name: "Edit acme/web" }, soon);
  expect(screen.queryByRole("region", { name: /GitHub App/ })).toBeNull();
  click("New repository");
  type("Address", "https://github.com/acme/api");
  type("For", "HUB");
  expect(screen.queryByRole("checkbox", { name: /GitHub App/ })).toBeNull();
  expect(screen.getByText(/agents read what is public/)).toBeTruthy();
  click("Save");
  const input = { address: "https://github.com/acme/api", forge: "GITHUB", api: null, secret: null, scope: "HUB", app: false };
  await until(() => expect(sentTo(server.ask, documents.addRepository)).toEqual([{ input }]));
});

it("an_app_that_cannot_be_reached_says_why_beside_the_repositories", async () => {
  await show(administrator, () => {
    throw new ApiError({ title: "GitHub did not answer", status: 502 });
  });
  expect((await screen.findByRole("alert", {}, soon)).textContent).toContain("GitHub did not answer");
  expect(screen.getByText("https://github.com/ada/notes")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  await until(() => expect(sentTo(server.ask, documents.forgeApp)).toHaveLength(2));
});
