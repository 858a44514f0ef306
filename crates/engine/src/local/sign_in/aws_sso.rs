//! IAM Identity Center of AWS: a page on which people sign in, and the accounts and roles that it gives them.

use std::time::Duration;

use document::Component;
use model::time::Timestamp;
use reqwest::{Url, header::HeaderName};
use serde_json::{Value, json};

use super::{
    SignInError, SignedIn,
    aws::Keys,
    device::{Body, FlowError, Given, Invitation, Names, Waiting, refusal},
    line::{Answer, Line, Question, form, https},
    method::of_keys,
};
use crate::secrets::SecretText;

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

const NAMES: Names = Names {
    device_code: "deviceCode",
    user_code: "userCode",
    links: &["verificationUriComplete", "verificationUri"],
    expires_in: "expiresIn",
};

/// The header in which its token travels.
const TOKEN: HeaderName = HeaderName::from_static("x-amz-sso_bearer_token");

/// Pages of a hundred accounts or roles that are read.
const MOST_PAGES: usize = 20;

/// An instance, and what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sso {
    pub(super) start_url: String,
    pub(super) region: String,
    pub(super) account: Option<String>,
    pub(super) role: Option<String>,
}

/// An account that somebody may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsoAccount {
    pub id: String,
    pub name: String,
}

/// What lets somebody list accounts and roles, and have their keys.
#[derive(Debug)]
pub(super) struct SsoToken(SecretText);

impl SsoToken {
    pub(super) const fn new(token: String) -> Self {
        Self(SecretText::new(token))
    }
}

/// A region is a part of a host's name, and so nothing else.
pub(super) fn region(text: &str) -> Result<&str, SignInError> {
    let is_fine = (1..=32).contains(&text.len())
        && text.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
    is_fine.then_some(text).ok_or_else(|| SignInError::Region { region: text.to_owned() })
}

/// The host of a service of AWS in a region, which [`region`] has let through.
pub(super) fn service(name: &str, region: &str) -> Url {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    https(&format!("{name}.{region}.{domain}"))
}

impl Sso {
    /// The one that a document names.
    pub(super) fn of(component: &Component) -> Option<Self> {
        let text = |name: &str| component.text(name).filter(|it| !it.is_empty()).map(str::to_owned);
        Some(Self {
            start_url: text("ssoStartUrl")?,
            region: text("ssoRegion").unwrap_or_else(|| "us-east-1".to_owned()),
            account: text("ssoAccountId"),
            role: text("ssoRoleName"),
        })
    }

    /// Registers, and asks for a code that its user enters on its page.
    pub(super) async fn invite(&self, line: &Line) -> Result<(Invitation, Waiting), SignInError> {
        let oidc = service("oidc", region(&self.region)?);
        let register = json!({ "clientName": "runbook", "clientType": "public" });
        let registered = asked(line, &oidc, "client/register", &register).await?;
        let client = given(&registered)?;
        let text = |name: &str| client[name].as_str().map(str::to_owned);
        let (Some(id), Some(secret)) = (text("clientId"), text("clientSecret")) else {
            let what = "it registered no client".to_owned();
            return Err(FlowError::from(registered.strange(what)).into());
        };
        let order = json!({ "clientId": id, "clientSecret": secret, "startUrl": self.start_url });
        let answer = asked(line, &oidc, "device_authorization", &order).await?;
        let device =
            Given::read(&answer, &line.address(&oidc, "device_authorization"), &NAMES, None)?;
        let code = device.device_code.clone();
        let order = json!({
            "clientId": id, "clientSecret": secret, "grantType": DEVICE_GRANT, "deviceCode": code.reveal(),
        });
        let body = Body::Json(order, vec![SecretText::new(secret), code]);
        let waiting = device.waiting(line.address(&oidc, "token"), body);
        Ok((device.invitation, waiting))
    }

    /// The accounts that a token is good for.
    pub(super) async fn accounts(
        &self,
        line: &Line,
        token: &SsoToken,
    ) -> Result<Vec<SsoAccount>, SignInError> {
        let found = self.pages(line, token, ("assignment/accounts", "accountList"), &[]).await?;
        let account = |it: &Value| {
            let id = it["accountId"].as_str()?.to_owned();
            let name = it["accountName"].as_str().unwrap_or_default().to_owned();
            Some(SsoAccount { id, name })
        };
        Ok(found.iter().filter_map(account).collect())
    }

