/**
 * Writes the documents of `src/api/agents.graphql` with their types, as the server's schema has them. A fragment becomes
 * an interface of its name. `--check` writes nothing and fails where what is written differs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import {
  GraphQLError,
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  parse,
  print,
  stripIgnoredCharacters,
  typeFromAST,
  validate,
} from "graphql";

const at = (path) => new URL(path, import.meta.url);
const schema = buildSchema(readFileSync(at("../../../crates/server/schema.graphql"), "utf8"));
const source = parse(readFileSync(at("../../src/api/agents.graphql"), "utf8"));
const target = at("../../src/api/__generated__/agents.ts");

const wrong = validate(schema, source);
if (wrong.length > 0) {
  for (const error of wrong) console.error(error instanceof GraphQLError ? error.toString() : error);
  process.exit(1);
}

const fragments = source.definitions.filter((it) => it.kind === "FragmentDefinition");
const operations = source.definitions.filter((it) => it.kind === "OperationDefinition");
const typeOf = (fragment) => schema.getType(fragment.typeCondition.name.value);

/** What a scalar is in TypeScript. */
const scalars = { ID: "string", String: "string", Int: "number", Float: "number", Boolean: "boolean", Timestamp: "number", JSON: "unknown" };
const used = new Set();

/** The TypeScript of a type, whose named type is written as `named` says. */
function written(type, named) {
  if (isNonNullType(type)) return present(type.ofType, named);
  return `${present(type, named)} | null`;
}

function present(type, named) {
  if (!isListType(type)) return named(type);
  const item = written(type.ofType, named);
  return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
}

function plain(type) {
  if (isEnumType(type) || isInputObjectType(type)) used.add(type);
  const words = isEnumType(type) || isInputObjectType(type) ? type.name : scalars[type.name];
  if (!words) throw new Error(`the scalar ${type.name} has no TypeScript; name it in graphql.mjs`);
  return words;
}

/** What is selected of a type: a fragment's name, or its fields. */
function selected(type, { selections }) {
  const [first] = selections;
  if (selections.length === 1 && first.kind === "FragmentSpread") return first.name.value;
  if (isUnionType(type)) return selections.map((part) => member(part)).join(" | ");
  return `{ ${selections.map((field) => fieldOf(type, field)).join("; ")} }`;
}

/** One type of a union, which `__typename` tells apart. */
function member(part) {
  if (part.kind !== "InlineFragment") throw new Error("select from a union by inline fragments");
  return selected(schema.getType(part.typeCondition.name.value), part.selectionSet);
}

function fieldOf(type, field) {
  if (field.kind !== "Field") throw new Error(`select of ${type.name} either one fragment or fields`);
  const name = field.alias?.value ?? field.name.value;
  if (field.name.value === "__typename") return `${name}: "${type.name}"`;
  const { type: of } = type.getFields()[field.name.value];
  return `${name}: ${written(of, (it) => (field.selectionSet ? selected(getNamedType(it), field.selectionSet) : plain(it)))}`;
}

function variables(operation) {
  const fields = operation.variableDefinitions.map((it) => {
    const type = typeFromAST(schema, it.type);
    const optional = isRequiredArgument({ type, defaultValue: it.defaultValue ? null : undefined }) ? "" : "?";
    return `${it.variable.name.value}${optional}: ${written(type, plain)}`;
  });
  return fields.length > 0 ? `{ ${fields.join("; ")} }` : "Record<string, never>";
}

/** The fragments that a selection needs, each once. */
function needs(node, found = new Set()) {
  for (const [, name] of print(node).matchAll(/\.\.\.(\w+)/g)) {
    if (name === "on" || found.has(name)) continue;
    found.add(name);
    needs(fragments.find((it) => it.name.value === name), found);
  }
  return found;
}

const quoted = (node) => JSON.stringify(stripIgnoredCharacters(print(node)));
const lower = (name) => name.charAt(0).toLowerCase() + name.slice(1);

const interfaces = fragments.map((it) => {
  const fields = it.selectionSet.selections.map((field) => `  ${fieldOf(typeOf(it), field)};\n`);
  return `export interface ${it.name.value} {\n${fields.join("")}}\n`;
});
const texts = fragments.map((it) => `const ${lower(it.name.value)}Fields = ${quoted(it)};\n`);
const documents = operations.map((it) => {
  const root = schema.getRootType(it.operation);
  const text = [quoted(it), ...[...needs(it)].map((name) => `${lower(name)}Fields`)].join(" + ");
  return `export const ${lower(it.name.value)}: Document<${selected(root, it.selectionSet)}, ${variables(it)}> = { text: ${text} };\n`;
});

function input(type) {
  const fields = Object.values(type.getFields()).map((it) => `  ${it.name}${isRequiredInputField(it) ? "" : "?"}: ${written(it.type, plain)};\n`);
  return `export interface ${type.name} {\n${fields.join("")}}\n`;
}

const named = new Map();
for (let size = -1; size !== named.size; ) {
  size = named.size;
  for (const type of used) {
    if (named.has(type.name)) continue;
    const values = isEnumType(type) ? type.getValues().map((it) => `"${it.name}"`) : [];
    named.set(type.name, isEnumType(type) ? `export type ${type.name} = ${values.join(" | ")};\n` : input(type));
  }
}

const text = [
  "/** Made by `npm run generate` of crates/server/schema.graphql and src/api/agents.graphql. Do not edit. */\n" +
    'import type { Document } from "../graphql.ts";\n',
  ...[...named].toSorted(([a], [b]) => a.localeCompare(b)).map(([, it]) => it),
  ...interfaces,
  texts.join(""),
  documents.join(""),
].join("\n");

if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error("src/api/__generated__/agents.ts differs from the schema; run `npm run generate`");
  process.exit(1);
}
