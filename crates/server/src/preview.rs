//! Programs that listen in a session, shown to their user's browser on an origin of their own.
//!
//! ```text
//!  POST …/previews ─▶ ticket ─▶ https://LABEL.preview.example.com/.runbook/open?ticket=… ─▶ cookie ─▶ requests
//!                     once, a minute     a host of its own for each port of each session      looked at each time
//! ```
//!
//! What a program sends is hostile to whoever looks at it. So it never shares an origin with the app, nor with
//! another session: its scripts can neither read the app's cookies nor call its API as the user. The host's
//! label is drawn at random and told to nobody else.

mod forward;
mod headers;
mod page;
mod url;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::Router;
use model::id::SessionId;
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::catch_panic::CatchPanicLayer;

pub use self::url::{InvalidPreviewUrl, PreviewUrl};
use crate::{
    App,
    auth::{Pass, equal},
};

/// Where a ticket becomes a cookie. Programs are not asked for this path.
const OPEN: &str = "/.runbook/open";

/// The cookie of a preview's own host.
const COOKIE: &str = "runbook_preview";

/// How long a ticket waits for the browser that it is made for.
const TICKET_LIFETIME: Duration = Duration::from_secs(60);

/// Ports of one session that are shown.
const PLACES_PER_SESSION: usize = 32;

/// Browsers that may look at one port; the one that came first goes.
const KEYS_PER_PLACE: usize = 16;

/// Requests to one port at a time, sockets included.
const REQUESTS_PER_PLACE: usize = 128;

/// Why there is no way into a port.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("{PLACES_PER_SESSION} ports of this session are shown already")]
    TooMany,
}

/// What is shown, and to whom.
#[derive(Debug)]
pub(crate) struct Previews {
    url: PreviewUrl,
    known: Mutex<Known>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Debug, Default)]
struct Known {
    /// By label.
    places: HashMap<String, Place>,
    tickets: Vec<Ticket>,
}

/// A port of a session.
#[derive(Debug)]
struct Place {
    session: SessionId,
    port: u16,
    /// The cookies that open it, the oldest first.
    keys: Vec<Key>,
    room: Arc<Semaphore>,
}

struct Key {
    secret: String,
    pass: Pass,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

struct Ticket {
    secret: String,
    label: String,
    pass: Pass,
    until: Instant,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket")
    }
}

/// How a browser gets in.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) url: String,
    pub(crate) origin: String,
}

/// A port that a request may be passed on to.
#[derive(Debug)]
struct Target {
    session: SessionId,
    port: u16,
    pass: Pass,
    room: Arc<Semaphore>,
}

