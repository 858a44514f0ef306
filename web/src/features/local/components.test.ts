import { expect, it } from "vitest";
import type { FormVariable } from "@/api/local-schema.ts";
import { componentsOf, defaultOf, formsFor, inheritedBy, typedIn, valuesFor, withFilledDefault } from "./components.ts";
import { componentOf, formOf, segmentOf } from "./stand-ins.ts";

const one = formOf("one", [{ name: "A", default: "1" }, { name: "B", default: "1" }]);
const two = formOf("two", [{ name: "B", default: "2" }]);
const template = formOf("tpl", [{ name: "T" }, { name: "A", default: "own" }], { type: "template", props: { inputsId: "one" } });
const nested = formOf("in", [{ name: "B", default: "3" }]);

it("components_within_others_are_found", () => {
  const around = componentOf({ id: "", type: "admonition", children: [{ kind: "prose", markdown: "x", line: 1 }, segmentOf(one)] });
  expect(componentsOf([segmentOf(around), segmentOf(two)]).map(({ id }) => id)).toEqual(["", "one", "two"]);
});

it("later_forms_win_and_those_inside_a_script_win_over_all", () => {
  const script = (over: object) => componentOf({ props: { inputsId: ["one", "two"] }, ...over });
  const all = [one, two, nested];
  expect(valuesFor(script({}), all, {})).toEqual({ A: "1", B: "2" });
  expect(valuesFor(script({ props: { inputsId: ["two", "one"] } }), all, {})).toEqual({ A: "1", B: "1" });
  expect(valuesFor(script({ children: [segmentOf(nested)] }), all, {})).toEqual({ A: "1", B: "3" });
  expect(valuesFor(script({}), all, { one: { A: "typed" }, two: { B: false } })).toEqual({ A: "typed", B: false });
});

it("a_form_gives_what_it_inherits_before_its_own", () => {
  const all = [one, two, template];
  const script = componentOf({ props: { inputsId: "tpl" } });
  expect(formsFor(script, all).map(({ id }) => id)).toEqual(["one", "tpl"]);
  const typed = { one: { A: "x" }, tpl: { A: "lost", T: "t" } };
  for (const component of [script, template]) expect(valuesFor(component, all, typed)).toEqual({ A: "x", B: "1", T: "t" });
  expect(inheritedBy(template, all, typed)).toEqual({ A: "x", B: "1" });
});

it("forms_that_name_each_other_in_a_circle_are_each_taken_once", () => {
  const other = formOf("other", [{ name: "O", default: "o" }], { props: { inputsId: "tpl" } });
  const circle = { ...template, props: { inputsId: "other" } };
  const all = [circle, other];
  expect(formsFor(circle, all).map(({ id }) => id)).toEqual(["other", "tpl"]);
  expect(valuesFor(circle, all, { tpl: { T: "t" } })).toEqual({ O: "o", A: "own", T: "t" });
});

it("ids_are_the_same_with_either_spelling", () => {
  const dashed = formOf("my-form", [{ default: "x" }]);
  expect(formsFor(componentOf({ props: { inputsId: "my_form" } }), [dashed])).toEqual([dashed]);
});

it("a_default_that_is_a_template_is_not_shown_as_a_value", () => {
  const form = formOf("f", [{ name: "Path", default: "/{{ .Name }}" }, { name: "N", type: "int", default: 0 }]);
  expect(valuesFor(form, [form], {})).toEqual({ N: 0 });
});

it("the_server_is_told_what_was_typed_and_nothing_of_other_forms", () => {
  expect(typedIn([one], { one: { A: "x" }, two: { B: "y" } })).toEqual({ one: { A: "x" } });
  expect(typedIn([one], {})).toEqual({});
});

it("words_show_that_a_sensitive_value_is_there_and_not_which", () => {
  const form = formOf("f", [{ name: "Key", sensitive: true }, { name: "Pin", sensitive: true }]);
  const typed = { f: { Key: "typed-secret", Pin: "" } };
  expect(valuesFor(form, [form], typed)).toEqual({ Key: "***", Pin: "" });
  expect(typedIn([form], typed)).toEqual(typed);
});

it("a_default_that_names_other_values_is_shown_with_them_as_far_as_they_are_known", () => {
  const variable = { name: "title", type: "string", default: "Rotate {{ .inputs.Owner }} {{ .outputs.a.b }}" } as FormVariable;
  const given = { inputs: { Owner: "Ada" }, outputs: {} };
  const shown = withFilledDefault(variable, given);
  expect(shown.default).toBe("Rotate Ada {{ .outputs.a.b }}");
  expect(defaultOf(shown)).toBeUndefined();
  expect(defaultOf(withFilledDefault(variable, { ...given, outputs: { a: { b: "now" } } }))).toBe("Rotate Ada now");
});
