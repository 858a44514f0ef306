//! Asks a provider whether credentials count, and whose they are.

use std::{path::PathBuf, time::Duration};

use model::time::Timestamp;
use reqwest::{
    Url,
    header::{AUTHORIZATION, HeaderName},
};
use serde_json::Value;

use super::{
    Details, Provider, SignIn, SignInError, SignedIn,
    aws_sso::{region, service},
    forge::Forge,
    google,
    line::{Answer, Line, Question, Unanswered, authority, form, https, said},
    signature::{Signing, authorization},
};
use crate::secrets::SecretText;

/// What a provider says of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// They count, and are somebody's.
    Valid { account: String, scopes: Vec<String> },
    /// They do not count.
    Refused { reason: String },
    /// Nobody knows: the provider could not be asked, or does not say.
    Unknown { reason: String },
}

/// What was found out beside that.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) checked: Checked,
    pub(super) expires_at: Option<Timestamp>,
}

impl From<Checked> for Finding {
    fn from(checked: Checked) -> Self {
        Self { checked, expires_at: None }
    }
}

impl From<Unanswered> for Finding {
    fn from(error: Unanswered) -> Self {
        unknown(error.to_string())
    }
}

impl From<SignInError> for Finding {
    fn from(error: SignInError) -> Self {
        unknown(error.to_string())
    }
}

fn unknown(reason: String) -> Finding {
    Checked::Unknown { reason }.into()
}

