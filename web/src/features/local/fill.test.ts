import { expect, it } from "vitest";
import { fill, fillPlain, outputOf } from "./fill.ts";

const given = {
  inputs: { Name: "Ada", Count: 0, On: false, Empty: "", Tags: { env: "dev" }, List: ["a"], Markup: "*x* `y` <b> [l](javascript:a)" },
  outputs: { "create-account": { id: "42" } },
};

it("values_take_the_place_of_what_names_them", () => {
  const rows: [string, string][] = [
    ["Hello {{ .inputs.Name }}", "Hello Ada"],
    ["Hello {{.inputs.Name}}", "Hello Ada"],
    ["Hello {{- .inputs.Name -}} !", "Hello Ada !"],
    ["Hello {{ .Name }}", "Hello Ada"],
    ["{{ .inputs.Name | upper }}", "Ada"],
    ["{{ .inputs.Count }} {{ .inputs.On }}", "0 false"],
    ["{{ .inputs.Tags.env }}", "dev"],
    ["{{ .inputs.List }}", '["a"]'],
    ["{{ .outputs.create_account.id }}", "42"],
    ["{{ .outputs.create-account.id }}", "42"],
  ];
  for (const [text, filled] of rows) expect(fillPlain(text, given)).toBe(filled);
});

it("what_is_missing_stays_as_it_is_written_and_is_code", () => {
  for (const missing of ["{{ .inputs.Nobody }}", "{{ .inputs.Empty }}", "{{ .outputs.create_account.arn }}", "{{ .inputs }}", "{{ .inputs.constructor }}", "{{ .outputs.create_account.toString }}"]) {
    expect(fill(`Use ${missing}.`, given)).toBe(`Use \`${missing}\`.`);
    expect(fillPlain(missing, given)).toBe(missing);
  }
});

it("what_is_no_name_of_a_value_is_left_alone", () => {
  for (const text of ["{{ if .inputs.On }}x{{ end }}", "{{ }}", "{{ . }}", "{ .inputs.Name }"]) expect(fill(text, given)).toBe(text);
});

it("a_value_is_text_and_never_markdown", () => {
  expect(fill("{{ .inputs.Markup }}", given)).toBe(String.raw`\*x\* \`y\` \<b\> \[l\]\(javascript\:a\)`);
});

it("blocks_are_called_by_either_spelling_of_their_id", () => {
  expect(outputOf({ a_b: { x: "1" } }, "a-b", "x")).toBe("1");
  expect(outputOf({ a_b: { x: "1" } }, "a-b", "y")).toBeUndefined();
});
