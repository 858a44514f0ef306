// @vitest-environment jsdom
import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import * as documents from "@/api/__generated__/agents.ts";
import { click, sentTo, showTab, standInForDialogs, type } from "./doubles.tsx";
import { McpServersTab } from "./mcp-servers-tab.tsx";
import { PersonasTab } from "./personas-tab.tsx";
import { RepositoriesTab } from "./repositories-tab.tsx";
import { ToolPolicyTab } from "./tool-policy-tab.tsx";

const server = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@/api/graphql.ts", () => server);
vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: { subscribe: vi.fn() } }));

beforeAll(standInForDialogs);
afterEach(() => {
  cleanup();
  server.ask.mockReset();
});

const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });
const soon = { timeout: 30_000 };

const show = (tab: ReactNode, answers: Parameters<typeof showTab>[2]) => showTab(server.ask, tab, answers);
const sent = (document: unknown) => sentTo(server.ask, document);

it("a_repository_is_added_with_the_name_of_its_secret_and_never_the_token", async () => {
  show(<RepositoriesTab />, [
    [documents.repositories, () => ({ repositories: [] })],
    [documents.secretNames, () => ({ secretNames: ["GITLAB_TOKEN"] })],
    [documents.addRepository, () => ({ addRepository: {} })],
  ]);
  await screen.findByText(/No repository yet/, {}, soon);
  click("New repository");
  await screen.findByRole("option", { name: "GITLAB_TOKEN" }, soon);
  type("Address", "https://gitlab.com/acme/api");
  type("Secret with the token", "GITLAB_TOKEN");
  click("Save");
  await until(() => expect(sent(documents.addRepository)).toEqual([{ input: { address: "https://gitlab.com/acme/api", forge: "GITLAB", api: null, secret: "GITLAB_TOKEN", scope: "MINE", app: false } }]));
});

it("what_everybody_is_told_is_changed_by_administrators_only", async () => {
  const persona = (id: string, scope: string, builtIn: boolean) => ({ id, name: id, phase: null, instructions: "", scope, builtIn });
  show(<PersonasTab />, [[documents.personas, () => ({ personas: [persona("Planner", "HUB", true), persona("Mine", "MINE", false)] })]]);
  await screen.findByRole("button", { name: "Edit Mine" }, soon);
  expect(screen.queryByRole("button", { name: "Edit Planner" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Delete Planner" })).toBeNull();
});

it("a_server_is_tested_and_lists_its_tools", async () => {
  show(<McpServersTab />, [
    [documents.mcpServers, () => ({ mcpServers: [{ id: "m1", name: "docs", config: {}, scope: "MINE", enabled: true }] })],
    [documents.testMcpServer, () => ({ testMcpServer: { server: "docs", tools: [{ name: "find", description: "Finds." }] } })],
  ]);
  fireEvent.click(await screen.findByRole("button", { name: "Test docs" }, soon));
  expect(within(await screen.findByRole("list", { name: "Tools of docs" }, soon)).getByText("find")).toBeTruthy();
});

it("a_form_that_is_refused_or_left_by_mistake_keeps_what_was_typed", async () => {
  show(<McpServersTab />, [
    [documents.mcpServers, () => ({ mcpServers: [] })],
    [
      documents.putMcpServer,
      () => {
        throw new ApiError({ title: "the secret DOCS_KEY is not set", status: 422 });
      },
    ],
  ]);
  await screen.findByText("No servers yet.", {}, soon);
  click("New server");
  type("Configuration", '{"mcpServers": {"docs": {"type": "http", "url": "https://docs.example"}}}');
  click("Save");
  await until(() => expect(screen.getByRole("alert").textContent).toContain("The secret DOCS_KEY is not set"));
  expect(sent(documents.putMcpServer)).toEqual([{ id: null, input: { name: "docs", config: { type: "http", url: "https://docs.example" }, enabled: true, scope: "MINE" } }]);
  click("Cancel");
  const asked = await screen.findByRole("dialog", { name: "Leave without saving?" }, soon);
  fireEvent.click(within(asked).getByRole("button", { name: "Cancel" }));
  expect(screen.getByLabelText<HTMLTextAreaElement>("Configuration").value).toContain("docs.example");
});

it("a_tool_policy_is_saved_as_lists_of_patterns", async () => {
  const lists = { allow: ["Read"], deny: [], unlisted: "ASK" };
  show(<ToolPolicyTab />, [
    [documents.toolPolicy, () => ({ toolPolicy: { planning: lists, executing: lists, isDefault: true } })],
    [documents.setToolPolicy, () => ({ setToolPolicy: {} })],
  ]);
  const executing = await screen.findByRole("group", { name: "While carrying out" }, soon);
  fireEvent.change(within(executing).getByLabelText("Denied"), { target: { value: "Bash(rm:*)\n" } });
  expect(screen.queryByRole("button", { name: "Reset" })).toBeNull();
  click("Save tool policy");
  await until(() => expect(sent(documents.setToolPolicy)).toEqual([{ planning: lists, executing: { ...lists, deny: ["Bash(rm:*)"] } }]));
});
