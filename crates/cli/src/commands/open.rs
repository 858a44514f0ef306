//! `runbook open`: one local document in the browser. Only its blocks as they are at the start
//! can run, only from this machine, only by whoever was shown the URL.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use engine::{Clock, Engine};
use server::{App, Local, LocalDocument, LocalSecret, PreviewUrl};
use store::Store;

use super::hub::listen;
use crate::{
    args::OpenArgs, backend, cache, documents::Source, failure::Failure, interrupt::Interrupt,
    output,
};

pub(crate) async fn run(args: OpenArgs) -> Result<ExitCode, Failure> {
    let source = Source::open(&args.document).await?;
    let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))).await?;
    let port = listener.local_addr().map_err(Failure::internal)?.port();
    let preview_listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let preview_port = preview_listener.local_addr().map_err(Failure::internal)?.port();
    let offers = backend::many(&args.isolation, Some(&source.document), &[], &[]).await?;
    // What is run and printed here lives as long as this process.
    let store = Store::open("sqlite::memory:").await?;
    let environments = cache::of_server(&args.cache, &args.isolation, &offers.default)?;
    let config = engine::Config {
        limits: args.limits.execution(),
        sandbox: args.limits.sandbox(),
        egress: args.isolation.egress(),
        network: args.isolation.network,
        snapshots: std::env::temp_dir(),
        environments,
        ..engine::Config::default()
    };
    let engine = Engine::start(store, offers, config, Clock::system()).await?;
    let user = engine.create_user("you@localhost", "you", "").await.map_err(Failure::internal)?;
    let opened = engine
        .create_runbook(user.id, &source.title(), &source.text)
        .await
        .map_err(Failure::rejected)?;
    let secret = LocalSecret::random();
    let url = format!("http://127.0.0.1:{port}{}", secret.path());
    let document = LocalDocument { path: source.path, content: source.original };
    let app =
        App::local(engine, Local { user, runbook: opened.runbook.id, secret, port, document });
    let app = app.with_previews(PreviewUrl::of_this_machine(preview_port));
    // Before the URL is said: whoever reads it may ask to stop at once.
    let stop = Interrupt::listen()?;
    output::say(&url)?;
    if !args.no_browser {
        open_browser(&url);
    }
    app.serve_with_previews(listener, Some(preview_listener), stop.asked()).await;
    Ok(ExitCode::SUCCESS)
}

/// Shows the URL in the user's browser, where there is a desktop. It was printed in any case.
fn open_browser(url: &str) {
    let desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|it| std::env::var_os(it).is_some());
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
