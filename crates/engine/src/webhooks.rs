//! Webhooks: tells a URL of its owner's that a job has ended, until it listens or has had its chances.
//!
//! What is sent is signed as Standard Webhooks have it, with a secret of its owner's that is derived from
//! the installation's key. A job is told at least once: `webhook-id` is the job's, so that who hears it
//! twice can know. Tries are rows of the database, taken by one hub at a time: a restart forgets none and begins none
//! anew. Users choose the URLs, and so only addresses of the public internet are spoken to unless
//! the operator says otherwise, whatever a name resolves to.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, stream};
use hmac::{Hmac, Mac};
use model::{
    id::UserId,
    job::{Job, Order},
};
use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use serde_json::json;
use sha2::Sha256;
use store::Telling;

use crate::{Engine, secrets::MacKey};

/// How often ended jobs are looked for.
const LOOK: Duration = Duration::from_secs(1);

/// Told at the same time.
const AT_ONCE: u64 = 16;

/// How long a try is this hub's alone: longer than any listener may take.
const HOLD: Duration = Duration::from_secs(30);

/// How long a listener may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What an operator decides about webhooks.
#[derive(Clone, Copy, Debug)]
pub struct WebhooksConfig {
    /// Speak to addresses of private networks and of this machine, too.
    pub private: bool,
    /// Tries before a listener is given up.
    pub tries: u32,
    /// Wait after the first try; doubled after each further one.
    pub pause: Duration,
}

impl Default for WebhooksConfig {
    /// Twelve tries over an hour and eight minutes: a listener may be deployed anew meanwhile.
    fn default() -> Self {
        Self { private: false, tries: 12, pause: Duration::from_secs(1) }
    }
}

/// Why a job's webhook is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWebhook {
    #[error("{url:?} is no address of a webhook; write http://… or https://… without a password")]
    Url { url: String },
    #[error("{host} is an address of a private network, which this server does not tell anything")]
    Private { host: String },
}

impl Engine {
    /// Whether an order's webhook is one that can be told.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidWebhook`] if not.
    pub fn check_webhook(&self, order: &Order) -> Result<(), InvalidWebhook> {
        match &order.webhook {
            Some(url) => parse(url, self.0.config.webhooks).map(drop),
            None => Ok(()),
        }
    }

    /// With what a user's webhooks are signed, as Standard Webhooks write it.
    #[must_use]
    pub fn webhook_secret(&self, owner: UserId) -> String {
        format!("whsec_{}", STANDARD.encode(secret(&self.webhook_key(), owner)))
    }

    fn webhook_key(&self) -> MacKey {
        self.0.config.secret_key.derive("webhooks")
    }

    /// Tells of ended jobs until the engine stops.
    ///
    /// # Errors
    ///
    /// When no client for HTTP can be made.
    pub fn tell_webhooks(&self) -> Result<(), reqwest::Error> {
        let config = self.0.config.webhooks;
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("runbook/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .dns_resolver(Arc::new(Resolver { private: config.private }))
            .build()?;
        let teller = Teller { engine: self.clone(), key: self.webhook_key(), client, config };
        let stop = self.0.shutdown.clone();
        self.0.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = teller.tell_all() => {}
            }
        });
        Ok(())
    }
}

/// The address of a webhook, if it is one.
fn parse(text: &str, config: WebhooksConfig) -> Result<Url, InvalidWebhook> {
    let wrong = || InvalidWebhook::Url { url: text.to_owned() };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !plain {
        return Err(wrong());
    }
    let host = url.host_str().ok_or_else(wrong)?;
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if let Ok(address) = literal
        && !may_speak_to(address, config.private)
    {
        return Err(InvalidWebhook::Private { host: host.to_owned() });
    }
    Ok(url)
}

fn may_speak_to(address: IpAddr, private: bool) -> bool {
    private || sandbox::egress::is_public(address)
}

fn secret(key: &MacKey, owner: UserId) -> [u8; 32] {
    key.mac(&[owner.to_string().as_bytes()])
}

/// Signs as <https://www.standardwebhooks.com> has it.
fn signature(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret)
        .expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Finds only addresses that may be spoken to.
#[derive(Debug)]
pub(crate) struct Resolver {
    pub(crate) private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<SocketAddr> = found.filter(|it| may_speak_to(it.ip(), private)).collect();
            if good.is_empty() {
                let host = name.as_str().to_owned();
                return Err(Box::from(InvalidWebhook::Private { host }));
            }
            let addresses: Addrs = Box::new(good.into_iter());
            Ok(addresses)
        })
    }
}

struct Teller {
    engine: Engine,
    key: MacKey,
    client: Client,
    config: WebhooksConfig,
}

impl Teller {
    async fn tell_all(&self) {
        loop {
            match self.engine.0.store.take_webhooks(AT_ONCE, HOLD).await {
                Ok(taken) if !taken.is_empty() => {
                    stream::iter(taken).for_each_concurrent(None, |it| self.tell(it)).await;
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "webhooks cannot be looked for"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn tell(&self, Telling { job, tries }: Telling) {
        let told = self.send(&job).await;
        let store = &self.engine.0.store;
        let stored = match told {
            Ok(()) => store.job_was_told(job.id).await.map(drop),
            Err(error) if tries < self.config.tries => {
                tracing::info!(job = %job.id, error, "a webhook does not listen; it is tried again");
                let pause = self.config.pause.saturating_mul(1 << (tries - 1).min(20));
                store.tell_again(job.id, tries, pause).await
            }
            Err(error) => {
                tracing::warn!(job = %job.id, error, "a webhook was given up");
                store.job_was_told(job.id).await.map(drop)
            }
        };
        if let Err(error) = stored {
            // It is due again when its hold is over.
            tracing::warn!(job = %job.id, %error, "a webhook may be told again");
        }
    }

    async fn send(&self, job: &Job) -> Result<(), String> {
        let url = job.order.webhook.as_deref().unwrap_or_default();
        let url = parse(url, self.config).map_err(|it| it.to_string())?;
        let id = job.id.to_string();
        let timestamp = self.engine.clock().now().as_millis() / 1000;
        let body = json!({
            "type": "job.ended",
            "job_id": id,
            "name": job.order.name,
            "status": job.state.phase.status(),
            "reason": job.reason,
            "exit_code": job.summary.as_ref().and_then(|it| it.exit_code),
            "created_at": job.created_at,
            "finished_at": job.ended_at,
        });
        let body = body.to_string();
        let signed = signature(&secret(&self.key, job.owner), &id, timestamp, &body);
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signed)
            .body(body);
        let answer = request.send().await.map_err(|it| it.without_url().to_string())?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(format!("it answered {status}")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // The example of the specification's own test vectors.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn only_public_addresses_are_told_anything() {
        let usual = WebhooksConfig::default();
        for url in ["https://example.com/x", "http://192.0.66.1:8080/", "http://[2606:4700::1]/"] {
            assert!(parse(url, usual).is_ok(), "{url}");
        }
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://10.0.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            let refused = parse(url, usual).unwrap_err();
            assert!(matches!(refused, InvalidWebhook::Private { .. }), "{url}: {refused}");
            assert!(parse(url, WebhooksConfig { private: true, ..usual }).is_ok());
        }
        for url in ["", "example.com", "ftp://example.com", "file:///etc/passwd", "http://a:b@c.de"]
        {
            let refused = parse(url, usual).unwrap_err();
            assert!(matches!(refused, InvalidWebhook::Url { .. }), "{url}: {refused}");
        }
    }
}
