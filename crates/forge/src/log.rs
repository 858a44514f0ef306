//! The end of a log, wherever the forge keeps it.
//!
//! A forge answers with the log, or with a signed address at its store of blobs. That one redirect is followed, and no
//! other: without the token, over https, to an address that may be reached.

use std::{
    collections::VecDeque,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use reqwest::{
    Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::LOCATION,
};

use crate::{
    ForgeError, LogEnd,
    api::{Api, Ask, client, unreachable},
};

/// Which addresses a log may be fetched from, besides the forge's own host.
pub type MayReach = fn(IpAddr) -> bool;

/// How long the transfer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Most bytes of a log that are kept: what an agent can read.
const MOST_KEPT: usize = 64 << 10;

/// Most bytes of a log that are read to find its end. No store of blobs gives the end alone.
const MOST_READ: u64 = 64 << 20;

/// Finds only addresses that may be reached.
#[derive(Debug)]
struct Resolver(MayReach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let may_reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<SocketAddr> = found.filter(|it| may_reach(it.ip())).collect();
            if good.is_empty() {
                return Err(Box::from("its address is none that logs are fetched from"));
            }
            let addresses: Addrs = Box::new(good.into_iter());
            Ok(addresses)
        })
    }
}

/// What the forge answers to such a question, or what the store of blobs does that it names.
pub(crate) async fn end(
    api: &Api,
    ask: Ask<'_>,
    may_reach: MayReach,
) -> Result<LogEnd, ForgeError> {
    let what = ask.what().to_owned();
    let answer = api.request(ask).await?;
    if answer.status().is_success() {
        return tail(api.host(), &what, answer).await;
    }
    if !answer.status().is_redirection() {
        return Err(api.refusal(answer, what).await);
    }
    let location = answer.headers().get(LOCATION).and_then(|it| it.to_str().ok());
    let url = location.and_then(|it| Url::parse(it).ok());
    let url = url.filter(|it| is_safe(it, api.base(), may_reach)).ok_or_else(|| {
        api.unreadable(format!("the {what} is to be fetched from where no log may be"))
    })?;
    fetch(url, api.base(), &what, may_reach).await
}

/// The token stays here, so what matters is whom this machine can be made to ask.
fn is_safe(url: &Url, forge: &Url, may_reach: MayReach) -> bool {
    let is_own = url.origin() == forge.origin();
    // A forge that is spoken to in the clear is on this machine.
    let is_private =
        url.scheme() == "https" || (forge.scheme() == "http" && url.scheme() == "http");
    let address = url.host_str().map(|it| it.trim_matches(['[', ']']).parse::<IpAddr>());
    let is_reachable = match address {
        Some(Ok(address)) => may_reach(address),
        // A name: the resolver decides.
        Some(Err(_)) => true,
        None => false,
    };
    let is_bare = url.username().is_empty() && url.password().is_none();
    is_bare && is_private && (is_own || is_reachable)
}

async fn fetch(
    url: Url,
    forge: &Url,
    what: &str,
    may_reach: MayReach,
) -> Result<LogEnd, ForgeError> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let is_own = url.origin() == forge.origin();
    let may_reach: MayReach = if is_own { |_| true } else { may_reach };
    let client = client(PATIENCE).dns_resolver(Resolver(may_reach)).build();
    let client = client.map_err(|error| unreachable(&host, &error))?;
    // The address is a secret for as long as it is good, and errors do not name it.
    let answer = client.get(url).send().await;
    let answer = answer.map_err(|error| unreachable(&host, &error.without_url()))?;
    match answer.status() {
        it if it.is_success() => tail(&host, what, answer).await,
        it => {
            let reason = format!("asked for the {what} it answered {}", it.as_u16());
            Err(ForgeError::Unreachable { host, reason })
        }
    }
}

async fn tail(host: &str, what: &str, mut answer: Response) -> Result<LogEnd, ForgeError> {
    let (mut kept, mut read) = (VecDeque::new(), 0);
    while let Some(chunk) = answer.chunk().await.map_err(|error| unreachable(host, &error))? {
        read += chunk.len() as u64;
        if read > MOST_READ {
            let what = format!("bytes of the {what}");
            return Err(ForgeError::TooMuch { host: host.to_owned(), most: MOST_READ, what });
        }
        kept.extend(chunk);
        kept.drain(..kept.len().saturating_sub(MOST_KEPT));
    }
    let left_out = read - kept.len() as u64;
    Ok(LogEnd { bytes: kept.into(), left_out })
}
