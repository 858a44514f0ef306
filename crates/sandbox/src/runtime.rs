//! Runtimes: how a program in each language is started, and where its interpreter is on this host.
//!
//! Looking costs a few calls of `stat`; versions are asked of the programs themselves, once, when
//! somebody wants to know.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    thread,
};

use crate::{
    link::SandboxError,
    path::SandboxPath,
    runtime::search::{Program, Search},
    sandbox::Sandbox,
    standby::StandbyPlan,
};

mod image;
mod search;
mod version;

pub use search::on_path;

/// Every runtime, by the name it has on the wire.
pub const ALL: [Runtime; 6] = [
    Runtime { name: "python", extension: "py", package: "python3" },
    Runtime { name: "node", extension: "js", package: "nodejs" },
    Runtime { name: "bash", extension: "sh", package: "bash" },
    Runtime { name: "golang", extension: "go", package: "golang-go" },
    Runtime { name: "typescript", extension: "ts", package: "nodejs npm && npm install -g tsx" },
    Runtime { name: "rust", extension: "rs", package: "rustc gcc" },
];

/// The first Node that runs TypeScript without a flag.
const NODE_WITH_TYPESCRIPT: (u32, u32) = (22, 18);

// Both compile to a fresh place and become the program, so that its exit and its signals are its own;
// `go run` would turn every failure into exit code 1. Names are arguments, never part of the text.
const COMPILE_GO: &str = r#"dir=$(mktemp -d) && "$1" build -o "$dir/program" "$2" && shift 2 && exec "$dir/program" "$@""#;
const COMPILE_RUST: &str = r#"dir=$(mktemp -d) && "$1" --edition 2021 --crate-name program -o "$dir/program" "$2" && shift 2 && exec "$dir/program" "$@""#;

// For a source that nobody compiled; what could is an environment of the engine's.
const UNCOMPILED: &str = "echo 'typescript: nothing here compiles it; keep a cache of packages, or \
    install tsx' >&2; exit 127";

// For a program whose kernel is gone: nothing else runs its language.
const WITHOUT_KERNEL: &str = "echo 'the Jupyter kernel has ended' >&2; exit 1";

/// What runs programs of any language for which a Jupyter kernel is installed.
const JUPYTER: Runtime =
    Runtime { name: "jupyter", extension: "txt", package: "python3-ipykernel" };

const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// How a language is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runtime {
    pub name: &'static str,
    /// Of its source files, without a dot.
    pub extension: &'static str,
    /// What `apt install` brings it.
    package: &'static str,
}

/// A runtime as this host, or an image, has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    pub runtime: Runtime,
    /// Host directories outside `/usr` that a sandbox must show.
    pub toolchains: Vec<PathBuf>,
    program: PathBuf,
    start: Start,
    version_argument: &'static str,
    /// Where its programs look for others, behind the toolchains.
    system_path: Arc<str>,
    /// What else the maker of its system wants programs to find in their environment.
    system_env: Arc<[(String, String)]>,
    /// What its programs find beside that, over everything else.
    added_env: Arc<[(String, String)]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// The program takes these arguments, then the source.
    Interpret(&'static [&'static str]),
    /// A script for `sh` takes the program and the source.
    Compile(&'static str),
    /// The program runs only what was made from the source before.
    Transpiled,
    /// Only a kernel runs them.
    InKernel,
}

/// A program that goes with a runtime and is not its interpreter: a package manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    pub path: PathBuf,
    /// Host directories outside `/usr` that a sandbox must show.
    pub toolchains: Vec<PathBuf>,
}

/// A runtime that this host, or an image, lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is not installed {place}; on Debian and Ubuntu: apt install {package}")]
pub struct MissingRuntime {
    pub name: &'static str,
    place: &'static str,
    package: &'static str,
}

/// The runtimes of this host, looked up when they are asked for.
#[derive(Debug)]
pub struct Runtimes {
    search: Search,
    found: [Entry; ALL.len()],
    transpiled: OnceLock<Option<Installed>>,
}

#[derive(Debug, Default)]
struct Entry {
    installed: OnceLock<Result<Installed, MissingRuntime>>,
    version: OnceLock<Option<String>>,
}

