//! From a source to a program, in a sandbox without a network, against what an environment has built.
//!
//! What a compiler refuses is the program's failure, not ours: it becomes a program that says the same
//! and ends with the same code.

use std::{fs::Permissions, os::unix::fs::PermissionsExt, path::PathBuf};

use document::Runtime;
use sandbox::{
    ExitStatus, Program, Sandbox, SandboxError, SandboxPath,
    runtime::{Installed, Runtimes},
};

use super::{
    CompileOrder, EnvironmentError,
    cache::{Lease, Making},
    increments,
    recipe::Externs,
    workbench::{Hears, Step, Workbench},
};

/// What a compiler made. It stays as long as this is held.
#[derive(Clone, Debug)]
pub struct Compiled {
    made: Made,
    /// Of the language that runs it: for TypeScript that is node.
    runner: Installed,
    source: SandboxPath,
}

#[derive(Clone, Debug)]
enum Made {
    Binary(Lease),
    Script(Lease),
    Refused { said: Vec<u8>, code: i32 },
}

/// What a compiler did.
#[derive(Debug)]
pub(super) enum Outcome {
    Made { bytes: u64 },
    Refused { said: Vec<u8>, code: i32 },
}

/// The one file of a compiled program's tree.
const PROGRAM: &str = "program";

/// Prints a file and ends with a code: names are arguments, never part of the text.
const REPEAT: &str = r#"cat -- "$1" >&2; exit "$2""#;

/// The largest program that is taken out of a build.
const MOST_BYTES: u64 = 256 << 20;

impl Compiled {
    pub(super) fn binary(lease: Lease, runner: Installed, source: &SandboxPath) -> Self {
        Self { made: Made::Binary(lease), runner, source: source.clone() }
    }

    pub(super) fn script(lease: Lease, runner: Installed, source: &SandboxPath) -> Self {
        Self { made: Made::Script(lease), runner, source: source.clone() }
    }

    pub(super) fn refused(
        (said, code): (Vec<u8>, i32),
        runner: Installed,
        source: &SandboxPath,
    ) -> Self {
        Self { made: Made::Refused { said, code }, runner, source: source.clone() }
    }

    /// Whether the compiler refused the source.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.made, Made::Refused { .. })
    }

    /// Puts the program into a sandbox, beside its source, and says how to start it.
    ///
    /// # Errors
    ///
    /// The sandbox does not take it.
    pub async fn place(&self, sandbox: &Sandbox) -> Result<Program, SandboxError> {
        let workspace = sandbox.workspace();
        let (stem, _) = self.source.as_str().rsplit_once('.').unwrap_or((self.source.as_str(), ""));
        let at = |name: &str| SandboxPath::try_from(name).expect("a safe path stays one");
        let argv = match &self.made {
            Made::Binary(lease) => {
                let path = at(&format!(".cache/{stem}/program"));
                sandbox.write_file(&path, &read(lease).await?, 0o755).await?;
                vec![format!("{workspace}/{path}")]
            }
            Made::Script(lease) => {
                let script = read(lease).await?;
                let is_module = script.starts_with(MODULE_BANNER.as_bytes());
                let path = at(&format!("{stem}.{}", if is_module { "mjs" } else { "cjs" }));
                sandbox.write_file(&path, &script, 0o644).await?;
                let node = self.runner.path().to_string_lossy().into_owned();
                let maps = "--enable-source-maps".to_owned();
                vec![node, maps, format!("{workspace}/{path}")]
            }
            Made::Refused { said, code } => {
                let path = at(&format!(".cache/{stem}/refused"));
                sandbox.write_file(&path, said, 0o644).await?;
                let words = ["/bin/sh", "-c", REPEAT, "compile"].map(str::to_owned);
                let arguments = [format!("{workspace}/{path}"), code.to_string()];
                words.into_iter().chain(arguments).collect()
            }
        };
        let env = self.runner.environment(workspace);
        Ok(Program { env, cwd: workspace.to_owned(), ..Program::new(argv) })
    }
}

async fn read(lease: &Lease) -> Result<Vec<u8>, SandboxError> {
    tokio::fs::read(lease.tree().join(PROGRAM)).await.map_err(SandboxError::Source)
}

/// What a compiler works with beside the source.
#[derive(Debug)]
pub(super) struct Toolbox {
    pub(super) compiler: Installed,
    /// The packages that the source may use.
    pub(super) environment: Option<Lease>,
    /// The library of the language, built ahead, for Go.
    pub(super) library: Option<Lease>,
    /// The environment of esbuild, for TypeScript.
    pub(super) esbuild: Option<Lease>,
    pub(super) externs: Externs,
    /// Where the compiler keeps something for the next time: the program before, if it is there.
    pub(super) before: Option<Option<Lease>>,
}

