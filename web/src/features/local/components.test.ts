import { expect, it } from "vitest";
import { componentsOf, formsFor, mergedValues, typedIn } from "./components.ts";
import { componentOf, formOf, segmentOf } from "./stand-ins.ts";

const one = formOf("one", [{ name: "A", default: "1" }, { name: "B", default: "1" }]);
const two = formOf("two", [{ name: "B", default: "2" }]);
const template = formOf("tpl", [{ name: "T" }], { type: "template", props: { inputsId: "one" } });
const nested = formOf("in", [{ name: "B", default: "3" }]);

it("components_within_others_are_found", () => {
  const around = componentOf({ id: "", type: "admonition", children: [{ kind: "prose", markdown: "x", line: 1 }, segmentOf(one)] });
  expect(componentsOf([segmentOf(around), segmentOf(two)]).map(({ id }) => id)).toEqual(["", "one", "two"]);
});

it("later_forms_win_and_those_inside_a_script_win_over_all", () => {
  const script = (over: object) => componentOf({ props: { inputsId: ["one", "two"] }, ...over });
  const all = [one, two, nested];
  expect(mergedValues(formsFor(script({}), all), {})).toEqual({ A: "1", B: "2" });
  expect(mergedValues(formsFor(script({ props: { inputsId: ["two", "one"] } }), all), {})).toEqual({ A: "1", B: "1" });
  expect(mergedValues(formsFor(script({ children: [segmentOf(nested)] }), all), {})).toEqual({ A: "1", B: "3" });
  expect(mergedValues(formsFor(script({}), all), { one: { A: "typed" }, two: { B: false } })).toEqual({ A: "typed", B: false });
});

it("a_form_gives_what_the_forms_that_it_names_give", () => {
  const script = componentOf({ props: { inputsId: "tpl" } });
  expect(formsFor(script, [one, two, template]).map(({ id }) => id)).toEqual(["one", "tpl"]);
});

it("forms_that_name_each_other_in_a_circle_are_each_taken_once", () => {
  const other = formOf("other", [{}], { props: { inputsId: "tpl" } });
  const circle = { ...template, props: { inputsId: "other" } };
  expect(formsFor(circle, [circle, other]).map(({ id }) => id)).toEqual(["other", "tpl"]);
});

it("ids_are_the_same_with_either_spelling", () => {
  const dashed = formOf("my-form", [{ default: "x" }]);
  expect(formsFor(componentOf({ props: { inputsId: "my_form" } }), [dashed])).toEqual([dashed]);
});

it("a_default_that_is_a_template_is_not_shown_as_a_value", () => {
  const form = formOf("f", [{ name: "Path", default: "/{{ .Name }}" }, { name: "N", type: "int", default: 0 }]);
  expect(mergedValues([form], {})).toEqual({ N: 0 });
});

it("the_server_is_told_what_was_typed_and_nothing_of_other_forms", () => {
  expect(typedIn([one], { one: { A: "x" }, two: { B: "y" } })).toEqual({ one: { A: "x" } });
  expect(typedIn([one], {})).toEqual({});
});
