//! One request to a preview: who asks, and from where; then to the program and back, streamed.
//!
//! Each request has a connection of its own to the program, so that nothing of one can be taken for the
//! beginning of another, and is written anew from what was understood of it.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, Version, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use engine::{OpenPortError, PortError, ReachError};
use hyper::{client::conn::http1, upgrade::OnUpgrade};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::{io::copy_bidirectional, sync::OwnedSemaphorePermit};

use super::{
    COOKIE, OPEN, Previews, Target,
    headers::{asks_for_socket, become_socket, to_browser, to_program},
    is_path,
    page::Nothing,
};
use crate::{
    App,
    auth::{Pass, cookies},
};

/// How often it is looked whether a socket's user is still signed in.
const LOOKED_AT_EVERY: std::time::Duration = std::time::Duration::from_secs(30);

pub(super) async fn answer(State(app): State<App>, request: Request) -> Response {
    let Some(previews) = app.previews.clone() else { return Nothing::NoPreview.into_response() };
    match pass_on(&app, &previews, request).await {
        Ok(response) => response,
        Err(nothing) => nothing.into_response(),
    }
}

async fn pass_on(
    app: &App,
    previews: &Arc<Previews>,
    request: Request,
) -> Result<Response, Nothing> {
    let host = host(&request)?;
    let label = previews.url.label(&host).ok_or(Nothing::NoPreview)?.to_ascii_lowercase();
    let origin = previews.url.origin(&label);
    if request.uri().path() == OPEN {
        return open(previews, &label, &request);
    }
    check_method(&request)?;
    check_site(&request, &origin)?;
    let shown: Vec<&str> = cookies(request.headers(), COOKIE).collect();
    let target = previews.target(&label, &shown).ok_or(Nothing::NotOpened)?;
    if !target.pass.counts(app).await {
        return Err(Nothing::NotOpened);
    }
    send(app, previews, target, (request, &origin)).await
}

/// The host that is asked for, which must be said once, and the same wherever it is said.
fn host(request: &Request) -> Result<String, Nothing> {
    let mut said = request.headers().get_all(header::HOST).iter();
    let host = said.next().and_then(|it| it.to_str().ok()).ok_or(Nothing::BadRequest)?;
    let in_target = request.uri().authority();
    if said.next().is_some() || in_target.is_some_and(|it| !it.as_str().eq_ignore_ascii_case(host))
    {
        return Err(Nothing::BadRequest);
    }
    Ok(host.to_owned())
}

/// Methods that are about us, and not about what the program has, are not passed on.
fn check_method(request: &Request) -> Result<(), Nothing> {
    let is_about_us = matches!(*request.method(), Method::CONNECT | Method::TRACE);
    if is_about_us
        || request.version() < Version::HTTP_10
        || request.uri().path_and_query().is_none()
    {
        return Err(Nothing::BadRequest);
    }
    Ok(())
}