impl Toolbox {
    /// What its sandbox must show.
    pub(super) fn trees(&self) -> impl Iterator<Item = PathBuf> {
        let all = [&self.environment, &self.library, &self.esbuild];
        let before = self.before.iter().flatten();
        all.into_iter().flatten().chain(before).map(|it| it.tree().to_owned())
    }
}

/// Which runtime stands behind a language that is compiled.
pub(super) fn runner(runtime: Runtime, runtimes: &Runtimes) -> Result<Installed, EnvironmentError> {
    let name = match runtime {
        Runtime::Typescript => Runtime::Node.name(),
        Runtime::Python | Runtime::Node | Runtime::Bash | Runtime::Go | Runtime::Rust => {
            runtime.name()
        }
    };
    let found = runtimes.get(name).expect("both tables have the same six runtimes");
    found.cloned().map_err(|missing| EnvironmentError::Unavailable {
        what: missing.to_string(),
        advice: "or use another language".to_owned(),
    })
}

/// Compiles into the tree of `making`; gives what the compiler said where it refuses.
pub(super) async fn compile(
    bench: &mut Workbench,
    order: &CompileOrder<'_>,
    toolbox: &Toolbox,
    making: &Making,
) -> Result<Outcome, EnvironmentError> {
    for directory in ["home", "scratch", "out"] {
        bench.make_directory(directory).await?;
    }
    for (path, bytes) in order.files {
        bench.write(path, bytes).await?;
    }
    bench.write(order.source, order.code.as_bytes()).await?;
    let step = match order.runtime {
        Runtime::Go => go(bench, order, toolbox).await?,
        Runtime::Rust => rust(bench, order, toolbox).await?,
        Runtime::Typescript => typescript(bench, order, toolbox),
        Runtime::Python | Runtime::Node | Runtime::Bash => {
            return Err(bench.failed(format!("{} is not compiled", order.runtime)));
        }
    };
    let done = bench.attempt(step).await?;
    match done.status {
        ExitStatus::Code(0) => {}
        ExitStatus::Code(code) => return Ok(Outcome::Refused { said: done.answer, code }),
        ExitStatus::Signal(signal) => {
            return Err(bench.failed(format!("the compiler was killed by signal {signal}")));
        }
    }
    let program = bench.read_up_to(&format!("out/{PROGRAM}"), MOST_BYTES).await?;
    let mut bytes = program.len() as u64;
    if toolbox.before.is_some() {
        let directory = making.tree().join(increments::DIRECTORY);
        let made = tokio::fs::create_dir(&directory).await;
        made.map_err(|error| EnvironmentError::cache("keep what was compiled", &error))?;
        bytes += bench.export(increments::DIRECTORY, &directory).await?;
    }
    let target = making.tree().join(PROGRAM);
    let kept = async {
        tokio::fs::write(&target, program).await?;
        tokio::fs::set_permissions(&target, Permissions::from_mode(0o755)).await
    };
    kept.await.map_err(|error| EnvironmentError::cache("keep a program", &error))?;
    Ok(Outcome::Made { bytes })
}

fn step(bench: &Workbench, toolbox: &Toolbox, argv: Vec<String>) -> Step {
    let mut env = toolbox.compiler.environment(&bench.at(""));
    env.retain(|(name, _)| name != "TMPDIR" && name != "HOME");
    env.push(("TMPDIR".to_owned(), bench.at("scratch")));
    env.push(("HOME".to_owned(), bench.at("home")));
    let fails_as = "the compiler did not end".to_owned();
    Step { fails_as, argv, env, cwd: String::new(), hears: Hears::Everything }
}