/// Prepares to look in the usual places first, then in the directories of a `PATH`.
#[must_use]
pub fn discover(path_variable: &str) -> Runtimes {
    Runtimes {
        search: Search::new(path_variable),
        found: Default::default(),
        transpiled: OnceLock::new(),
    }
}

/// Asks inside a sandbox whose system is not this machine's. Its programs are named without their
/// directory, and no toolchains are shown. `env` is what the maker of the system wants programs to find
/// in their environment.
///
/// # Errors
///
/// The sandbox ended meanwhile.
pub async fn discover_in(
    sandbox: &Sandbox,
    env: &Arc<[(String, String)]>,
) -> Result<Runtimes, SandboxError> {
    let search = Search::Elsewhere(image::look(sandbox, env).await?);
    Ok(Runtimes { search, found: Default::default(), transpiled: OnceLock::new() })
}

impl Runtimes {
    /// `None` for a name that is not in the table.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Result<&Installed, &MissingRuntime>> {
        let position = ALL.iter().position(|it| it.name == name)?;
        let installed = self.found[position].installed.get_or_init(|| self.find(ALL[position]));
        Some(installed.as_ref())
    }

    /// As [`Self::get`], and TypeScript also where only node is there: its programs run once they are
    /// compiled ahead.
    #[must_use]
    pub fn get_or_transpiled(&self, name: &str) -> Option<Result<&Installed, &MissingRuntime>> {
        let found = self.get(name)?;
        if found.is_ok() || name != "typescript" {
            return Some(found);
        }
        let transpiled = self.transpiled.get_or_init(|| {
            self.tool("npm")?;
            let node = self.get("node")?.ok()?.clone();
            let runtime = ALL.into_iter().find(|it| it.name == name)?;
            Some(Installed { runtime, start: Start::Transpiled, ..node })
        });
        Some(transpiled.as_ref().ok_or(()).or(found))
    }

    /// The same runtimes, where programs of one of them find more variables: see [`add_variables`]. Looks for
    /// all of them, which takes some milliseconds where nobody did before.
    #[must_use]
    pub fn with_variables(&self, name: &str, variables: &[(String, String)]) -> Self {
        let entry = |runtime: Runtime| {
            let found = self.get(runtime.name).expect("it is one of the table");
            let mut installed = found.cloned().map_err(Clone::clone);
            if let Ok(installed) = installed.as_mut()
                && runtime.name == name
            {
                installed.added_env =
                    installed.added_env.iter().chain(variables).cloned().collect();
            }
            let version = self.known_version(runtime.name).map(|it| Some(it.to_owned()));
            let version = version.map_or_else(OnceLock::new, OnceLock::from);
            Entry { installed: OnceLock::from(installed), version }
        };
        let transpiled = self.transpiled.clone();
        Self { search: self.search.clone(), found: ALL.map(entry), transpiled }
    }

    /// Jupyter kernels, found with what python's programs find. Whether the one that is asked for is there
    /// shows when it starts.
    #[must_use]
    pub fn jupyter(&self) -> Installed {
        let python = self.get("python").and_then(Result::ok);
        let toolchains = python.map(|it| it.toolchains.clone()).unwrap_or_default();
        let program = Program { path: PathBuf::from("/bin/sh"), toolchains };
        self.installed(JUPYTER, program, Start::InKernel, "")
    }

    /// A program by its name, where this host has it. Those of an image are not known.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<Tool> {
        match &self.search {
            Search::Here(_) => {
                let Program { path, toolchains } = self.search.program(name)?;
                Some(Tool { path, toolchains })
            }
            Search::Elsewhere(_) => None,
        }
    }

    /// What the runtime says of itself, such as `3.11.2`. Starts it the first time: some 10 to
    /// 200 ms during which the calling thread waits.
    #[must_use]
    pub fn version(&self, name: &str) -> Option<&str> {
        let position = ALL.iter().position(|it| it.name == name)?;
        let installed = self.get_or_transpiled(name)?.ok()?;
        let ask = || match &self.search {
            Search::Here(_) => version::ask(&installed.program, installed.version_argument),
            Search::Elsewhere(found) => {
                let name = installed.program.to_str()?;
                found.programs.get(name)?.clone()
            }
        };
        self.found[position].version.get_or_init(ask).as_deref()
    }

    /// The same without waiting, where it was asked before.
    #[must_use]
    pub fn known_version(&self, name: &str) -> Option<&str> {
        let position = ALL.iter().position(|it| it.name == name)?;
        self.found[position].version.get()?.as_deref()
    }

    /// Asks all versions at once, so that later questions need not wait.
    pub fn ask_versions(&self) {
        thread::scope(|scope| {
            for runtime in ALL {
                scope.spawn(move || self.version(runtime.name));
            }
        });
    }

    fn find(&self, runtime: Runtime) -> Result<Installed, MissingRuntime> {
        let interpret = Start::Interpret;
        let found = match runtime.name {
            "python" => {
                self.plain(runtime, &["python3", "python"], interpret(&["-u"]), "--version")
            }
            "node" => self.plain(runtime, &["node", "nodejs"], interpret(&[]), "--version"),
            "bash" => self.plain(runtime, &["bash"], interpret(&[]), "--version"),
            "golang" => self.plain(runtime, &["go"], Start::Compile(COMPILE_GO), "version"),
            "typescript" => self.typescript(runtime),
            "rust" => self.rust(runtime),
            _ => None,
        };
        let Runtime { name, package, .. } = runtime;
        found.ok_or(MissingRuntime { name, place: self.search.place(), package })
    }

    fn plain(
        &self,
        runtime: Runtime,
        names: &[&str],
        start: Start,
        version_argument: &'static str,
    ) -> Option<Installed> {
        let program = names.iter().find_map(|it| self.search.program(it))?;
        Some(self.installed(runtime, program, start, version_argument))
    }

    fn installed(
        &self,
        runtime: Runtime,
        Program { path: program, toolchains }: Program,
        start: Start,
        version_argument: &'static str,
    ) -> Installed {
        let (system_path, system_env) = (self.search.system_path(), self.search.system_env());
        let added_env = Arc::default();
        Installed {
            runtime,
            toolchains,
            program,
            start,
            version_argument,
            system_path,
            system_env,
            added_env,
        }
    }

    /// `tsx` runs what the type checker would refuse, as the others do, and knows every syntax.
    fn typescript(&self, runtime: Runtime) -> Option<Installed> {
        let by = |name, arguments| {
            self.plain(runtime, &[name], Start::Interpret(arguments), "--version")
        };
        if let Some(mut tsx) = by("tsx", &[])
            && let Some(node) = self.search.program("node")
        {
            tsx.toolchains.extend(node.toolchains);
            tsx.toolchains.dedup();
            return Some(tsx);
        }
        let node = self.version("node").and_then(version::parse);
        node.filter(|it| *it >= NODE_WITH_TYPESCRIPT)
            .and_then(|_| by("node", &[]))
            .or_else(|| by("bun", &["run"]))
            .or_else(|| by("deno", &["run", "--allow-all"]))
    }

    fn rust(&self, runtime: Runtime) -> Option<Installed> {
        // rustc calls it to link.
        self.search.program("cc")?;
        let rustc = self.search.rustc()?;
        Some(self.installed(runtime, rustc, Start::Compile(COMPILE_RUST), "--version"))
    }
}

