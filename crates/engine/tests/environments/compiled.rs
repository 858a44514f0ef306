//! Programs compiled ahead: once for each source, each environment and each owner.

use document::Runtime;
use engine::{CompileOrder, Compiled, Environment, EnvironmentError, Indexes, Owner};
use model::id::UserId;
use sandbox::{ExitStatus, SandboxPath};
use tokio_util::sync::CancellationToken;

use super::harness::{Kitchen, Said, limits, run};

pub(super) async fn compile(
    kitchen: &Kitchen,
    runtime: Runtime,
    code: &str,
    environment: &Environment,
    owner: &Owner,
) -> Result<Compiled, EnvironmentError> {
    let extension =
        sandbox::runtime::ALL.iter().find(|it| it.name == runtime.name()).unwrap().extension;
    let source = SandboxPath::try_from(format!("main.{extension}").as_str()).unwrap();
    let order = CompileOrder { runtime, source: &source, code, files: &[], environment, owner };
    let stop = CancellationToken::new();
    kitchen.environments.compiled(&order, &mut |_| {}, &stop).await
}

/// The program runs in a sandbox that shows neither a compiler nor the environment.
pub(super) async fn compile_and_run(
    kitchen: &Kitchen,
    runtime: Runtime,
    code: &str,
    environment: &Environment,
) -> Said {
    let compiled = compile(kitchen, runtime, code, environment, &Owner::local()).await.unwrap();
    let sandbox = kitchen.sandbox(Vec::new()).await;
    let program = compiled.place(&sandbox).await.unwrap();
    run(&sandbox, program).await
}

async fn kitchen(needs: &[&str]) -> Option<Kitchen> {
    Kitchen::open(Indexes::default(), limits(), needs).await
}

#[tokio::test]
async fn an_unchanged_rust_program_is_compiled_once_and_a_changed_one_again() {
    let Some(kitchen) = kitchen(&["rustc", "cc"]).await else { return };
    let code = "fn main() { println!(\"one\"); std::process::exit(7); }";
    for _ in 0..2 {
        let (stdout, stderr, status) =
            compile_and_run(&kitchen, Runtime::Rust, code, &Environment::default()).await;
        assert_eq!((stdout.as_str(), status), ("one\n", ExitStatus::Code(7)), "{stderr}");
        assert_eq!(kitchen.kept(), 1);
    }
    let changed = code.replace("one", "two");
    let (stdout, _, _) =
        compile_and_run(&kitchen, Runtime::Rust, &changed, &Environment::default()).await;
    assert_eq!((stdout.as_str(), kitchen.kept()), ("two\n", 2));
}

#[tokio::test]
async fn an_unchanged_go_program_is_compiled_once() {
    let Some(kitchen) = kitchen(&["go"]).await else { return };
    let code = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n";
    for _ in 0..2 {
        let (stdout, stderr, status) =
            compile_and_run(&kitchen, Runtime::Go, code, &Environment::default()).await;
        assert_eq!((stdout.as_str(), status), ("hello\n", ExitStatus::Code(0)), "{stderr}");
        assert_eq!(kitchen.kept(), 1);
    }
}

#[tokio::test]
async fn what_the_compiler_refuses_is_said_by_the_program_and_not_kept() {
    let Some(kitchen) = kitchen(&["rustc", "cc"]).await else { return };
    let code = "fn main() { nothing_like_that(); }";
    let compiled = compile(&kitchen, Runtime::Rust, code, &Environment::default(), &Owner::local())
        .await
        .unwrap();
    assert!(compiled.is_refused());
    let (stdout, stderr, status) =
        compile_and_run(&kitchen, Runtime::Rust, code, &Environment::default()).await;
    assert_eq!((stdout.as_str(), status), ("", ExitStatus::Code(1)));
    assert!(stderr.contains("cannot find function `nothing_like_that`"), "{stderr}");
    assert!(stderr.contains("/tmp/main.rs:1:13"), "{stderr}");
    assert_eq!(kitchen.kept(), 0);
}