async fn go(
    bench: &mut Workbench,
    order: &CompileOrder<'_>,
    toolbox: &Toolbox,
) -> Result<Step, EnvironmentError> {
    bench.make_directory("built").await?;
    let built = bench.at("built");
    for lease in [&toolbox.library, &toolbox.environment].into_iter().flatten() {
        // The cache is shown read-only; its entries are never changed, so links to them do.
        let from = format!("{}/built/.", lease.tree().display());
        let argv = ["/bin/cp", "--recursive", "--symbolic-link", "--no-clobber", &from, &built];
        let argv = argv.iter().map(|it| (*it).to_owned()).collect();
        bench.attempt(step(bench, toolbox, argv)).await?;
    }
    let mut words = vec!["build", "-ldflags=-s -w"];
    // What was built ahead was built so; without, the library that came with Go is good as it is.
    if toolbox.library.is_some() || toolbox.environment.is_some() {
        words.push("-trimpath");
    }
    words.push("-o");
    let words = words.into_iter().map(str::to_owned);
    // Its date would have Go look through everything that is linked.
    bench
        .attempt(step(
            bench,
            toolbox,
            vec!["/bin/rm".into(), "-f".into(), format!("{built}/trim.txt")],
        ))
        .await?;
    let compiler = toolbox.compiler.path().to_string_lossy().into_owned();
    let files = [bench.at(&format!("out/{PROGRAM}")), bench.at(order.source.as_str())];
    let argv = [compiler].into_iter().chain(words).chain(files).collect();
    let mut step = step(bench, toolbox, argv);
    let mut set = |name: &str, value: String| {
        step.env.retain(|(it, _)| it != name);
        step.env.push((name.to_owned(), value));
    };
    set("GOCACHE", built);
    set("GOPATH", bench.at("home/go"));
    if let Some(lease) = &toolbox.environment {
        let tree = lease.tree();
        set("GOMODCACHE", tree.join("modules").to_string_lossy().into_owned());
        set("GO111MODULE", "on".to_owned());
        set("GOFLAGS", "-buildvcs=false -mod=mod".to_owned());
        for name in ["go.mod", "go.sum"] {
            let path = SandboxPath::try_from(name).expect("our own names are safe");
            if let Ok(text) = tokio::fs::read(tree.join(name)).await {
                bench.write(&path, &text).await?;
            }
        }
    }
    Ok(step)
}

async fn rust(
    bench: &mut Workbench,
    order: &CompileOrder<'_>,
    toolbox: &Toolbox,
) -> Result<Step, EnvironmentError> {
    let mut argv = vec![toolbox.compiler.path().to_string_lossy().into_owned()];
    let words = ["--edition", "2021", "--crate-name", "program", "-C", "strip=debuginfo", "-o"];
    argv.extend(words.map(str::to_owned));
    argv.push(bench.at(&format!("out/{PROGRAM}")));
    if let Some(lease) = &toolbox.environment {
        let tree = lease.tree();
        let at = |path: &str| tree.join(path).to_string_lossy().into_owned();
        argv.extend(["-L".to_owned(), format!("dependency={}", at("target/debug/deps"))]);
        for (kind, path) in &toolbox.externs.search {
            argv.extend(["-L".to_owned(), format!("{kind}={}", at(path))]);
        }
        for (name, path) in &toolbox.externs.crates {
            argv.extend(["--extern".to_owned(), format!("{name}={}", at(path))]);
        }
    }
    if let Some(before) = &toolbox.before {
        bench.make_directory(increments::DIRECTORY).await?;
        let own = bench.at(increments::DIRECTORY);
        if let Some(lease) = before {
            let from = format!("{}/{}/.", lease.tree().display(), increments::DIRECTORY);
            let copy = ["/bin/cp", "--recursive", &from, &own].map(str::to_owned).to_vec();
            bench.attempt(step(bench, toolbox, copy)).await?;
        }
        argv.extend(["-C".to_owned(), format!("incremental={own}")]);
    }
    argv.push(bench.at(order.source.as_str()));
    Ok(step(bench, toolbox, argv))
}

/// Modules have none of these by themselves, and programs for node use them nevertheless. As globals they
/// stand in the way of nobody who declares his own.
const MODULE_BANNER: &str = "import{createRequire as $c}from\"node:module\";\
    globalThis.require??=$c(import.meta.url);\
    globalThis.__filename??=new URL(import.meta.url).pathname;\
    globalThis.__dirname??=new URL(\".\",import.meta.url).pathname;";

fn typescript(bench: &Workbench, order: &CompileOrder<'_>, toolbox: &Toolbox) -> Step {
    // What asks for these is written as a script; everything else may await and import as a module.
    let is_script = ["require.main", "module.exports"].iter().any(|it| order.code.contains(it));
    let mut argv = vec![
        esbuild(toolbox),
        bench.at(order.source.as_str()),
        "--bundle".to_owned(),
        "--packages=external".to_owned(),
        "--platform=node".to_owned(),
        "--target=node18".to_owned(),
        "--sourcemap=inline".to_owned(),
        "--sources-content=false".to_owned(),
        "--log-level=warning".to_owned(),
        "--color=false".to_owned(),
        format!("--outfile={}", bench.at(&format!("out/{PROGRAM}"))),
    ];
    if is_script {
        argv.push("--format=cjs".to_owned());
    } else {
        argv.extend(["--format=esm".to_owned(), format!("--banner:js={MODULE_BANNER}")]);
    }
    step(bench, toolbox, argv)
}

/// The native program: what npm puts beside it is a script that looks for it.
fn esbuild(toolbox: &Toolbox) -> String {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let program = format!("node_modules/@esbuild/linux-{architecture}/bin/esbuild");
    let tree = toolbox.esbuild.as_ref().map(|it| it.tree().join(program));
    tree.unwrap_or_default().to_string_lossy().into_owned()
}
