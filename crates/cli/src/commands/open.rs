//! `runbook open`, `serve` and `watch`: one local document in the browser, reached only from this machine and only by
//! whoever was shown the URL. What runs is what stood there at the start, unless its author watches.

use std::{
    env,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use engine::{
    Clock, Engine, Offer,
    local::{BackendName, Carried, LocalConfig, LocalRunbook, Mode, Opening, Providers, Trust},
};
use model::user::User;
use sandbox::{Access, Choice, Mount, Spec, System};
use server::{App, Follows, Local, LocalDocument, LocalSecret, PreviewUrl};
use store::Store;
use tokio::net::TcpListener;

use super::hub::listen;
use crate::{
    args::{OpenArgs, WatchArgs},
    backend, cache,
    documents::Source,
    failure::Failure,
    interrupt::Interrupt,
    output, signers,
};

/// How long whatever listens on our port may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) async fn open(args: OpenArgs) -> Result<ExitCode, Failure> {
    run(args, Mode::Open).await
}

pub(crate) async fn serve(args: OpenArgs) -> Result<ExitCode, Failure> {
    run(OpenArgs { no_browser: true, ..args }, Mode::Open).await
}

pub(crate) async fn watch(args: WatchArgs) -> Result<ExitCode, Failure> {
    let mode = if args.disable_live_file_reload { Mode::WatchRegistry } else { Mode::Watch };
    run(args.open, mode).await
}

async fn run(mut args: OpenArgs, mode: Mode) -> Result<ExitCode, Failure> {
    let source = Source::open_for_reader(&args.document, args.tf_runbook.as_deref()).await?;
    let has_components = !source.document.components.is_empty();
    let follows = if has_components { Follows::Start } else { follows(&source, mode)? };
    if has_components && args.isolation.backend == Choice::Auto {
        // Such documents are about the machine that they are opened on; the page says so.
        args.isolation.backend = Choice::Host;
    }
    let listener = listen_here(args.port).await?;
    let port = listener.local_addr().map_err(Failure::internal)?.port();
    // `localhost` is this one first, where there is one.
    let second = listen(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await.ok();
    let preview_listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let preview_port = preview_listener.local_addr().map_err(Failure::internal)?.port();
    let offers = backend::many(&args.isolation, Some(&source.document), &[], &[]).await?;
    let offer = offers.default.clone();
    // What is run and printed here lives as long as this process.
    let store = Store::open("sqlite::memory:").await?;
    // Scripts of components find the machine's own packages.
    let environments = match has_components {
        true => None,
        false => cache::of_server(&args.cache, &args.isolation, &offers.default)?,
    };
    let config = engine::Config {
        limits: args.limits.execution(),
        sandbox: args.limits.sandbox(),
        egress: args.isolation.egress(),
        network: args.isolation.network.clone(),
        snapshots: env::temp_dir(),
        environments,
        ..engine::Config::default()
    };
    let engine = Engine::start(store, offers, config, Clock::system()).await?;
    let user = engine.create_user("you@localhost", "you", "").await.map_err(Failure::internal)?;
    let (runbook, components) = if has_components {
        (None, Some(with_components(&engine, &args, mode, &source, &user, &offer)?))
    } else {
        let stored = engine.create_runbook(user.id, &source.title(), &source.text).await;
        (Some(stored.map_err(Failure::rejected)?.runbook.id), None)
    };
    let session = components.as_ref().map(|it| it.session().clone());
    let secret = LocalSecret::random();
    let url = format!("http://127.0.0.1:{port}{}", secret.path());
    let origin = source.origin.as_ref().map(|it| server::Source {
        url: it.url.clone(),
        reference: it.reference.clone(),
        commit: it.commit.clone(),
    });
    let document =
        LocalDocument { path: source.path.clone(), content: source.original.clone(), follows };
    let local = Local { user, runbook, secret, port, document, components, source: origin };
    let app = App::local(engine, local).with_previews(PreviewUrl::of_this_machine(preview_port));
    // Before the URL is said: whoever reads it may ask to stop at once.
    let stop = Interrupt::listen()?;
    output::say(&url)?;
    if !args.no_browser {
        open_browser(&url);
    }
    let listeners = [listener].into_iter().chain(second).collect();
    app.serve_with_previews(listeners, Some(preview_listener), stop.asked()).await;
    if let Some(session) = session {
        session.close().await;
    }
    Ok(ExitCode::SUCCESS)
}

/// What of a document without components is shown and runs: its blocks have one text for both.
fn follows(source: &Source, mode: Mode) -> Result<Follows, Failure> {
    let refused = |what: &str, advice: &str| {
        Err(Failure::rejected(format!("{} {what}; {advice}", source.name())))
    };
    match mode {
        Mode::Open => Ok(Follows::Start),
        Mode::Watch if source.is_notebook() => refused(
            "is a notebook, which is read once",
            "use `runbook open`, and again after a change",
        ),
        Mode::Watch => Ok(Follows::File),
        Mode::WatchRegistry => refused(
            "has no components, so what is shown is what runs",
            "leave out --disable-live-file-reload, or use `runbook open`",
        ),
    }
}

/// Opens a document whose components run scripts.
fn with_components(
    engine: &Engine,
    args: &OpenArgs,
    mode: Mode,
    source: &Source,
    user: &User,
    offer: &Offer,
) -> Result<LocalRunbook, Failure> {
    let work = working_directory(args, source)?;
    let signers = signers::read(args.trusted_signers.as_deref())?;
    let is_isolated = offer.name != Choice::Host.to_string();
    if !is_isolated {
        output::note(
            "scripts run on this machine, as you; --backend namespaces runs them in a sandbox",
        );
    }
    let access = if args.read_only { Access::ReadOnly } else { Access::ReadWrite };
    let mounts = match is_isolated {
        true => vec![Mount::new(&work, access).map_err(Failure::rejected)?],
        false => Vec::new(),
    };
    let cwd = work.to_string_lossy().into_owned();
    let variables = env::vars_os();
    let variables =
        variables.filter_map(|(name, it)| Some((name.into_string().ok()?, it.into_string().ok()?)));
    let declared = source.document.front_matter.as_ref().map(|it| it.env.as_slice());
    let carried = match is_isolated {
        true => Carried::declared(declared.unwrap_or_default(), variables, cwd),
        false => Carried::new(variables, cwd),
    };
    let config = LocalConfig {
        user: user.clone(),
        backend: Arc::clone(&offer.backend),
        spec: Spec {
            limits: args.limits.sandbox(),
            network: args.isolation.network.clone(),
            egress: args.isolation.egress(),
            system: offer.image.clone().map_or(System::Host, System::Image),
            mounts,
            ..Spec::default()
        },
        carried,
        generated: work.join(&args.output_path),
        output_bytes: args.limits.execution().output_bytes,
        providers: Providers::default(),
    };
    let trust = match args.trust || source.is_ours {
        true => Trust::Given,
        false => Trust::Asked { remembered: cache::state().map(|it| it.join("trusted")) },
    };
    let backend = BackendName { name: offer.name.clone(), isolated: is_isolated };
    let opening = Opening {
        path: source.path.clone(),
        mode,
        trust,
        module: source.module.clone(),
        repository: source.repository(),
        signers,
        origin: source.address(),
        backend,
    };
    LocalRunbook::open(engine.clone(), opening, config).map_err(Failure::rejected)
}

/// Listens on this machine, and says so if another runbook is there already.
async fn listen_here(port: u16) -> Result<TcpListener, Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match listen(address).await {
        Err(_) if is_runbook(address).await => Err(Failure::unavailable(format!(
            "another runbook is open on port {port}; end that one, or choose another port with --port"
        ))),
        listened => listened,
    }
}

