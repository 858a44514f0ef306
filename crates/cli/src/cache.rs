//! Where packages and compiled programs are kept, as the flags or the user's own directories have it.

use std::{env, path::PathBuf, sync::Arc};

use engine::{BuildLimits, EnvironmentError, Environments, EnvironmentsConfig, Offer};
use sandbox::EgressConfig;

use crate::{
    args::{CacheFlags, IsolationFlags},
    failure::Failure,
    indexes, output,
};

/// Whether the command goes on after its work, as a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    Command,
    Server,
}

/// The cache for what a server offers to everybody.
pub(crate) fn of_server(
    flags: &CacheFlags,
    isolation: &IsolationFlags,
    offer: &Offer,
) -> Result<Option<Environments>, Failure> {
    open(flags, isolation, offer, Lifetime::Server).map_err(Failure::unavailable)
}

/// Opens the cache. `None`, with a word about it, where there is no place for one and nobody asked.
pub(crate) fn open(
    flags: &CacheFlags,
    isolation: &IsolationFlags,
    offer: &Offer,
    lifetime: Lifetime,
) -> Result<Option<Environments>, EnvironmentError> {
    let Some(directory) = flags.cache_dir.clone().or_else(usual) else { return Ok(None) };
    let config = EnvironmentsConfig {
        directory,
        bytes: flags.cache_mb << 20,
        build: BuildLimits {
            timeout: flags.build_timeout,
            memory_bytes: flags.build_memory_mb << 20,
            ..BuildLimits::default()
        },
        compile: BuildLimits::COMPILE,
        builds_ahead: lifetime == Lifetime::Server,
        indexes: indexes::read(flags),
        egress: egress(isolation),
    };
    let Offer { image, backend, runtimes, .. } = offer;
    match Environments::open(config, Arc::clone(backend), image.clone(), Arc::clone(runtimes)) {
        Ok(environments) => Ok(Some(environments)),
        Err(error) if flags.cache_dir.is_some() => Err(error),
        Err(error) => {
            if lifetime == Lifetime::Server {
                output::note(&format!("runbook: no packages are installed here: {error}"));
            }
            Ok(None)
        }
    }
}

/// The user's own directory for what can be made again.
pub(crate) fn usual() -> Option<PathBuf> {
    of_user("XDG_CACHE_HOME", ".cache")
}

/// The user's own directory for what is to outlive a start.
pub(crate) fn state() -> Option<PathBuf> {
    of_user("XDG_STATE_HOME", ".local/state")
}

/// The user's own directory for what they have decided.
pub(crate) fn settings() -> Option<PathBuf> {
    of_user("XDG_CONFIG_HOME", ".config")
}

/// Ours in what a variable names, or else at a place in the user's home.
fn of_user(variable: &str, in_home: &str) -> Option<PathBuf> {
    let of = |name: &str| env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    Some(of(variable).or_else(|| Some(of("HOME")?.join(in_home)))?.join("runbook"))
}

/// As sandboxes reach hosts, and otherwise by the proxy that this machine's own tools use.
fn egress(isolation: &IsolationFlags) -> EgressConfig {
    let mut egress = isolation.egress();
    let names =
        ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    let named = names.iter().filter_map(|it| env::var_os(it)?.into_string().ok());
    egress.upstream_proxy =
        egress.upstream_proxy.or_else(|| named.filter_map(|it| it.parse().ok()).next());
    egress
}
