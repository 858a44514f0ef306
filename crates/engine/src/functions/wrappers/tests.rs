use serde_json::json;

use super::*;

#[test]
fn lines_of_the_code_keep_their_numbers() {
    for runtime in Runtime::ALL {
        let code = template(runtime);
        let wrapped = wrap(runtime, code, &[]);
        let beside = wrapped.files.first().map(|it| String::from_utf8(it.1.clone()).unwrap());
        let text = beside.unwrap_or(wrapped.code);
        for (number, (found, line)) in text.lines().zip(code.lines()).enumerate() {
            assert!(found.starts_with(line), "{runtime} {number}: {found}");
        }
    }
}

#[test]
fn a_package_clause_is_found_behind_comments_and_made_where_it_is_missing() {
    let rows = [
        ("package main\nfunc run() {}", Some(12)),
        ("// package x\n/* package\ny */ package  main;func run() {}", Some(42)),
        ("func run() {}", None),
        ("packages := 1", None),
        ("package", None),
        ("/* never ends", None),
        ("", None),
    ];
    for (code, expected) in rows {
        assert_eq!(go_package_end(code), expected, "{code:?}");
    }
    assert!(go("func run() {}").starts_with("package main; import ("));
    assert!(go("package main // hi\n").contains("reflect\"); // hi\n"));
}

#[test]
fn javascript_is_a_module_where_it_imports_or_exports() {
    let module = ["import x from 'y';", "export function run() {}", "export{run}", "import'./x'"];
    assert!(module.iter().all(|it| style(it) == Style::Module));
    let script = ["const x = require('y');", "important();", "exports.run = 1;", " export default"];
    assert!(script.iter().all(|it| style(it) == Style::Script));
}

#[test]
fn a_run_that_is_not_exported_is() {
    let plain = "import x from 'y';\nasync function run(input) {}";
    assert!(exporting(plain, Style::Module).ends_with("export { run };\n"));
    for own in [
        "export async function run() {}",
        "export default () => 1",
        "function run() {}\nexport { run }",
    ] {
        assert_eq!(exporting(own, Style::Module), own);
    }
}

#[test]
fn an_input_is_one_line_of_json_and_a_text_where_that_is_all_a_language_reads() {
    assert_eq!(input(Runtime::Python, &json!({"a": "\n"})), b"{\"a\":\"\\n\"}\n");
    assert_eq!(input(Runtime::Rust, &json!("a\n")), b"\"a\\n\"\na\n");
    assert_eq!(input(Runtime::Bash, &json!("a\n")), b"\"a\\n\"\na\n");
    assert_eq!(input(Runtime::Bash, &json!([1])), b"[1]\n[1]");
}

#[test]
fn a_value_is_json_and_from_a_script_also_text() {
    assert_eq!(value(Runtime::Python, b"").unwrap(), None);
    assert_eq!(value(Runtime::Python, b"null").unwrap(), Some(Value::Null));
    assert!(value(Runtime::Python, b"{oops").is_err());
    assert_eq!(value(Runtime::Bash, b"[1]\n").unwrap(), Some(json!([1])));
    assert_eq!(value(Runtime::Bash, b"Hello!\n").unwrap(), Some(json!("Hello!")));
}

#[test]
fn rust_knows_serde_json_where_the_function_depends_on_it() {
    let with = |it: &str| wrap(Runtime::Rust, "fn run() {}", &[it.to_owned()]).code;
    for it in ["serde_json", "serde_json@1", "serde_json=1.0"] {
        assert!(with(it).contains("serde_json::from_str"), "{it}");
    }
    assert!(!with("serde").contains("serde_json::from_str"));
}