/// Whether a runbook answers at an address.
async fn is_runbook(address: SocketAddr) -> bool {
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build();
    let Ok(client) = client else { return false };
    let asked = client.get(format!("http://{address}/api/health")).send().await;
    let Ok(mut answer) = asked else { return false };
    // The first piece is enough of an answer that is ours, and of others nobody knows how long they are.
    let body = answer.chunk().await.ok().flatten().unwrap_or_default();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    body["program"] == "runbook"
}

/// Where scripts begin: beside the document, or where the user is if that came from elsewhere or is for any module.
fn working_directory(args: &OpenArgs, source: &Source) -> Result<PathBuf, Failure> {
    let is_elsewhere = source.origin.is_some() || source.module.is_some();
    let beside = source.path.parent().filter(|it| !is_elsewhere && !it.as_os_str().is_empty());
    let usual = beside.unwrap_or(Path::new("."));
    let directory = args.working_dir.as_deref().unwrap_or(usual);
    let found = std::fs::canonicalize(directory).ok().filter(|it| it.is_dir());
    found.ok_or_else(|| {
        let what = format!("{} is no directory", directory.display());
        Failure::rejected(format!("{what}; name one with --working-dir"))
    })
}

/// Shows the URL in the user's browser, where there is a desktop. It was printed in any case.
fn open_browser(url: &str) {
    let desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|it| env::var_os(it).is_some());
    if !desktop {
        return;
    }
    #[expect(clippy::disallowed_methods, reason = "the user's own browser, not a user's program")]
    let started = std::process::Command::new("xdg-open")
        .arg(url)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if started.is_err() {
        output::note("no browser could be opened; open the URL above");
    }
}
