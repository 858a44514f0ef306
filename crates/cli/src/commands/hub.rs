//! `runbook hub`: the server for a team.

use std::{fs, io, net::SocketAddr, path::Path, process::ExitCode};

use engine::{Clock, Engine};
use sandbox::PoolConfig;
use server::App;
use store::{Store, StoreError};
use tokio::net::TcpListener;

use crate::{args::HubArgs, backend, failure::Failure, interrupt::Interrupt, output};

pub(crate) async fn run(args: HubArgs) -> Result<ExitCode, Failure> {
    let address = SocketAddr::new(args.listen.ip(), args.port.unwrap_or(args.listen.port()));
    // The port first: a second hub must not touch the database of the first one.
    let listener = listen(address).await?;
    let store = open_store(&args).await?;
    let offers = backend::many(&args.isolation, &args.offer, &args.account_backend).await?;
    // Beside the database there is room; with one elsewhere, there may be no such directory.
    let snapshots = if args.data.is_dir() { args.data } else { std::env::temp_dir() };
    let config = engine::Config {
        max_sandboxes: args.max_sandboxes.max(1),
        keep_ready: args.ready,
        sleep_after: args.sleep_after,
        snapshots,
        pool: PoolConfig { memory_bytes: args.pool_mb << 20, ..PoolConfig::default() },
        idle_expiry: args.idle_expiry,
        limits: args.limits.execution(),
        sandbox: args.limits.sandbox(),
        egress: args.isolation.egress(),
        network: args.isolation.network,
    };
    let engine = Engine::start(store.clone(), offers, config, Clock::system()).await?;
    let config = server::Config {
        jwt_secret: args.jwt_secret,
        cors_origin: args.cors_origin,
        sign_up: !args.no_sign_up,
        metrics_token: args.metrics_token,
    };
    let app = App::hub(engine, config).await?;
    let bound = listener.local_addr().map_err(Failure::internal)?;
    // Before it is said: whoever was told may ask to stop at once.
    let stop = Interrupt::listen()?;
    output::say(&format!("Runbook is ready at http://{bound}"))?;
    app.serve(listener, stop.asked()).await.map_err(Failure::internal)?;
    store.close().await?;
    Ok(ExitCode::SUCCESS)
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

async fn open_store(args: &HubArgs) -> Result<Store, Failure> {
    let url = match &args.database {
        Some(url) => url.clone(),
        None => {
            create_private(&args.data).map_err(|error| {
                let data = args.data.display();
                Failure::unavailable(format!(
                    "the data directory {data} cannot be made: {error}; choose another one with --data"
                ))
            })?;
            format!("sqlite://{}", args.data.join("hub.db").display())
        }
    };
    Store::open(&url).await.map_err(|error| match (&args.database, error) {
        (None, StoreError::Unavailable { reason }) => Failure::unavailable(format!(
            "the data directory {} cannot be used ({reason}); choose another one with --data",
            args.data.display()
        )),
        (_, error) => error.into(),
    })
}

/// Makes a directory that only its owner can look into.
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}
