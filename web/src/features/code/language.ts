/** The languages that programs and functions can be written in, and what the page says about each. */
import type { CodeLanguage, RuntimeName } from "@/api/schema.ts";

export interface Language {
  value: CodeLanguage;
  label: string;
  /** What the server calls the program that runs it. */
  runtime: RuntimeName;
  /** Where its packages come from, and how one is named. */
  packages: { source: string; example: string; hint: string };
  /** The first program of somebody who has none. */
  hello: string;
  /** The first function. */
  greeting: string;
}

const npm = {
  source: "npm",
  example: "lodash@^4",
  hint: "From npm: lodash, @scope/pkg@^1, left-pad@1.3.0",
};

export const languages: readonly Language[] = [
  {
    value: "python",
    label: "Python",
    runtime: "python",
    packages: { source: "PyPI", example: "numpy>=1.0,<3", hint: "From PyPI: requests, numpy>=1.0,<3, pandas[excel]" },
    hello: 'for planet in ["Mercury", "Venus", "Earth"]:\n    print(f"Hello, {planet}!")\n',
    greeting: 'def run(input):\n    return f"Hello, {input}!"\n',
  },
  {
    value: "javascript",
    label: "JavaScript",
    runtime: "node",
    packages: npm,
    hello: 'for (const planet of ["Mercury", "Venus", "Earth"]) {\n  console.log(`Hello, ${planet}!`);\n}\n',
    greeting: "export async function run(input) {\n  return `Hello, ${input}!`;\n}\n",
  },
  {
    value: "typescript",
    label: "TypeScript",
    runtime: "typescript",
    packages: npm,
    hello: 'const planets: string[] = ["Mercury", "Venus", "Earth"];\nfor (const planet of planets) console.log(`Hello, ${planet}!`);\n',
    greeting: "export async function run(input: string): Promise<string> {\n  return `Hello, ${input}!`;\n}\n",
  },
  {
    value: "go",
    label: "Go",
    runtime: "golang",
    packages: { source: "Go modules", example: "rsc.io/quote", hint: "Modules: rsc.io/quote, github.com/google/uuid@v1.6.0" },
    hello: 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfor _, planet := range []string{"Mercury", "Venus", "Earth"} {\n\t\tfmt.Printf("Hello, %s!\\n", planet)\n\t}\n}\n',
    greeting: 'package main\n\nimport "fmt"\n\nfunc run(input string) (string, error) {\n\treturn fmt.Sprintf("Hello, %s!", input), nil\n}\n',
  },
  {
    value: "rust",
    label: "Rust",
    runtime: "rust",
    packages: { source: "crates.io", example: "serde@1", hint: "From crates.io: serde@1, serde[derive]@>=1.0.100,<2" },
    hello: 'fn main() {\n    for planet in ["Mercury", "Venus", "Earth"] {\n        println!("Hello, {planet}!");\n    }\n}\n',
    greeting: 'fn run(input: String) -> Result<String, String> {\n    Ok(format!("Hello, {input}!"))\n}\n',
  },
  {
    value: "bash",
    label: "Bash",
    runtime: "bash",
    packages: { source: "Debian", example: "jq", hint: "Debian packages: jq, jq=1.6-2.1" },
    hello: 'for planet in Mercury Venus Earth; do\n  echo "Hello, $planet!"\ndone\n',
    greeting: '# The input is $1 as text and standard input as JSON; the value goes to descriptor 3.\necho "Hello, $1!" >&3\n',
  },
];

const byValue = new Map(languages.map((language) => [language.value, language]));

export function languageOf(value: CodeLanguage): Language {
  const language = byValue.get(value);
  if (!language) throw new Error(`there is no language ${value}`);
  return language;
}

export function isLanguage(value: unknown): value is CodeLanguage {
  return byValue.has(value as CodeLanguage);
}
