//! Every runtime of this machine runs a program in a real sandbox.

#![expect(clippy::unwrap_used, reason = "a sandbox that cannot be driven should stop the test")]
#![expect(clippy::print_stderr, reason = "what is skipped is said")]

use std::time::Duration;

use sandbox::{
    ExitStatus, Limits, Namespaces, ProcessEvent, Readiness, Sandbox, Spec, StartError,
    runtime::discover,
};

async fn says_hello(name: &str, source: &str) {
    #[expect(clippy::disallowed_methods, reason = "a test may look where programs are")]
    let path = std::env::var("PATH").unwrap();
    let runtimes = discover(&path);
    let installed = match runtimes.get(name).unwrap() {
        Ok(installed) => installed,
        Err(missing) => {
            eprintln!("skipped: {missing}");
            return;
        }
    };
    let backend = Namespaces::new(Readiness::OnDemand).unwrap();
    // Compilers want more memory than most programs.
    let limits = Limits { memory_bytes: 1 << 30, cpu_millis: 2000, ..Limits::default() };
    let spec = Spec { limits, toolchains: installed.toolchains.clone(), ..Spec::default() };
    let sandbox = match Sandbox::start(&backend, spec).await {
        Ok(sandbox) => sandbox,
        Err(error @ StartError::NotPermitted { .. }) => {
            eprintln!("skipped: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let file = format!("a dir/hello world.{}", installed.runtime.extension).parse().unwrap();
    sandbox.write_file(&file, source.as_bytes(), 0o644).await.unwrap();
    let mut program = installed.program(sandbox.workspace(), &file);
    program.timeout = Some(Duration::from_secs(120));
    let mut process = sandbox.run(program).await.unwrap();
    let mut output = Vec::new();
    while let Some(event) = process.next().await {
        match event {
            ProcessEvent::Stdout(bytes) | ProcessEvent::Stderr(bytes) => output.extend(&bytes[..]),
            ProcessEvent::Exit(exit) => {
                let output = String::from_utf8_lossy(&output);
                assert_eq!((&*output, exit.status), ("hello\n", ExitStatus::Code(3)));
            }
            ProcessEvent::Said(..) | ProcessEvent::Truncated | ProcessEvent::Lost => {
                panic!("{event:?}")
            }
        }
    }
    sandbox.destroy().await;
}

#[tokio::test]
async fn python_runs() {
    says_hello("python", "import sys\nprint('hello')\nsys.exit(3)\n").await;
}

#[tokio::test]
async fn node_runs() {
    says_hello("node", "console.log('hello'); process.exitCode = 3;\n").await;
}

#[tokio::test]
async fn bash_runs() {
    says_hello("bash", "echo hello; exit 3\n").await;
}

#[tokio::test]
async fn typescript_runs() {
    let source = "const word: string = 'hello'; console.log(word); process.exitCode = 3;\n";
    says_hello("typescript", source).await;
}

#[tokio::test]
async fn rust_runs() {
    says_hello("rust", "fn main() { println!(\"hello\"); std::process::exit(3) }\n").await;
}

#[tokio::test]
async fn golang_runs() {
    let source = "package main\nimport (\"fmt\"; \"os\")\nfunc main() { fmt.Println(\"hello\"); os.Exit(3) }\n";
    says_hello("golang", source).await;
}
