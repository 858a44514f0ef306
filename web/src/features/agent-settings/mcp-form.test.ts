import { expect, it } from "vitest";
import { problemOfName, readConfig } from "./mcp-form.ts";

it("one_entry_is_taken_as_it_is", () => {
  expect(readConfig('{"command": "npx", "args": ["x"]}')).toEqual({ config: { command: "npx", args: ["x"] }, name: null });
});

it("a_whole_file_with_one_server_gives_its_name_too", () => {
  expect(readConfig('{"mcpServers": {"docs": {"type": "http", "url": "https://docs.example"}}}')).toEqual({ config: { type: "http", url: "https://docs.example" }, name: "docs" });
});

it("what_is_no_configuration_says_what_to_write", () => {
  for (const text of ["", "[]", "null", '{"mcpServers": {}}', '{"mcpServers": {"a": {}, "b": {}}}', '{"mcpServers": {"a": 1}}']) {
    expect(readConfig(text)).toHaveProperty("problem");
  }
});

it("names_are_those_that_tools_can_bear", () => {
  expect([problemOfName("my-docs_2"), problemOfName("my docs"), problemOfName("")].map((problem) => problem === null)).toEqual([true, false, false]);
});
