//! GitHub and GitLab, on the host that a document names: where they are asked, and whose tokens are for them.
//!
//! A token of the environment is for one host, as for the tools that read it: a document that names another
//! host does not get it.

use std::collections::BTreeMap;

use document::Component;
use reqwest::Url;
use serde_json::Value;

use super::{
    Provider, SignInError, SignedIn,
    device::{Body, FlowError, Given, Invitation, STANDARD, Waiting},
    line::{Line, Question, authority, https, is_loopback},
    method::of_token,
};
use crate::secrets::SecretText;

/// What a device asks to be granted.
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A forge on a host, as a component describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forge {
    provider: Provider,
    /// Ends with a slash. `Err` with what was written, where that is no address of one.
    site: Result<Url, String>,
    /// Of an application that may ask its users to sign in.
    client_id: Option<String>,
    scopes: Vec<String>,
}

impl Forge {
    pub(super) fn of(component: &Component, provider: Provider) -> Self {
        let written = component.text("instanceUrl").or_else(|| component.text("host"));
        let written = written.filter(|it| !it.trim().is_empty());
        let usual = usual_host(provider);
        let site = written.map_or_else(|| Ok(https(usual)), |it| site(it).ok_or(it.to_owned()));
        let scopes = component.props.get("oauthScopes").and_then(Value::as_array);
        let scopes = scopes.into_iter().flatten().filter_map(Value::as_str);
        // The scope that is the default is GitHub's; GitLab has another name for it.
        let scope = |it: &str| match (provider, it) {
            (Provider::GitLab, "repo") => "api".to_owned(),
            _ => it.to_owned(),
        };
        let client_id = component.text("oauthClientId").map(str::to_owned);
        Self { provider, site, client_id, scopes: scopes.map(scope).collect() }
    }

    /// For people and for command lines.
    #[must_use]
    pub fn host(&self) -> String {
        match &self.site {
            Ok(site) => authority(site),
            Err(written) => written.clone(),
        }
    }

    /// For programs, which are told no host that is none.
    pub(super) fn checked_host(&self) -> Result<String, SignInError> {
        self.site().map(authority)
    }

    fn site(&self) -> Result<&Url, SignInError> {
        self.site.as_ref().map_err(|it| SignInError::Host { host: it.clone() })
    }

    /// Where its programs ask.
    pub(super) fn api(&self, line: &Line) -> Result<Url, SignInError> {
        let site = self.site()?;
        Ok(match (self.provider, self.kind()) {
            (Provider::GitLab, _) => line.address(site, "api/v4/"),
            (_, Kind::Usual) => line.address(&https("api.github.com"), ""),
            (_, Kind::Tenant) => line.address(&https(&format!("api.{}", authority(site))), ""),
            (_, Kind::Own) => line.address(site, "api/v3/"),
        })
    }

    fn kind(&self) -> Kind {
        let host = self.host();
        match host.as_str() {
            it if it == usual_host(self.provider) => Kind::Usual,
            it if it.ends_with(".ghe.com") => Kind::Tenant,
            _ => Kind::Own,
        }
    }

    /// The application that asks: the document's, or on the usual host the one that this machine's owner names.
    fn client_id(&self, env: &BTreeMap<String, String>) -> Option<String> {
        let name = match self.provider {
            Provider::GitLab => "RUNBOOK_GITLAB_CLIENT_ID",
            Provider::GitHub | Provider::Aws | Provider::Google => "RUNBOOK_GITHUB_CLIENT_ID",
        };
        let of_env = || (self.kind() == Kind::Usual).then(|| env.get(name).cloned()).flatten();
        self.client_id.clone().or_else(of_env).filter(|it| !it.is_empty())
    }

    /// Whether somebody can sign in on its page.
    pub(super) fn has_flow(&self, env: &BTreeMap<String, String>) -> bool {
        self.site.is_ok() && self.client_id(env).is_some()
    }

