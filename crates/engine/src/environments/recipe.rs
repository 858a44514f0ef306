//! How packages of each ecosystem are installed, and what programs are given to find them.
//!
//! Tools get their arguments as a vector, the machine's indexes as configuration, and credentials only
//! for fetching: before any code of a package runs they are gone from the sandbox.

use std::path::{Path, PathBuf};

use document::Runtime;
use sandbox::{
    SandboxPath,
    runtime::{Installed, Runtimes, Tool},
};

use super::{
    Ecosystem, EnvironmentError, Indexes,
    requirement::Requirement,
    workbench::{Hears, Step, Workbench},
};

mod cargo;
mod debian;
mod go;
mod npm;
mod python;

pub(super) use cargo::Externs;

/// Where in the workspace the tree grows that is kept.
pub(super) const TREE: &str = "environment";

const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// Programs of this machine that an installation needs.
#[derive(Clone, Debug)]
pub(super) struct Tools {
    /// The interpreter or compiler, if packages are made for one.
    pub(super) runtime: Option<Installed>,
    pub(super) manager: Tool,
    /// What it says of itself.
    pub(super) version: String,
}

/// What an installation has beside its sandbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order<'a> {
    pub(super) tools: &'a Tools,
    pub(super) requirements: &'a [Requirement],
    pub(super) indexes: &'a Indexes,
}

/// What programs are given.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) env: Vec<(String, String)>,
    pub(super) links: Vec<(SandboxPath, PathBuf)>,
}

impl Tools {
    /// Blocks while a runtime is asked for its version for the first time.
    pub(super) fn find(
        ecosystem: Ecosystem,
        runtimes: &Runtimes,
    ) -> Result<Self, EnvironmentError> {
        let (runtime, manager, package) = match ecosystem {
            Ecosystem::Python => (Some(Runtime::Python), None, "python3-pip"),
            Ecosystem::Npm => (Some(Runtime::Node), Some("npm"), "npm"),
            Ecosystem::Go => (Some(Runtime::Go), None, "golang-go"),
            Ecosystem::Cargo => (Some(Runtime::Rust), Some("cargo"), "cargo"),
            Ecosystem::Debian => (None, Some("apt-get"), "apt"),
        };
        let missing = |what: &str| EnvironmentError::Unavailable {
            what: format!("{what} is not installed on this machine"),
            advice: format!("on Debian and Ubuntu: apt install {package}"),
        };
        let found = |runtime: Runtime| {
            let name = runtime.name();
            let installed = runtimes.get(name).and_then(Result::ok).cloned();
            let version = runtimes.version(name).unwrap_or_default().to_owned();
            installed.map(|it| (it, version)).ok_or_else(|| missing(name))
        };
        let runtime = runtime.map(found).transpose()?;
        let own = runtime.as_ref().map(|(it, _)| it.path());
        let manager = match manager {
            // Cargo stands beside its compiler; what `PATH` has is often rustup.
            Some("cargo") => {
                let cargo = own.map(|it| it.with_file_name("cargo")).filter(|it| it.is_file());
                cargo
                    .map(|path| Tool { path, toolchains: Vec::new() })
                    .ok_or_else(|| missing("cargo"))
            }
            Some(name) => runtimes.tool(name).ok_or_else(|| missing(name)),
            None => {
                let path = own.map(Path::to_owned).ok_or_else(|| missing("it"));
                path.map(|path| Tool { path, toolchains: Vec::new() })
            }
        }?;
        let (runtime, version) = runtime.unzip();
        Ok(Self { runtime, manager, version: version.unwrap_or_default() })
    }

    pub(super) fn toolchains(&self) -> Vec<PathBuf> {
        let runtime = self.runtime.iter().flat_map(|it| it.toolchains.iter());
        let mut all: Vec<_> = runtime.chain(&self.manager.toolchains).cloned().collect();
        all.sort();
        all.dedup();
        all
    }

    /// The variables of every step.
    fn env(&self, bench: &Workbench) -> Vec<(String, String)> {
        let bins = self.toolchains().into_iter().map(|it| format!("{}/bin:", it.display()));
        let path: String = bins.chain([SYSTEM_PATH.to_owned()]).collect();
        let home = bench.at("home");
        let mut env = pairs(&[
            ("PATH", &path),
            ("HOME", &home),
            ("USER", "runbook"),
            ("LANG", "C.UTF-8"),
            ("TMPDIR", &bench.at("scratch")),
            ("CI", "1"),
            ("NO_COLOR", "1"),
        ]);
        env.extend(bench.proxy_variables());
        env
    }

    fn step(&self, bench: &Workbench, fails_as: &str, argv: &[&str]) -> Step {
        Step {
            fails_as: fails_as.to_owned(),
            argv: argv.iter().map(|it| (*it).to_owned()).collect(),
            env: self.env(bench),
            cwd: TREE.to_owned(),
            hears: Hears::Nothing,
        }
    }

    fn manager(&self) -> String {
        self.manager.path.to_string_lossy().into_owned()
    }
}

impl Order<'_> {
    /// The packages in words, for errors.
    fn names(&self) -> String {
        let names: Vec<_> = self.requirements.iter().map(|it| it.name.as_str()).collect();
        match names.as_slice() {
            [first, second, third, _, ..] => {
                format!("{first}, {second}, {third} and {} more", names.len() - 3)
            }
            names => names.join(", "),
        }
    }
}

/// Installs packages into the tree of a workbench, and gives what is to be noted beside it.
pub(super) async fn install(
    ecosystem: Ecosystem,
    bench: &mut Workbench,
    order: Order<'_>,
) -> Result<String, EnvironmentError> {
    for directory in ["home", "scratch", TREE] {
        bench.make_directory(directory).await?;
    }
    if let Some(certificates) = &order.indexes.certificates {
        let read = tokio::fs::read(certificates).await;
        let pem = read.map_err(|error| EnvironmentError::Unavailable {
            what: format!("the certificates {} cannot be read: {error}", certificates.display()),
            advice: "correct the machine's configuration".to_owned(),
        })?;
        bench.write(&own(CERTIFICATES), &pem).await?;
    }
    let mut note = String::new();
    match ecosystem {
        Ecosystem::Python => python::install(bench, order).await?,
        Ecosystem::Npm => npm::install(bench, order).await?,
        Ecosystem::Go if order.requirements.is_empty() => go::build_library(bench, order).await?,
        Ecosystem::Go => go::install(bench, order).await?,
        Ecosystem::Cargo => note = cargo::install(bench, order).await?,
        Ecosystem::Debian => debian::install(bench, order).await?,
    }
    Ok(note)
}

/// What finds the packages of a tree of this host.
pub(super) fn given(ecosystem: Ecosystem, tree: &Path) -> Given {
    match ecosystem {
        Ecosystem::Python => python::given(tree),
        Ecosystem::Npm => npm::given(tree),
        // Needed by compilers alone.
        Ecosystem::Go | Ecosystem::Cargo => Given::default(),
        Ecosystem::Debian => debian::given(tree),
    }
}

const CERTIFICATES: &str = "certificates.pem";

/// Variables that name the machine's certificates to a tool, if it has its own.
fn certificates(bench: &Workbench, order: Order<'_>, names: &[&str]) -> Vec<(String, String)> {
    let pem = bench.at(CERTIFICATES);
    let wanted = names.iter().filter(|_| order.indexes.certificates.is_some());
    wanted.map(|name| ((*name).to_owned(), pem.clone())).collect()
}

fn own(path: &str) -> SandboxPath {
    SandboxPath::try_from(path).expect("our own paths are safe")
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
