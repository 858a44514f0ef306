use document::Runtime;
use engine::Indexes;
use sandbox::ExitStatus;
use serde_json::json;

use super::{
    archives::{sha256, tar_gz},
    compiled::compile_and_run,
    harness::{Kitchen, failure, limits},
    index::{Files, Index},
};

/// A sparse registry with a crate in two versions, the second of which has a feature.
fn files(url: &str) -> Files {
    let mut files = Files::new();
    let mut lines = String::new();
    for version in ["1.0.0", "2.1.0"] {
        let manifest = format!(
            "[package]\nname = \"greeting\"\nversion = \"{version}\"\nedition = \"2021\"\n\
             [features]\nloud = []\n"
        );
        let code = format!(
            "pub const VERSION: &str = \"{version}\";\npub const LOUD: bool = cfg!(feature = \"loud\");\n"
        );
        let inside = |name: &str| format!("greeting-{version}/{name}");
        let archive = tar_gz(&[
            (&inside("Cargo.toml"), 0o644, manifest.as_bytes()),
            (&inside("src/lib.rs"), 0o644, code.as_bytes()),
        ]);
        let line = json!({
            "name": "greeting", "vers": version, "deps": [], "cksum": sha256(&archive),
            "features": {"loud": []}, "yanked": false,
        });
        lines.extend([&line.to_string(), "\n"]);
        files.insert(format!("/crates/greeting/{version}/download"), archive);
    }
    files.insert("/gr/ee/greeting".to_owned(), lines.into_bytes());
    let config = json!({ "dl": format!("{url}/crates") });
    files.insert("/config.json".to_owned(), config.to_string().into_bytes());
    files
}

async fn kitchen(index: &Index) -> Option<Kitchen> {
    let indexes = Indexes { cargo: Some(index.url("/").parse().unwrap()), ..Indexes::default() };
    Kitchen::open(indexes, limits(), &["cargo", "cc"]).await
}

#[tokio::test]
async fn a_program_is_linked_against_a_crate_with_its_features() {
    let index = Index::serve(files);
    let Some(kitchen) = kitchen(&index).await else { return };
    let wanted = ["greeting[loud]@>=2,<3"];
    let environment = match kitchen.ready(Runtime::Rust, &wanted).await {
        Err(engine::EnvironmentError::Unavailable { what, .. }) => {
            eprintln!("skipped: {what}");
            return;
        }
        ready => ready.unwrap(),
    };
    let code = "fn main() { println!(\"{} {}\", greeting::VERSION, greeting::LOUD); }";
    let (stdout, stderr, status) =
        compile_and_run(&kitchen, Runtime::Rust, code, &environment).await;
    assert_eq!((stdout.as_str(), status), ("2.1.0 true\n", ExitStatus::Code(0)), "{stderr}");
}

#[tokio::test]
async fn a_crate_that_there_is_not_fails_with_cargos_words() {
    let index = Index::serve(files);
    let Some(kitchen) = kitchen(&index).await else { return };
    if kitchen
        .ready(Runtime::Rust, &["greeting"])
        .await
        .is_err_and(|it| matches!(it, engine::EnvironmentError::Unavailable { .. }))
    {
        eprintln!("skipped: there is no cargo beside the compiler");
        return;
    }
    let (what, log) = failure(kitchen.ready(Runtime::Rust, &["greetings-none"]).await);
    assert!(what.starts_with("cargo could not fetch greetings-none: exit code"), "{what}");
    assert!(log.contains("no matching package"), "{log}");
}
