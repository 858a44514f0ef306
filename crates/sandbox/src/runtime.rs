//! Runtimes: how a program in each language is started, and where its interpreter is on this host.
//!
//! Looking costs a few calls of `stat`; versions are asked of the programs themselves, once, when
//! somebody wants to know.

use std::{path::PathBuf, sync::OnceLock, thread};

use crate::runtime::search::{Program, Search};

mod search;
mod version;

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

/// Compiles to a fresh name and becomes the program: its exit is then the program's own.
const COMPILE_AND_RUN: &str =
    r#"dir=$(mktemp -d) && "$1" --edition 2021 -o "$dir/program" "$2" && exec "$dir/program""#;

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

/// A runtime as this host has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    pub runtime: Runtime,
    /// Host directories outside `/usr` that a sandbox must show.
    pub toolchains: Vec<PathBuf>,
    program: PathBuf,
    before_source: Vec<String>,
    version_argument: &'static str,
}

/// A runtime that this host lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is not installed on this machine; on Debian and Ubuntu: apt install {package}")]
pub struct MissingRuntime {
    pub name: &'static str,
    package: &'static str,
}

/// The runtimes of this host, looked up when they are asked for.
#[derive(Debug)]
pub struct Runtimes {
    search: Search,
    found: [Entry; ALL.len()],
}

#[derive(Debug, Default)]
struct Entry {
    installed: OnceLock<Result<Installed, MissingRuntime>>,
    version: OnceLock<Option<String>>,
}

/// Prepares to look in the usual places first, then in the directories of a `PATH`.
#[must_use]
pub fn discover(path_variable: &str) -> Runtimes {
    Runtimes { search: Search::new(path_variable), found: Default::default() }
}

impl Runtimes {
    /// `None` for a name that is not in the table.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Result<&Installed, &MissingRuntime>> {
        let position = ALL.iter().position(|it| it.name == name)?;
        let installed = self.found[position].installed.get_or_init(|| self.find(ALL[position]));
        Some(installed.as_ref())
    }

    /// What the runtime says of itself, such as `3.11.2`. Starts it the first time: some 10 to
    /// 200 ms during which the calling thread waits.
    #[must_use]
    pub fn version(&self, name: &str) -> Option<&str> {
        let position = ALL.iter().position(|it| it.name == name)?;
        let installed = self.get(name)?.ok()?;
        let ask = || version::ask(&installed.program, installed.version_argument);
        self.found[position].version.get_or_init(ask).as_deref()
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
        let found = match runtime.name {
            "python" => self.plain(runtime, &["python3", "python"], &["-u"], "--version"),
            "node" => self.plain(runtime, &["node", "nodejs"], &[], "--version"),
            "bash" => self.plain(runtime, &["bash"], &[], "--version"),
            "golang" => self.plain(runtime, &["go"], &["run"], "version"),
            "typescript" => self.typescript(runtime),
            "rust" => self.rust(runtime),
            _ => None,
        };
        found.ok_or(MissingRuntime { name: runtime.name, package: runtime.package })
    }

    fn plain(
        &self,
        runtime: Runtime,
        names: &[&str],
        arguments: &[&str],
        version_argument: &'static str,
    ) -> Option<Installed> {
        let Program { path, toolchains } = names.iter().find_map(|it| self.search.program(it))?;
        Some(Installed {
            runtime,
            toolchains,
            program: path,
            before_source: arguments.iter().map(|it| (*it).to_owned()).collect(),
            version_argument,
        })
    }

    /// `tsx` runs what the type checker would refuse, as the others do, and knows every syntax.
    fn typescript(&self, runtime: Runtime) -> Option<Installed> {
        if let Some(mut tsx) = self.plain(runtime, &["tsx"], &[], "--version")
            && let Some(node) = self.search.program("node")
        {
            tsx.toolchains.extend(node.toolchains);
            tsx.toolchains.dedup();
            return Some(tsx);
        }
        let node_is_new = || {
            let version = version::parse(self.version("node")?)?;
            (version >= NODE_WITH_TYPESCRIPT).then_some(())
        };
        node_is_new()
            .and_then(|()| self.plain(runtime, &["node"], &[], "--version"))
            .or_else(|| self.plain(runtime, &["bun"], &["run"], "--version"))
            .or_else(|| self.plain(runtime, &["deno"], &["run", "--allow-all"], "--version"))
    }

    fn rust(&self, runtime: Runtime) -> Option<Installed> {
        // rustc calls it to link.
        self.search.program("cc")?;
        let Program { path, toolchains } = self.search.rustc()?;
        Some(Installed {
            runtime,
            toolchains,
            program: path,
            before_source: Vec::new(),
            version_argument: "--version",
        })
    }
}

impl Installed {
    /// The command that runs a source file, given by its absolute path in the sandbox.
    #[must_use]
    pub fn command(&self, source: &str) -> Vec<String> {
        let program = self.program.to_string_lossy().into_owned();
        if self.runtime.name == "rust" {
            // Names are arguments of the script, never part of its text.
            let script = ["/bin/sh", "-c", COMPILE_AND_RUN, "rust"].map(str::to_owned);
            return script.into_iter().chain([program, source.to_owned()]).collect();
        }
        let mut command = vec![program];
        command.extend(self.before_source.iter().cloned());
        command.push(source.to_owned());
        command
    }

    /// The environment of its programs, complete: nothing of the server's is in it.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let bins = self.toolchains.iter().map(|it| format!("{}/bin:", it.display()));
        let path: String = bins.chain([SYSTEM_PATH.to_owned()]).collect();
        let always = [
            ("PATH", path.as_str()),
            ("HOME", "/tmp"),
            ("USER", "runbook"),
            ("LANG", "C.UTF-8"),
            ("TMPDIR", "/tmp"),
        ];
        let own: &[_] = match self.runtime.name {
            "python" => &[("PYTHONDONTWRITEBYTECODE", "1")],
            // Without a network, neither a newer compiler nor a module could be fetched.
            "golang" => &[
                ("GOCACHE", "/tmp/.cache/go-build"),
                ("GOPATH", "/tmp/.go"),
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
        let pairs = always.iter().chain(own);
        pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }
}

#[cfg(test)]
mod tests;