/// Asks. Whatever keeps the provider from answering is no fault of the credentials.
pub(super) async fn check(
    line: &Line,
    place: &SignIn,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Finding {
    let asked = match &place.details {
        Details::Aws { .. } => of_keys(line, signed_in, now).await,
        Details::Google(_) => of_google(line, signed_in, now).await,
        Details::Forge(forge) => of_forge(line, forge, signed_in).await,
    };
    asked.unwrap_or_else(|finding| finding)
}

async fn of_forge(line: &Line, forge: &Forge, signed_in: &SignedIn) -> Result<Finding, Finding> {
    let names = ["GITHUB_TOKEN", "GITLAB_TOKEN"];
    let token = names.iter().find_map(|it| signed_in.secret(it));
    let token = token.ok_or_else(|| unknown("there is no token".to_owned()))?;
    let api = forge.api(line)?;
    let ask = async |path: &str| line.ask(bearer(beneath(&api, path), token)).await;
    let answer = ask("user").await?;
    let user = understood(&answer, token)?;
    let name = user["login"].as_str().or_else(|| user["username"].as_str());
    let name = name.ok_or_else(|| unknown(format!("{} names nobody", answer.host)))?;
    let account = said(name, &[token]);
    let listed = answer.header("x-oauth-scopes").unwrap_or_default();
    let scopes = |text: &str| {
        let scopes = text.split(',').map(|it| said(it, &[token])).filter(|it| !it.is_empty());
        scopes.collect::<Vec<_>>()
    };
    let expires_at = answer.header("github-authentication-token-expiration");
    let mut finding = Finding {
        expires_at: expires_at.and_then(github_time),
        checked: Checked::Valid { account: account.clone(), scopes: scopes(listed) },
    };
    if signed_in.provider == Provider::GitLab
        && let Ok(own) = ask("personal_access_tokens/self").await
        && let Ok(own) = understood(&own, token)
    {
        let listed = own["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let listed: Vec<_> = listed.collect();
        finding.checked = Checked::Valid { account, scopes: scopes(&listed.join(",")) };
        let day = own["expires_at"].as_str().map(|it| format!("{it}T00:00:00Z"));
        finding.expires_at = day.and_then(time);
    }
    Ok(finding)
}

async fn of_google(line: &Line, signed_in: &SignedIn, now: Timestamp) -> Result<Finding, Finding> {
    let fresh;
    let token = match signed_in.secret("GOOGLE_OAUTH_ACCESS_TOKEN") {
        Some(token) => token,
        None => {
            let document = credentials(signed_in).map_err(unknown)?;
            fresh = google::refreshed(line, &document).await?;
            &fresh
        }
    };
    let address = line.address(&https("oauth2.googleapis.com"), "tokeninfo");
    let question = Question::form(address, &[("access_token", token.reveal())]);
    let answer = line.ask(question).await?;
    if answer.status == 400 {
        let reason = format!("{} does not know this token", answer.host);
        return Ok(Checked::Refused { reason }.into());
    }
    let info = understood(&answer, token)?;
    let scopes = info["scope"].as_str().unwrap_or_default().split(' ');
    let scopes = scopes.filter(|it| !it.is_empty()).map(|it| said(it, &[token])).collect();
    let account = said(info["email"].as_str().unwrap_or_default(), &[token]);
    let left = info["expires_in"].as_str().and_then(|it| it.parse().ok());
    let left = left.or_else(|| info["expires_in"].as_u64()).map(Duration::from_secs);
    // What a file holds is refreshed by whoever reads it.
    let is_all = signed_in.secret("GOOGLE_OAUTH_ACCESS_TOKEN").is_some();
    let expires_at = left.filter(|_| is_all).map(|it| now.after(it));
    Ok(Finding { checked: Checked::Valid { account, scopes }, expires_at })
}

/// A document of Google's that tools find by its path, or in a variable.
fn credentials(signed_in: &SignedIn) -> Result<Value, String> {
    let named = |name: &str| signed_in.secret(name).map(SecretText::reveal);
    let unread = || "the file of credentials cannot be read".to_owned();
    let text = match (named("GOOGLE_APPLICATION_CREDENTIALS"), named("GOOGLE_CREDENTIALS")) {
        (Some(path), _) => google::read(&PathBuf::from(path)).ok_or_else(unread)?,
        (None, Some(text)) => text.to_owned(),
        (None, None) => return Err("there is no token".to_owned()),
    };
    serde_json::from_str(&text).map_err(|_| "the credentials are no JSON".to_owned())
}

async fn of_keys(line: &Line, signed_in: &SignedIn, now: Timestamp) -> Result<Finding, Finding> {
    let secret = |name: &str| signed_in.secret(name);
    let (Some(id), Some(key)) = (secret("AWS_ACCESS_KEY_ID"), secret("AWS_SECRET_ACCESS_KEY"))
    else {
        return Err(unknown("there are no keys".to_owned()));
    };
    let token = secret("AWS_SESSION_TOKEN");
    let name = signed_in.settings.get("AWS_REGION").map_or("us-east-1", String::as_str);
    let answer = line.ask(identity(line, (id, key, token), region(name)?, now)).await?;
    let text = answer.text();
    let secrets: Vec<_> = [Some(id), Some(key), token].into_iter().flatten().collect();
    let element = |name: &str| element(&text, name).map(|it| said(it, &secrets));
    if answer.status == 403 {
        let reason = element("Message").unwrap_or_else(|| "status 403".to_owned());
        let reason = format!("{} refuses the keys: {reason}", answer.host);
        return Ok(Checked::Refused { reason }.into());
    }
    match (answer.is_success(), element("Account"), element("Arn")) {
        (true, Some(account), Some(arn)) => {
            let account = format!("{account}, {arn}");
            Ok(Checked::Valid { account, scopes: Vec::new() }.into())
        }
        _ => Err(unknown(format!("{} answered with status {}", answer.host, answer.status))),
    }
}

/// Asks AWS whose the keys are, signed with them, in a region that [`region`] has let through.
fn identity(
    line: &Line,
    (id, key, token): (&SecretText, &SecretText, Option<&SecretText>),
    region: &str,
    now: Timestamp,
) -> Question {
    const SECURITY_TOKEN: &str = "x-amz-security-token";
    let fields = [("Action", "GetCallerIdentity"), ("Version", "2011-06-15")];
    let sts = service("sts", region);
    let (host, time) = (authority(&sts), basic_time(now));
    let token = token.map(SecretText::reveal);
    let kind = "application/x-www-form-urlencoded";
    let mut headers = vec![("content-type", kind), ("host", &host), ("x-amz-date", &time)];
    headers.extend(token.map(|it| (SECURITY_TOKEN, it)));
    let signing = Signing { key_id: id.reveal(), secret: key.reveal(), region, time: &time };
    let signature = authorization(&signing, &headers, &form(&fields), "sts");
    let question = Question::form(line.address(&sts, ""), &fields)
        .with(AUTHORIZATION, &signature)
        .with(HeaderName::from_static("x-amz-date"), &time);
    match token {
        Some(token) => question.with(HeaderName::from_static(SECURITY_TOKEN), token),
        None => question,
    }
}

/// What stands in the first element of a name, in an answer that holds only text in such.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|it| it.0)
}

fn beneath(api: &Url, path: &str) -> Url {
    api.join(path).unwrap_or_else(|_| api.clone())
}

fn bearer(url: Url, token: &SecretText) -> Question {
    Question::get(url).with(AUTHORIZATION, &format!("Bearer {}", token.reveal()))
}

/// What a forge or Google answers to a token.
fn understood(answer: &Answer, token: &SecretText) -> Result<Value, Finding> {
    if answer.status == 401 {
        let reason = answer.json().ok().and_then(|it| Some(it["message"].as_str()?.to_owned()));
        let reason = said(&reason.unwrap_or_else(|| "unauthorized".to_owned()), &[token]);
        let reason = format!("{} refuses the token: {reason}", answer.host);
        return Err(Checked::Refused { reason }.into());
    }
    if !answer.is_success() {
        return Err(unknown(format!("{} answered with status {}", answer.host, answer.status)));
    }
    Ok(answer.json()?)
}

/// As signatures of AWS have it: `20150830T123600Z`.
fn basic_time(at: Timestamp) -> String {
    let written = at.to_string();
    let seconds = written.split('.').next().unwrap_or_default();
    format!("{}Z", seconds.replace(['-', ':'], ""))
}

/// As GitHub writes it: `2026-11-30 10:00:00 UTC`, or with an offset.
fn github_time(text: &str) -> Option<Timestamp> {
    let mut parts = text.split(' ');
    let (day, hour, zone) = (parts.next()?, parts.next()?, parts.next()?);
    let zone = if zone == "UTC" { "Z" } else { zone };
    time(format!("{day}T{hour}{zone}"))
}

fn time(text: String) -> Option<Timestamp> {
    serde_json::from_value(Value::String(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_providers_write_them() {
        let at = time("2015-08-30T12:36:00Z".to_owned()).unwrap();
        assert_eq!(basic_time(at), "20150830T123600Z");
        assert_eq!(github_time("2015-08-30 12:36:00 UTC"), Some(at));
        assert_eq!(github_time("2015-08-30 14:36:00 +0200"), Some(at));
        assert_eq!(github_time("tomorrow"), None);
    }
}