/// A program that is long enough for its compiler to keep something.
fn long(says: &str) -> String {
    let one = |number: usize| {
        format!(
            "fn f{number}(it: &mut std::collections::HashMap<String, u64>) -> u64 {{ \
             *it.entry(\"a key of some length {number}\".to_owned()).or_insert({number}) }}\n"
        )
    };
    let functions: String = (0..120).map(one).collect();
    let calls: String = (0..120).map(|it| format!("sum += f{it}(&mut map);\n")).collect();
    format!(
        "{functions}fn main() {{ let (mut map, mut sum) = (Default::default(), 0);\n{calls}\
         println!(\"{says} {{sum}}\"); }}\n"
    )
}

#[tokio::test]
async fn a_changed_program_is_compiled_with_what_was_kept_of_its_owners_last_one() {
    let Some(kitchen) = kitchen(&["rustc", "cc"]).await else { return };
    let environment = Environment::default();
    // What the compiler takes over it links into its next session; what it makes anew it does not.
    let sessions = || {
        let kept = std::fs::read_dir(kitchen.directory.path().join("cache/kept")).unwrap();
        let mut found = 0;
        for tree in kept.flatten() {
            let increments = tree.path().join("tree/increments");
            let programs = std::fs::read_dir(increments).unwrap().flatten();
            found += programs.filter(|it| it.path().is_dir()).count();
        }
        found
    };
    for (number, says) in [(1, "one"), (1, "two"), (2, "three"), (1, "four")] {
        let owner = Owner::user(UserId::from_random(number));
        let compiled = compile(&kitchen, Runtime::Rust, &long(says), &environment, &owner).await;
        let sandbox = kitchen.sandbox(Vec::new()).await;
        let program = compiled.unwrap().place(&sandbox).await.unwrap();
        let (stdout, stderr, _) = run(&sandbox, program).await;
        assert_eq!(stdout, format!("{says} 7140\n"), "{stderr}");
        sandbox.destroy().await;
    }
    assert_eq!((kitchen.kept(), sessions()), (4, 4));
    let lines = std::fs::read_dir(kitchen.directory.path().join("cache/latest")).unwrap().count();
    assert_eq!(lines, 2, "one for each owner");
    // What is gone is compiled as if for the first time.
    let kitchen = kitchen.with_room_for(1);
    let owner = Owner::user(UserId::from_random(1));
    compile(&kitchen, Runtime::Rust, &long("five"), &environment, &owner).await.unwrap();
    let owner = Owner::user(UserId::from_random(2));
    let last = compile(&kitchen, Runtime::Rust, &long("six"), &environment, &owner).await;
    assert!(!last.unwrap().is_refused());
}

#[tokio::test]
async fn a_compiler_finds_nothing_of_the_machine_to_put_into_a_program() {
    let Some(kitchen) = kitchen(&["rustc", "cc"]).await else { return };
    let secret = kitchen.directory.path().join("secret");
    std::fs::write(&secret, "a secret of the machine").unwrap();
    for path in [secret.to_str().unwrap(), "/etc/shadow", "/proc/1/environ"] {
        let code = format!("fn main() {{ println!(\"{{:?}}\", include_bytes!(\"{path}\")); }}");
        let (environment, owner) = (Environment::default(), Owner::local());
        let compiled = compile(&kitchen, Runtime::Rust, &code, &environment, &owner).await;
        assert!(compiled.unwrap().is_refused(), "{path} was read");
    }
}

#[tokio::test]
async fn what_one_user_compiled_is_not_given_to_another() {
    let Some(kitchen) = kitchen(&["rustc", "cc"]).await else { return };
    let code = "fn main() {}";
    for (number, kept) in [(1, 1), (2, 2), (1, 2)] {
        let owner = Owner::user(UserId::from_random(number));
        compile(&kitchen, Runtime::Rust, code, &Environment::default(), &owner).await.unwrap();
        assert_eq!(kitchen.kept(), kept);
    }
}
