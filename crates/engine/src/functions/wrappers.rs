//! From a function's code to files that start: its code, and our small program around it.
//!
//! The program loads the code, waits for one input on standard input, calls `run`, and writes what that
//! returns into a file, apart from everything that is printed. Standard input that ends at once asks it
//! to load only: that is how a build tries a version out.

use document::Runtime;
use sandbox::SandboxPath;
use serde_json::Value;

/// Where the value is written, relative to the workspace.
pub(super) const VALUE: &str = ".value.json";

const PYTHON: &str = include_str!("wrappers/python.py");
const NODE: &str = include_str!("wrappers/node.js");
const TYPESCRIPT: &str = include_str!("wrappers/typescript.ts");
const BASH: &str = include_str!("wrappers/bash.sh");
const GO: &str = include_str!("wrappers/go.go");
const RUST: &str = include_str!("wrappers/rust.rs");
const RUST_SERDE_JSON: &str = include_str!("wrappers/rust_serde_json.rs");

/// What [`GO`] imports, under names that no program uses.
const GO_IMPORTS: &str = r#"; import (runbookFmt "fmt"; runbookIO "io"; runbookJSON "encoding/json"; runbookOS "os"; runbookReflect "reflect");"#;

/// A function as files of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    /// What starts.
    pub(super) source: SandboxPath,
    pub(super) code: String,
    /// What stands beside it.
    pub(super) files: Vec<(SandboxPath, Vec<u8>)>,
    /// What follows the path of the value on the command line.
    pub(super) arguments: Vec<String>,
}

/// The code of a new function: it greets its input.
#[must_use]
pub const fn template(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Python => "def run(input):\n    return f\"Hello, {input}!\"\n",
        Runtime::Node => "export async function run(input) {\n  return `Hello, ${input}!`;\n}\n",
        Runtime::Typescript => {
            "export async function run(input: string): Promise<string> {\n  return `Hello, ${input}!`;\n}\n"
        }
        Runtime::Bash => {
            "# The input is $1 as text and standard input as JSON; the value goes to descriptor 3.\necho \"Hello, $1!\" >&3\n"
        }
        Runtime::Go => {
            "package main\n\nimport \"fmt\"\n\nfunc run(input string) (string, error) {\n\treturn fmt.Sprintf(\"Hello, %s!\", input), nil\n}\n"
        }
        Runtime::Rust => {
            "fn run(input: String) -> Result<String, String> {\n    Ok(format!(\"Hello, {input}!\"))\n}\n"
        }
    }
}

/// Puts our program around the code of a function. Lines of the code keep their numbers.
pub(super) fn wrap(runtime: Runtime, code: &str, dependencies: &[String]) -> Wrapped {
    let path = |name: &str| SandboxPath::try_from(name).expect("our own file names are safe");
    let beside = |source: &str, wrapper: &str, name: &str, code: String| Wrapped {
        source: path(source),
        code: wrapper.to_owned(),
        files: vec![(path(name), code.into_bytes())],
        arguments: Vec::new(),
    };
    let alone = |source: &str, code: String| Wrapped {
        source: path(source),
        code,
        files: Vec::new(),
        arguments: Vec::new(),
    };
    match runtime {
        Runtime::Python => beside("main.py", PYTHON, "function.py", code.to_owned()),
        Runtime::Bash => beside("main.sh", BASH, "function.sh", code.to_owned()),
        Runtime::Typescript => {
            beside("main.ts", TYPESCRIPT, "function.ts", exporting(code, Style::Module))
        }
        Runtime::Node => {
            let style = style(code);
            let name = match style {
                Style::Module => "function.mjs",
                Style::Script => "function.cjs",
            };
            let wrapped = beside("main.js", NODE, name, exporting(code, style));
            Wrapped { arguments: vec![name.to_owned()], ..wrapped }
        }
        Runtime::Go => alone("main.go", go(code)),
        Runtime::Rust => {
            let named = |it: &String| {
                let name = it.split(['@', '=', '<', '>', '~', '^', ' ', '[']).next();
                name.is_some_and(|it| it.trim() == "serde_json")
            };
            let more = if dependencies.iter().any(named) { RUST_SERDE_JSON } else { "" };
            alone("main.rs", format!("{code}\n{RUST}{more}}}\n"))
        }
    }
}

/// The bytes of an input on standard input.
pub(super) fn input(runtime: Runtime, input: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(input).expect("a value is always JSON");
    bytes.push(b'\n');
    // These two have no JSON of their own.
    if matches!(runtime, Runtime::Bash | Runtime::Rust) {
        match input {
            Value::String(text) => bytes.extend_from_slice(text.as_bytes()),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => bytes.extend_from_within(..bytes.len() - 1),
        }
    }
    bytes
}

/// The value that was written. A script writes what it likes; what is no JSON is text then.
pub(super) fn value(runtime: Runtime, bytes: &[u8]) -> Result<Option<Value>, serde_json::Error> {
    if bytes.is_empty() {
        return Ok(None);
    }
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(Some(value)),
        Err(_) if runtime == Runtime::Bash => {
            let text = String::from_utf8_lossy(bytes);
            let text = text.strip_suffix('\n').unwrap_or(&text);
            Ok(Some(Value::String(text.to_owned())))
        }
        Err(error) => Err(error),
    }
}

/// How JavaScript shares names between files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Module,
    Script,
}

/// Modules are told by a line that begins with `import` or `export`.
fn style(code: &str) -> Style {
    let begins = |line: &str| {
        let rest = line.strip_prefix("import").or_else(|| line.strip_prefix("export"));
        rest.and_then(|it| it.chars().next()).is_some_and(|it| " \t{*\"'".contains(it))
    };
    if code.lines().any(begins) { Style::Module } else { Style::Script }
}

/// The code with its `run` to be had from outside, if it does not see to that itself.
fn exporting(code: &str, style: Style) -> String {
    match style {
        Style::Script => format!(
            "{code}\n;if (typeof run === \"function\" && !module.exports.run) module.exports.run = run;\n"
        ),
        Style::Module => {
            let exports = code.lines().any(|it| {
                it.starts_with("export")
                    && (it.contains("default")
                        || it.split(|c: char| !is_name(c)).any(|w| w == "run"))
            });
            let declares = ["function run", "const run", "let run", "var run"]
                .iter()
                .any(|it| code.contains(it));
            if exports || !declares {
                code.to_owned()
            } else {
                format!("{code}\nexport {{ run }};\n")
            }
        }
    }
}

fn is_name(it: char) -> bool {
    it.is_alphanumeric() || it == '_' || it == '$'
}

/// Adds our imports right behind the package clause, and our program behind the code.
fn go(code: &str) -> String {
    let at = go_package_end(code);
    let (before, after) = code.split_at(at.unwrap_or(0));
    let package = if at.is_some() { "" } else { "package main" };
    format!("{before}{package}{GO_IMPORTS}{after}\n{GO}")
}

/// Where the name in the package clause ends, past the comments that may stand before it.
fn go_package_end(code: &str) -> Option<usize> {
    let mut rest = code;
    loop {
        rest = rest.trim_start_matches(|it: char| it.is_whitespace() || it == '\u{feff}');
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.split_once('\n')?.1;
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/")?.1;
        } else {
            break;
        }
    }
    let rest = rest.strip_prefix("package")?;
    let name = rest.trim_start();
    let length = name.find(|it| !is_name(it)).unwrap_or(name.len());
    (name.len() < rest.len() && length > 0).then(|| code.len() - name.len() + length)
}

#[cfg(test)]
mod tests;
