//! `runbook hub`: the server for a team.

use std::{io, net::SocketAddr, path::Path, process::ExitCode};

use engine::{Clock, Engine, FunctionsConfig, SecretKey};
use sandbox::PoolConfig;
use server::{App, PreviewUrl};
use tokio::net::TcpListener;

use super::worker::{config_of, machine, open_artifacts};
use crate::{
    agents,
    args::{HubArgs, PreviewFlags},
    backend, cache, database,
    failure::Failure,
    interrupt::Interrupt,
    key, output,
};

pub(crate) async fn run(args: HubArgs) -> Result<ExitCode, Failure> {
    let address = SocketAddr::new(args.listen.ip(), args.port.unwrap_or(args.listen.port()));
    // The port first: a second hub must not touch the database of the first one.
    let listener = listen(address).await?;
    let store = database::open(&args.isolation.data.data, args.database.as_deref()).await?;
    let secret_key = load_key(
        (args.secret_key_file.as_deref(), args.secret_key_command.as_deref()),
        &args.isolation.data.data,
    )?;
    let artifacts =
        open_artifacts(&args.artifacts, &args.isolation.data.data, &store, &secret_key)?;
    let offers = backend::many(&args.isolation, None, &args.offer, &args.account_backend).await?;
    // Beside the database there is room; with one elsewhere, there may be no such directory.
    let data = args.isolation.data.data.clone();
    let snapshots = if data.is_dir() { data.clone() } else { std::env::temp_dir() };
    let server_config = server_config(&args);
    let environments = cache::of_server(&args.cache, &args.isolation, &offers.default)?;
    let config = engine::Config {
        max_sandboxes: args.max_sandboxes.max(1),
        max_sandboxes_per_user: args.max_sandboxes_per_user,
        max_waiting: args.max_waiting,
        keep_ready: args.ready,
        sleep_after: args.sleep_after,
        snapshots,
        pool: PoolConfig { memory_bytes: args.pool_mb << 20, ..PoolConfig::default() },
        idle_expiry: args.idle_expiry,
        limits: args.limits.execution(),
        sandbox: args.limits.sandbox(),
        egress: args.isolation.egress(),
        network: args.isolation.network,
        environments,
        functions: FunctionsConfig {
            keep_warm: args.keep_warm,
            warm_instances: args.warm_instances,
            ..FunctionsConfig::default()
        },
        artifacts: Some(artifacts),
        webhooks: args.jobs.webhooks(),
        history: args.history.config(),
        secret_key,
    };
    let engine = Engine::start(store.clone(), offers, config, Clock::system()).await?;
    if let Some(key) = &args.api_key {
        engine.tokens().accept_operator_key(key).await.map_err(Failure::unavailable)?;
    }
    engine.tell_webhooks().map_err(Failure::internal)?;
    let worker = if args.jobs.no_worker {
        engine.tend_jobs(args.work.keep_jobs);
        None
    } else {
        Some(engine.work(config_of(args.work, &machine(), &engine)).await?)
    };
    let bound = listener.local_addr().map_err(Failure::internal)?;
    let opened = agents::open(&args.agents, (&engine, &data), &format!("http://{bound}")).await?;
    let app = App::hub(engine, server_config).await?;
    let app = match &opened {
        Ok(agents) => app.with_agents(agents.clone()),
        Err(why) => app.without_agents(why),
    };
    let (app, preview_listener) = show_previews(app, args.previews).await?;
    // Before it is said: whoever was told may ask to stop at once.
    let stop = Interrupt::listen()?;
    output::say(&format!("Runbook is ready at http://{bound}"))?;
    let stopped = async move {
        stop.asked().await;
        // Before the sandboxes go: what runs begins anew at the next start.
        if let Ok(agents) = opened {
            agents.shutdown().await;
        }
        // What runs may end; what has not started is another's, or waits for the next start.
        if let Some(worker) = worker {
            worker.drain().await;
        }
    };
    app.serve_with_previews(vec![listener], preview_listener, stopped).await;
    store.close().await?;
    Ok(ExitCode::SUCCESS)
}

fn server_config(args: &HubArgs) -> server::Config {
    server::Config {
        jwt_secret: args.jwt_secret.clone(),
        cors_origin: args.cors_origin.clone(),
        sign_up: !args.no_sign_up,
        metrics_token: args.metrics_token.clone(),
        max_code_request_bytes: args.code_request_mb << 20,
        max_job_payload_bytes: args.jobs.job_payload_bytes,
        accept_as_tinirun: args.accept_as_tinirun,
        token_limits: args.token_limits.limits(),
        ..server::Config::default()
    }
}

async fn show_previews(
    app: App,
    flags: PreviewFlags,
) -> Result<(App, Option<TcpListener>), Failure> {
    if flags.no_previews {
        return Ok((app, None));
    }
    let address = flags.preview_listen;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Failure::unavailable(format!(
            "listening on {address} for previews failed: {error}; choose another address with --preview-listen"
        ))
    })?;
    let port = listener.local_addr().map_err(Failure::internal)?.port();
    let url = flags.preview_url.unwrap_or_else(|| PreviewUrl::of_this_machine(port));
    Ok((app.with_previews(url), Some(listener)))
}

/// The key that seals secrets. A database elsewhere does not hold it: it stays on this machine.
pub(crate) fn load_key(
    (file, command): (Option<&Path>, Option<&str>),
    data: &Path,
) -> Result<SecretKey, Failure> {
    let path = match file {
        Some(path) => path.to_owned(),
        None => {
            database::create_private(data).map_err(|error| {
                let data = data.display();
                Failure::unavailable(format!(
                    "the data directory {data} cannot be made for the key of secrets: {error}; choose another \
                     one with --data, or a file with --secret-key-file"
                ))
            })?;
            data.join("secret.key")
        }
    };
    key::load(&path, command)
}

/// Listens, or says what stands in the way.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "two of forty call for advice")]
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Failure::unavailable(format!(
            "port {} is taken; stop what listens there, or choose another one with --port",
            address.port()
        )),
        io::ErrorKind::PermissionDenied => Failure::unavailable(format!(
            "listening on {address} is not permitted; choose a port above 1023 with --port"
        )),
        _ => Failure::unavailable(format!("listening on {address} failed: {error}")),
    })
}