/// Refuses what a page of another origin sends with the cookie, but for links that are followed.
fn check_site(request: &Request, origin: &str) -> Result<(), Nothing> {
    let text = |name: &str| request.headers().get(name).and_then(|it| it.to_str().ok());
    let is_link = request.method() == Method::GET && text("sec-fetch-mode") == Some("navigate");
    let from_elsewhere = matches!(text("sec-fetch-site"), Some("cross-site" | "same-site"));
    if from_elsewhere && !is_link {
        return Err(Nothing::CrossOrigin);
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        && !asks_for_socket(request.headers());
    match text("origin") {
        Some(said) if !is_read && said != origin => Err(Nothing::CrossOrigin),
        Some(_) | None => Ok(()),
    }
}

#[derive(Deserialize)]
struct OpenQuery {
    ticket: String,
    #[serde(default)]
    to: String,
}

/// Turns a ticket into this host's cookie.
fn open(previews: &Previews, label: &str, request: &Request) -> Result<Response, Nothing> {
    let query = axum::extract::Query::<OpenQuery>::try_from_uri(request.uri());
    let Ok(axum::extract::Query(OpenQuery { ticket, to })) = query else {
        return Err(Nothing::NotOpened);
    };
    if request.method() != Method::GET {
        return Err(Nothing::BadRequest);
    }
    let key = previews.redeem(label, &ticket).ok_or(Nothing::NotOpened)?;
    let secure = if previews.url.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={key}; Path=/; HttpOnly; SameSite=Lax{secure}");
    let location = if is_path(&to) { to } else { "/".to_owned() };
    let text = |it: String| HeaderValue::try_from(it).map_err(|_| Nothing::BadRequest);
    let headers = [
        (header::SET_COOKIE, text(cookie)?),
        (header::LOCATION, text(location)?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

async fn send(
    app: &App,
    previews: &Arc<Previews>,
    target: Target,
    (mut request, origin): (Request, &str),
) -> Result<Response, Nothing> {
    let Target { session, port, pass, room } = target;
    let permit = room.try_acquire_owned().map_err(|_| Nothing::Busy)?;
    let stream = app.engine.open_port(session, port).await.map_err(|error| match error {
        OpenPortError::Reach(ReachError::Paused) => Nothing::Paused,
        OpenPortError::Reach(ReachError::Ended) | OpenPortError::Port(PortError::Gone) => {
            Nothing::Ended
        }
        OpenPortError::Asleep
        | OpenPortError::Port(PortError::Refused { .. } | PortError::Silent { .. }) => {
            Nothing::NoProgram(port)
        }
    })?;
    let broken = |error: hyper::Error| {
        tracing::debug!(%error, port, "a program did not answer a preview");
        Nothing::Broken(port)
    };
    let (mut sender, connection) =
        http1::handshake::<_, Body>(TokioIo::new(stream)).await.map_err(broken)?;
    let stop = previews.stop.clone();
    let (sending, done) = tokio::sync::oneshot::channel();
    previews.tasks.spawn(async move {
        tokio::select! {
            ended = connection.with_upgrades() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a preview's connection broke");
                }
            }
            () = stop.cancelled() => {}
        }
        // A socket takes it over.
        sending.send(permit).ok();
    });
    let becomes_socket = request.method() == Method::GET && asks_for_socket(request.headers());
    let socket = becomes_socket.then(|| hyper::upgrade::on(&mut request));
    to_program(request.headers_mut(), origin, port);
    if socket.is_some() {
        become_socket(request.headers_mut());
    }
    let target = request.uri().path_and_query().cloned();
    *request.uri_mut() = Uri::from(target.unwrap_or_else(|| PathAndQuery::from_static("/")));
    *request.version_mut() = Version::HTTP_11;
    let mut response = sender.send_request(request).await.map_err(broken)?;
    let switched = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    // That of the program is about its own connection.
    *response.version_mut() = Version::HTTP_11;
    to_browser(response.headers_mut(), origin, port);
    if !switched {
        return Ok(response.map(Body::new));
    }
    // A program that switches without being asked speaks no HTTP that could go on.
    let Some(socket) = socket else { return Err(Nothing::Broken(port)) };
    become_socket(response.headers_mut());
    let other = hyper::upgrade::on(&mut response);
    previews.tasks.spawn(relay((app.clone(), Arc::clone(previews)), pass, (socket, other), done));
    Ok(response.map(|_| Body::empty()))
}

/// Carries bytes between a browser and a program, until one of them ends, or the user signs out.
async fn relay(
    (app, previews): (App, Arc<Previews>),
    pass: Pass,
    (browser, program): (OnUpgrade, OnUpgrade),
    permit: tokio::sync::oneshot::Receiver<OwnedSemaphorePermit>,
) {
    let both = async { tokio::try_join!(browser, program) };
    let upgraded = tokio::select! {
        upgraded = both => upgraded,
        () = previews.stop.cancelled() => return,
    };
    let (browser, program) = match upgraded {
        Ok(both) => both,
        Err(error) => {
            tracing::debug!(%error, "a preview's socket was not opened");
            return;
        }
    };
    // Held for as long as the socket is open.
    let _permit = permit.await;
    let (mut browser, mut program) = (TokioIo::new(browser), TokioIo::new(program));
    let carried = copy_bidirectional(&mut browser, &mut program);
    let signed_out = async {
        loop {
            tokio::time::sleep(LOOKED_AT_EVERY).await;
            if !pass.counts(&app).await {
                return;
            }
        }
    };
    tokio::select! {
        carried = carried => {
            if let Err(error) = carried {
                tracing::debug!(%error, "a preview's socket broke");
            }
        }
        () = signed_out => {}
        () = previews.stop.cancelled() => {}
    }
}