    /// The names of its tokens in an environment, if that says that they are for this host.
    pub(super) fn token_names(
        &self,
        prefix: &str,
        env: &BTreeMap<String, String>,
    ) -> &'static [&'static str] {
        let set = |name: &&str| env.get(&format!("{prefix}{name}")).filter(|it| !it.is_empty());
        let host_names: &[&str] = match self.provider {
            Provider::GitLab => &["GITLAB_HOST", "GITLAB_URI", "GL_HOST"],
            Provider::GitHub | Provider::Aws | Provider::Google => &["GH_HOST"],
        };
        let named = host_names.iter().find_map(set);
        let usual = || Some(https(usual_host(self.provider)));
        let Some(bound) = named.map_or_else(usual, |it| site(it)).map(|it| authority(&it)) else {
            // A host that cannot be read: no other is guessed.
            return &[];
        };
        let is_bound = bound == self.host();
        match (self.provider, self.kind()) {
            (Provider::GitLab, _) if is_bound => &["RUNBOOKS_GITLAB_TOKEN", "GITLAB_TOKEN"],
            (Provider::GitLab, _) => &[],
            (_, Kind::Own) if is_bound => &["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"],
            (_, Kind::Own) => &[],
            // A host of one's own has its own tokens, and leaves the usual host's as they are.
            (_, Kind::Usual) if is_bound || !bound.ends_with(".ghe.com") => {
                &["RUNBOOKS_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"]
            }
            (_, Kind::Tenant) if is_bound => &["GITHUB_TOKEN", "GH_TOKEN"],
            (_, Kind::Usual | Kind::Tenant) => &[],
        }
    }

    /// Somebody with a token of this host.
    pub(super) fn signed_in(&self, token: &str, from: &str) -> SignedIn {
        let mut signed_in = of_token(self.provider, token, from);
        let host = self.host();
        let (names, name): (&[&str], _) = match self.provider {
            Provider::GitLab => (&["GITLAB_HOST"], "gitlab"),
            Provider::GitHub | Provider::Aws | Provider::Google => {
                (&["GITHUB_HOST", "GH_HOST"], "github")
            }
        };
        signed_in.set(names, &host);
        signed_in.set(&["GIT_PROVIDER"], name);
        if self.provider == Provider::GitHub && self.kind() == Kind::Own {
            signed_in.hide("GH_ENTERPRISE_TOKEN", token);
        }
        signed_in
    }

    /// Asks for a code that its user enters on its page.
    pub(super) async fn invite(
        &self,
        line: &Line,
        env: &BTreeMap<String, String>,
    ) -> Result<(Invitation, Waiting), SignInError> {
        let site = self.site()?;
        let client_id = self.client_id(env).ok_or_else(|| SignInError::NoClient {
            provider: self.provider.name(),
            prop: "oauthClientId",
        })?;
        let (authorize, token) = match self.provider {
            Provider::GitLab => ("oauth/authorize_device", "oauth/token"),
            Provider::GitHub | Provider::Aws | Provider::Google => {
                ("login/device/code", "login/oauth/access_token")
            }
        };
        let asked = line.address(site, authorize);
        let scopes = self.scopes.join(" ");
        let fields = [("client_id", client_id.as_str()), ("scope", &scopes)];
        let answer = line.ask(Question::form(asked.clone(), &fields)).await;
        let answer = answer.map_err(FlowError::from)?;
        let given = Given::read(&answer, &asked, &STANDARD, Some(site))?;
        let hidden = |it: &str| SecretText::new(it.to_owned());
        let body = Body::Form(vec![
            ("client_id", hidden(&client_id)),
            ("device_code", given.device_code.clone()),
            ("grant_type", hidden(DEVICE_GRANT)),
        ]);
        let waiting = given.waiting(line.address(site, token), body);
        Ok((given.invitation, waiting))
    }
}

/// Whose host it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// github.com or gitlab.com.
    Usual,
    /// A tenant of GitHub's at `NAME.ghe.com`.
    Tenant,
    /// Somebody's own.
    Own,
}

const fn usual_host(provider: Provider) -> &'static str {
    match provider {
        Provider::GitLab => "gitlab.com",
        Provider::GitHub | Provider::Aws | Provider::Google => "github.com",
    }
}

/// A host, or its address. Tokens are sent there, so it is https, or of this machine.
fn site(text: &str) -> Option<Url> {
    let text = text.trim().trim_end_matches('/');
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&format!("{text}/")).ok()?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.has_host();
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url);
    (is_plain && is_safe).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::{super::line::Providers, *};

    fn forge(provider: Provider, host: &str) -> Forge {
        let site = site(host).ok_or(host.to_owned());
        Forge { provider, site, client_id: None, scopes: Vec::new() }
    }

    #[test]
    fn a_host_is_asked_where_its_programs_are() {
        let line = Line::open(&Providers::default()).unwrap();
        let api = |provider, host: &str| forge(provider, host).api(&line).map(String::from);
        let rows = [
            (Provider::GitHub, "github.com", "https://api.github.com/"),
            (Provider::GitHub, "https://acme.ghe.com", "https://api.acme.ghe.com/"),
            (Provider::GitHub, "git.example.com:8443", "https://git.example.com:8443/api/v3/"),
            (Provider::GitLab, "gitlab.com", "https://gitlab.com/api/v4/"),
            (Provider::GitLab, "https://example.com/lab/", "https://example.com/lab/api/v4/"),
            (Provider::GitLab, "http://localhost:3000", "http://localhost:3000/api/v4/"),
        ];
        for (provider, host, wanted) in rows {
            assert_eq!(api(provider, host).unwrap(), wanted);
        }
        let wrong = ["http://git.example.com", "https://a@b.example", "file:///x", "x y", "a?b=c"];
        for host in wrong {
            let refused = api(Provider::GitHub, host).unwrap_err().to_string();
            assert!(refused.contains(host), "{refused}");
        }
    }

    #[test]
    fn a_token_of_the_environment_is_for_its_host_and_no_other() {
        let names = |provider, host: &str, env: &[(&str, &str)]| {
            let env = env.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned()));
            forge(provider, host).token_names("", &env.collect()).to_vec()
        };
        let (hub, lab) = (Provider::GitHub, Provider::GitLab);
        assert!(names(hub, "github.com", &[]).contains(&"GITHUB_TOKEN"));
        assert!(names(hub, "github.com", &[("GH_HOST", "git.example.com")]).contains(&"GH_TOKEN"));
        assert!(names(hub, "a.ghe.com", &[("GH_HOST", "a.ghe.com")]).contains(&"GH_TOKEN"));
        let own = names(hub, "git.example.com", &[("GH_HOST", "git.example.com")]);
        assert_eq!(own, ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"]);
        assert!(names(lab, "git.example.com", &[("GL_HOST", "git.example.com")]).len() == 2);
        type Asked<'a> = (Provider, &'a str, &'a [(&'a str, &'a str)]);
        let nobody: &[Asked<'_>] = &[
            (hub, "evil.example", &[]),
            (hub, "evil.example", &[("GH_HOST", "git.example.com")]),
            (hub, "evil.ghe.com", &[]),
            (hub, "github.com", &[("GH_HOST", "a.ghe.com")]),
            (lab, "evil.example", &[]),
            (lab, "gitlab.com", &[("GITLAB_HOST", "git.example.com")]),
            (lab, "gitlab.com", &[("GITLAB_HOST", "not a host")]),
        ];
        for (provider, host, env) in nobody {
            assert!(names(*provider, host, env).is_empty(), "{host} {env:?}");
        }
    }
}