    /// The roles that a token is good for in an account.
    pub(super) async fn roles(
        &self,
        line: &Line,
        token: &SsoToken,
        account: &str,
    ) -> Result<Vec<String>, SignInError> {
        let place = ("assignment/roles", "roleList");
        let found = self.pages(line, token, place, &[("account_id", account)]).await?;
        Ok(found.iter().filter_map(|it| Some(it["roleName"].as_str()?.to_owned())).collect())
    }

    async fn pages(
        &self,
        line: &Line,
        token: &SsoToken,
        (path, list): (&str, &str),
        query: &[(&str, &str)],
    ) -> Result<Vec<Value>, SignInError> {
        let (mut found, mut next) = (Vec::new(), String::new());
        for _ in 0..MOST_PAGES {
            let mut query = query.to_vec();
            query.push(("max_result", "100"));
            query.extend((!next.is_empty()).then_some(("next_token", next.as_str())));
            let page = self.portal(line, token, path, &query).await?;
            found.extend(page[list].as_array().cloned().unwrap_or_default());
            next = page["nextToken"].as_str().unwrap_or_default().to_owned();
            if next.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    /// Keys of a role, which expire.
    pub(super) async fn keys(
        &self,
        line: &Line,
        token: &SsoToken,
        (account, role): (&str, &str),
        default_region: &str,
    ) -> Result<SignedIn, SignInError> {
        let query = [("account_id", account), ("role_name", role)];
        let given = self.portal(line, token, "federation/credentials", &query).await?;
        let keys = &given["roleCredentials"];
        let text = |name: &str| keys[name].as_str().filter(|it| !it.is_empty());
        let (Some(id), Some(secret)) = (text("accessKeyId"), text("secretAccessKey")) else {
            return Err(SignInError::NoKeys {
                name: role.to_owned(),
                reason: "IAM Identity Center gave none",
            });
        };
        let keys = Keys { id, secret, token: text("sessionToken"), region: None };
        let mut signed_in = of_keys(&keys, default_region, &format!("{role} in {account}"));
        signed_in.expires_at =
            given["roleCredentials"]["expiration"].as_i64().map(Timestamp::from_millis);
        Ok(signed_in)
    }

    async fn portal(
        &self,
        line: &Line,
        token: &SsoToken,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Value, SignInError> {
        let portal = service("portal.sso", region(&self.region)?);
        let mut address = line.address(&portal, path);
        address.set_query(Some(&form(query)));
        let question = Question::get(address).with(TOKEN, token.0.reveal());
        let answer = line.ask(question).await.map_err(FlowError::from)?;
        if !answer.is_success() {
            let more = answer.json().ok().and_then(|it| Some(it["message"].as_str()?.to_owned()));
            let more = more.unwrap_or_else(|| format!("status {}", answer.status));
            let said = super::line::said(&more, &[&token.0]);
            return Err(FlowError::Refused { host: answer.host, said }.into());
        }
        Ok(answer.json().map_err(FlowError::from)?)
    }
}

async fn asked(line: &Line, to: &Url, path: &str, body: &Value) -> Result<Answer, FlowError> {
    Ok(line.ask(Question::json(line.address(to, path), body)).await?)
}

fn given(answer: &Answer) -> Result<Value, FlowError> {
    let given = answer.json()?;
    refusal(&given, answer, &[]).map_or(Ok(given), Err)
}

/// A token that Amazon's command line keeps, if it is for this instance and has time left.
pub(super) fn cached(home: &std::path::Path, start_url: &str, now: Timestamp) -> Option<SsoToken> {
    const MOST_FILES: usize = 200;
    const MOST_BYTES: u64 = 64 << 10;
    /// Less than that is no use to anybody.
    const LEAST: Duration = Duration::from_secs(60);
    let files = std::fs::read_dir(home.join(".aws/sso/cache")).ok()?.flatten().take(MOST_FILES);
    let fits = |text: String| {
        let kept: Value = serde_json::from_str(&text).ok()?;
        let is_there =
            kept["startUrl"].as_str()?.trim_end_matches('/') == start_url.trim_end_matches('/');
        let expires_at: Timestamp = serde_json::from_value(kept["expiresAt"].clone()).ok()?;
        let is_good = is_there && expires_at > now.after(LEAST);
        is_good.then(|| SsoToken::new(kept["accessToken"].as_str().unwrap_or_default().to_owned()))
    };
    let read = |it: std::fs::DirEntry| {
        let is_small = it.metadata().is_ok_and(|it| it.is_file() && it.len() <= MOST_BYTES);
        is_small.then(|| std::fs::read_to_string(it.path()).ok()).flatten()
    };
    files.filter_map(read).find_map(fits)
}