impl Installed {
    /// The program that runs a source file of a workspace, in it.
    #[must_use]
    pub fn program(&self, workspace: &str, source: &SandboxPath) -> crate::Program {
        let command = self.command(&format!("{workspace}/{source}"));
        crate::Program {
            env: self.environment(workspace),
            cwd: workspace.to_owned(),
            ..crate::Program::new(command)
        }
    }

    /// How to start its interpreter ahead of the program of a source file; `None` for compilers. Unlike
    /// those of python and node, a plan for bash is good for this one source only.
    #[must_use]
    pub fn standby(&self, workspace: &str, source: &SandboxPath) -> Option<StandbyPlan> {
        StandbyPlan::new(self.runtime.name, &self.program(workspace, source))
    }

    /// As [`Self::standby`], for a program with other variables than a plain one has.
    #[must_use]
    pub fn standby_for(&self, program: &crate::Program) -> Option<StandbyPlan> {
        StandbyPlan::new(self.runtime.name, program)
    }

    /// The interpreter or compiler.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.program
    }

    /// Whether its programs are compiled before they run.
    #[must_use]
    pub fn is_compiler(&self) -> bool {
        match self.start {
            Start::Interpret(_) | Start::InKernel => false,
            Start::Compile(_) | Start::Transpiled => true,
        }
    }

    /// Whether it takes a source, and not only what was compiled from one.
    #[must_use]
    pub fn takes_sources(&self) -> bool {
        match self.start {
            Start::Interpret(_) | Start::Compile(_) | Start::InKernel => true,
            Start::Transpiled => false,
        }
    }

    /// The command that runs a source file, given by its absolute path in the sandbox.
    fn command(&self, source: &str) -> Vec<String> {
        let program = self.program.to_string_lossy().into_owned();
        let (before, after): (&[&str], _) = match &self.start {
            Start::Interpret(arguments) => (&[], *arguments),
            Start::Compile(script) => (&["/bin/sh", "-c", script, "compile"], [].as_slice()),
            Start::Transpiled => (&["/bin/sh", "-c", UNCOMPILED, "compile"], [].as_slice()),
            Start::InKernel => (&["/bin/sh", "-c", WITHOUT_KERNEL, "kernel"], [].as_slice()),
        };
        let words = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        [words(before), vec![program], words(after), vec![source.to_owned()]].concat()
    }

    /// The environment of its programs, complete: nothing of the server's is in it.
    #[must_use]
    pub fn environment(&self, workspace: &str) -> Vec<(String, String)> {
        let bins = self.toolchains.iter().map(|it| format!("{}/bin:", it.display()));
        let path: String = bins.chain([self.system_path.to_string()]).collect();
        let always = [
            ("PATH", path.as_str()),
            ("HOME", workspace),
            ("USER", "runbook"),
            ("LANG", "C.UTF-8"),
            ("TMPDIR", workspace),
        ];
        let (build_cache, modules) =
            (format!("{workspace}/.cache/go-build"), format!("{workspace}/.go"));
        let own: &[_] = match self.runtime.name {
            "python" => &[("PYTHONDONTWRITEBYTECODE", "1")],
            // Without a network, neither a newer compiler nor a module could be fetched.
            "golang" => &[
                ("GOCACHE", &build_cache),
                ("GOPATH", &modules),
                ("GOTOOLCHAIN", "local"),
                ("GO111MODULE", "auto"),
                ("GOPROXY", "off"),
                ("GOFLAGS", "-buildvcs=false"),
                ("GOTELEMETRY", "off"),
                ("CGO_ENABLED", "0"),
            ],
            "typescript" => &[("DENO_NO_UPDATE_CHECK", "1")],
            _ => &[],
        };
        let ours = always.iter().chain(own);
        let ours: Vec<_> = ours.map(|(name, it)| ((*name).to_owned(), (*it).to_owned())).collect();
        let is_ours = |name: &str| ours.iter().any(|(it, _)| it == name);
        let theirs = self.system_env.iter().filter(|(name, _)| !is_ours(name)).cloned();
        let mut env = theirs.chain(ours.iter().cloned()).collect();
        add_variables(&mut env, &self.added_env);
        env
    }
}

/// Gives an environment more variables. `PATH` and `LD_LIBRARY_PATH` go before those that there are, others
/// take their place.
pub fn add_variables(env: &mut Vec<(String, String)>, added: &[(String, String)]) {
    for (name, value) in added {
        let there = env.iter_mut().find(|(it, _)| it == name);
        let goes_before = matches!(name.as_str(), "PATH" | "LD_LIBRARY_PATH");
        match there {
            Some((_, old)) if goes_before => *old = format!("{value}:{old}"),
            Some((_, old)) => old.clone_from(value),
            None => env.push((name.clone(), value.clone())),
        }
    }
}

#[cfg(test)]
mod tests;