impl Previews {
    pub(crate) fn new(url: PreviewUrl) -> Self {
        Self {
            url,
            known: Mutex::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Whether a browser that reaches the app under this host reaches previews too.
    pub(crate) fn reach(&self, host: &str) -> bool {
        !self.url.is_of_this_machine() || url::is_of_this_machine(host)
    }

    /// Makes a way into a port of a session for whoever shows the pass.
    pub(crate) fn open(
        &self,
        (session, port): (SessionId, u16),
        pass: Pass,
        path: &str,
        is_live: impl Fn(SessionId) -> bool,
    ) -> Result<Way, Refused> {
        let mut known = self.known();
        let now = Instant::now();
        known.tickets.retain(|it| it.until > now);
        known.places.retain(|_, it| is_live(it.session));
        let place = known.places.iter().find(|(_, it)| it.session == session && it.port == port);
        let label = match place.map(|(label, _)| label.clone()) {
            Some(label) => label,
            None => {
                let of_session = known.places.values().filter(|it| it.session == session).count();
                if of_session >= PLACES_PER_SESSION {
                    return Err(Refused::TooMany);
                }
                let label = random();
                let room = Arc::new(Semaphore::new(REQUESTS_PER_PLACE));
                let place = Place { session, port, keys: Vec::new(), room };
                known.places.insert(label.clone(), place);
                label
            }
        };
        let secret = random();
        let origin = self.url.origin(&label);
        let url = format!("{origin}{OPEN}?ticket={secret}&to={}", headers::encode(path));
        known.tickets.push(Ticket { secret, label, pass, until: now + TICKET_LIFETIME });
        Ok(Way { url, origin })
    }

    /// Takes a ticket, which is then worth nothing, and gives the cookie's value.
    fn redeem(&self, label: &str, shown: &str) -> Option<String> {
        let mut known = self.known();
        let index = known.tickets.iter().position(|it| equal(&it.secret, shown))?;
        // Whoever shows it elsewhere has it from somewhere else: it is spent too.
        let ticket = known.tickets.swap_remove(index);
        if ticket.label != label || ticket.until <= Instant::now() {
            return None;
        }
        let place = known.places.get_mut(label)?;
        if place.keys.len() >= KEYS_PER_PLACE {
            place.keys.remove(0);
        }
        let secret = random();
        place.keys.push(Key { secret: secret.clone(), pass: ticket.pass });
        Some(secret)
    }

    /// What a label shows to who has one of these cookies.
    fn target(&self, label: &str, shown: &[&str]) -> Option<Target> {
        let known = self.known();
        let place = known.places.get(label)?;
        let Place { session, port, ref keys, ref room } = *place;
        let opens = |it: &&Key| shown.iter().any(|shown| equal(&it.secret, shown));
        let pass = keys.iter().find(opens)?.pass.clone();
        Some(Target { session, port, pass, room: Arc::clone(room) })
    }

    /// How many ports of live sessions are shown.
    pub(crate) fn count(&self, is_live: impl Fn(SessionId) -> bool) -> usize {
        self.known().places.values().filter(|it| is_live(it.session)).count()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing that holds the lock can leave it half changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends what is being shown, and waits for it.
    pub(crate) async fn end(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// What answers on the previews' own address.
pub(crate) fn router(app: App) -> Router {
    Router::new().fallback(forward::answer).layer(CatchPanicLayer::new()).with_state(app)
}

/// Whether this leads to a page of the same origin.
pub(crate) fn is_path(text: &str) -> bool {
    let second = text.as_bytes().get(1);
    text.starts_with('/')
        && !matches!(second, Some(b'/' | b'\\'))
        && text.bytes().all(|it| it.is_ascii_graphic())
}

fn random() -> String {
    format!("{:032x}", engine::random_id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn previews() -> Previews {
        Previews::new("https://*.preview.example.com".parse().unwrap())
    }

    fn open(previews: &Previews, session: u128, port: u16) -> (String, String) {
        let session = SessionId::from_random(session);
        let way = previews.open((session, port), Pass::Local, "/a?b=c", |_| true).unwrap();
        let label = way.origin.strip_prefix("https://").unwrap();
        let label = label.strip_suffix(".preview.example.com").unwrap().to_owned();
        let ticket = way.url.split("ticket=").nth(1).unwrap().split('&').next().unwrap();
        assert!(way.url.ends_with("&to=%2Fa%3Fb%3Dc"), "{}", way.url);
        (label, ticket.to_owned())
    }

    #[test]
    fn a_ticket_opens_once_and_only_its_own_port() {
        let previews = previews();
        let (label, ticket) = open(&previews, 1, 8000);
        let (other, _) = open(&previews, 1, 8001);
        let (foreign, _) = open(&previews, 2, 8000);
        assert!(label != other && label != foreign && other != foreign);
        let key = previews.redeem(&label, &ticket).unwrap();
        assert_eq!(previews.redeem(&label, &ticket), None, "it was used");
        let target = previews.target(&label, &["wrong", &key]).unwrap();
        assert_eq!((target.session, target.port), (SessionId::from_random(1), 8000));
        assert!(previews.target(&other, &[&key]).is_none());
        assert!(previews.target(&foreign, &[&key]).is_none());
        assert!(previews.target(&label, &[]).is_none());
    }

    #[test]
    fn a_ticket_that_is_shown_elsewhere_is_spent() {
        let previews = previews();
        let (label, ticket) = open(&previews, 1, 8000);
        let (other, _) = open(&previews, 2, 8000);
        assert_eq!(previews.redeem(&other, &ticket), None);
        assert_eq!(previews.redeem(&label, &ticket), None);
    }

    #[test]
    fn the_same_port_keeps_its_host_and_a_session_that_ended_has_none() {
        let previews = previews();
        let (label, ticket) = open(&previews, 1, 8000);
        assert_eq!(open(&previews, 1, 8000).0, label);
        let key = previews.redeem(&label, &ticket).unwrap();
        let ended = SessionId::from_random(1);
        assert_eq!((previews.count(|_| true), previews.count(|it| it != ended)), (1, 0));
        let session = SessionId::from_random(2);
        previews.open((session, 80), Pass::Local, "/", |it| it != ended).unwrap();
        assert!(previews.target(&label, &[&key]).is_none());
    }

    #[test]
    fn a_session_shows_so_many_ports_and_no_more() {
        let previews = previews();
        for port in 1..=PLACES_PER_SESSION {
            open(&previews, 1, u16::try_from(port).unwrap());
        }
        let session = SessionId::from_random(1);
        assert!(previews.open((session, 9999), Pass::Local, "/", |_| true).is_err());
        open(&previews, 1, 1);
        open(&previews, 2, 9999);
    }

    #[test]
    fn a_path_stays_on_its_origin() {
        assert!(["/", "/a/b?c=d", "/a//b"].iter().all(|it| is_path(it)));
        let bad =
            ["", "a", "//evil.example.com", "/\\evil.example.com", "https://e", "/a b", "/\r\n"];
        assert!(!bad.iter().any(|it| is_path(it)));
    }
}
