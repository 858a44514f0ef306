use document::Runtime;
use engine::Indexes;
use sandbox::ExitStatus;

use super::{
    archives::zip,
    compiled::compile_and_run,
    harness::{Kitchen, failure, limits},
    index::{Files, Index},
};

const MODULE: &str = "example.com/greeting";

/// A module proxy.
fn files() -> Files {
    let mut files = Files::new();
    let mut list = String::new();
    for version in ["v1.0.0", "v1.4.0"] {
        let module = format!("module {MODULE}\n\ngo 1.16\n");
        let code = format!("package greeting\n\nconst Version = \"{version}\"\n");
        let inside = |name: &str| format!("{MODULE}@{version}/{name}");
        let archive = zip(&[
            (inside("go.mod"), module.clone().into_bytes()),
            (inside("greeting.go"), code.into_bytes()),
        ]);
        let at = |end: &str| format!("/{MODULE}/@v/{version}.{end}");
        let info = format!("{{\"Version\":\"{version}\",\"Time\":\"2024-01-01T00:00:00Z\"}}");
        files.insert(format!("/{MODULE}/@latest"), info.clone().into_bytes());
        files.insert(at("info"), info.into_bytes());
        files.insert(at("mod"), module.into_bytes());
        files.insert(at("zip"), archive);
        list.extend([version, "\n"]);
    }
    files.insert(format!("/{MODULE}/@v/list"), list.into_bytes());
    files
}

async fn kitchen(index: &Index) -> Option<Kitchen> {
    let go = vec![index.url("").parse().unwrap()];
    let indexes = Indexes { go, go_sums: Some("off".to_owned()), ..Indexes::default() };
    Kitchen::open(indexes, limits(), &["go"]).await
}

#[tokio::test]
async fn a_program_is_built_against_a_module_of_a_proxy() {
    let index = Index::serve(|_| files());
    let Some(kitchen) = kitchen(&index).await else { return };
    let environment = kitchen.ready(Runtime::Go, &["example.com/greeting@v1.0.0"]).await.unwrap();
    let code = "package main\n\nimport \"example.com/greeting\"\n\n\
                func main() { println(greeting.Version) }\n";
    let (_, stderr, status) = compile_and_run(&kitchen, Runtime::Go, code, &environment).await;
    assert_eq!((stderr.as_str(), status), ("v1.0.0\n", ExitStatus::Code(0)));
    let newest = kitchen.ready(Runtime::Go, &["example.com/greeting"]).await.unwrap();
    let (_, stderr, _) = compile_and_run(&kitchen, Runtime::Go, code, &newest).await;
    assert_eq!(stderr, "v1.4.0\n");
}

#[tokio::test]
async fn a_module_that_no_proxy_has_is_not_looked_for_elsewhere() {
    let index = Index::serve(|_| files());
    let Some(kitchen) = kitchen(&index).await else { return };
    let (what, log) = failure(kitchen.ready(Runtime::Go, &["example.org/nothing"]).await);
    assert!(what.starts_with("go could not get example.org/nothing: exit code"), "{what}");
    assert!(log.contains("404 Not Found"), "{log}");
}
