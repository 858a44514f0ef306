//! Google Cloud: what names a project to its tools, the credentials that are its default on a machine, and signing in
//! in a browser that comes back to this machine (RFC 8252). Its codes for devices do not open Google Cloud.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use document::Component;
use model::time::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Provider, SignInError, SignedIn,
    check::{Checked, Finding},
    device::{FlowError, refusal},
    line::{Line, Question, https},
    loopback::Loopback,
    method::of_token,
};
use crate::secrets::SecretText;

/// Largest file that is read.
const MOST_BYTES: u64 = 64 << 10;

/// What Gruntwork Runbooks asks for where a document does not say.
const SCOPES: [&str; 3] = [
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/userinfo.email",
    "openid",
];

/// Kinds of credentials in a file, as Google and the outputs of Gruntwork Runbooks name them.
const TYPES: [&str; 4] =
    ["authorized_user", "service_account", "external_account", "impersonated_service_account"];

/// What a `GoogleAuth` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Google {
    /// Variables that name the project, the region and the zone.
    settings: BTreeMap<&'static str, String>,
    /// Of gcloud.
    pub(super) configuration: Option<String>,
    scopes: Vec<String>,
    client: Option<Client>,
}

/// The application that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Client {
    Named {
        id: String,
        secret: String,
    },
    /// In a file as Google's console writes it.
    File(String),
}

/// A page of Google's that is open in a browser.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) link: String,
    loopback: Loopback,
    state: String,
    verifier: SecretText,
    id: String,
    secret: SecretText,
}

impl Google {
    pub(super) fn of(component: &Component) -> Self {
        let text = |name: &str| component.text(name).filter(|it| !it.is_empty());
        let named: [(&str, &[&'static str]); 3] = [
            ("project", &["GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GOOGLE_PROJECT"]),
            ("defaultRegion", &["GOOGLE_CLOUD_REGION", "CLOUDSDK_COMPUTE_REGION", "GOOGLE_REGION"]),
            ("defaultZone", &["CLOUDSDK_COMPUTE_ZONE", "GOOGLE_ZONE"]),
        ];
        let settings = named.into_iter().filter_map(|(prop, names)| Some((text(prop)?, names)));
        let settings =
            settings.flat_map(|(value, names)| names.iter().map(|it| (*it, value.to_owned())));
        let scopes = component.props.get("scopes").and_then(Value::as_array);
        let scopes = scopes.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        let scopes: Vec<_> = scopes.collect();
        let client = match (text("oauthClientId"), text("oauthClientFile")) {
            (Some(id), _) => {
                let secret = text("oauthClientSecret").unwrap_or_default().to_owned();
                Some(Client::Named { id: id.to_owned(), secret })
            }
            (None, Some(path)) => Some(Client::File(path.to_owned())),
            (None, None) => None,
        };
        let usual = || SCOPES.map(str::to_owned).to_vec();
        Self {
            settings: settings.collect(),
            configuration: text("gcloudConfiguration").map(str::to_owned),
            scopes: if scopes.is_empty() { usual() } else { scopes },
            client,
        }
    }

    /// Whether somebody can sign in in a browser.
    pub(super) const fn has_flow(&self) -> bool {
        self.client.is_some()
    }

    /// Somebody with what signs them in.
    pub(super) fn signed_in(&self, mut signed_in: SignedIn) -> SignedIn {
        let settings = self.settings.iter().map(|(name, it)| ((*name).to_owned(), it.clone()));
        signed_in.settings.extend(settings);
        if signed_in.secret("GOOGLE_OAUTH_ACCESS_TOKEN").is_some() {
            signed_in.set(&["GOOGLE_AUTH_TYPE"], "access_token");
        }
        signed_in
    }

    /// Somebody with the credentials of a file.
    pub(super) fn of_file(&self, path: &Path, from: &str) -> SignedIn {
        let document: Option<Value> = read(path).and_then(|it| serde_json::from_str(&it).ok());
        let kind = document.as_ref().and_then(|it| it["type"].as_str());
        let kind = kind.filter(|it| TYPES.contains(it));
        let path = path.to_string_lossy();
        // gcloud goes by its own accounts unless it is told otherwise.
        let names = ["GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE"];
        let variables = names.map(|it| (it, &*path));
        let mut signed_in =
            self.signed_in(SignedIn::new(Provider::Google, from.to_owned(), &variables));
        if let Some(kind) = kind {
            signed_in.set(&["GOOGLE_AUTH_TYPE"], kind);
        }
        signed_in
    }

    /// Waits on this machine for a browser, and gives the link that opens Google's page in it.
    pub(super) async fn ask(
        &self,
        line: &Line,
        env: &BTreeMap<String, String>,
    ) -> Result<Asked, SignInError> {
        let (id, secret) = self.client(env)?;
        let loopback = Loopback::listen().await?;
        let (state, verifier) = (random(), random());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let mut link = line.address(&https("accounts.google.com"), "o/oauth2/v2/auth");
        let scopes = self.scopes.join(" ");
        link.query_pairs_mut().extend_pairs([
            ("client_id", id.as_str()),
            ("redirect_uri", &loopback.address()),
            ("response_type", "code"),
            ("scope", &scopes),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let (link, verifier) = (link.to_string(), SecretText::new(verifier));
        Ok(Asked { link, loopback, state, verifier, id, secret: SecretText::new(secret) })
    }

    fn client(&self, env: &BTreeMap<String, String>) -> Result<(String, String), SignInError> {
        let missing = || SignInError::NoClient { provider: "Google Cloud", prop: "oauthClientId" };
        let path = match self.client.as_ref().ok_or_else(missing)? {
            Client::Named { id, secret } => return Ok((id.clone(), secret.clone())),
            Client::File(path) => path,
        };
        let file = match (path.strip_prefix("~/"), env.get("HOME")) {
            (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
            (Some(_) | None, _) => PathBuf::from(path),
        };
        let document: Option<Value> = read(&file).and_then(|it| serde_json::from_str(&it).ok());
        let text =
            |name: &str| Some(document.as_ref()?.get("installed")?.get(name)?.as_str()?.to_owned());
        let no_client = || SignInError::ClientFile { path: path.clone() };
        Ok((text("client_id").ok_or_else(no_client)?, text("client_secret").unwrap_or_default()))
    }
}

impl Asked {
    /// Waits for the browser, and trades its code for a token that lasts an hour. Nothing is asked that would renew
    /// it, so that nothing of longer life is kept.
    pub(super) async fn granted(
        &self,
        line: &Line,
        google: &Google,
        now: impl Fn() -> Timestamp,
    ) -> Result<SignedIn, SignInError> {
        let code = self.loopback.code(&self.state).await?;
        let redirect = self.loopback.address();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.reveal()),
            ("client_id", &self.id),
            ("client_secret", self.secret.reveal()),
            ("redirect_uri", &redirect),
            ("code_verifier", self.verifier.reveal()),
        ];
        let address = line.address(&https("oauth2.googleapis.com"), "token");
        let answer = line.ask(Question::form(address, &fields)).await.map_err(FlowError::from)?;
        let given = answer.json().map_err(FlowError::from)?;
        if let Some(error) = refusal(&given, &answer, &[&code, &self.secret, &self.verifier]) {
            return Err(error.into());
        }
        let token = given["access_token"].as_str().filter(|it| !it.is_empty());
        let strange = || FlowError::from(answer.strange("it gave no token".to_owned()));
        let token = of_token(Provider::Google, token.ok_or_else(strange)?, "browser");
        let mut signed_in = google.signed_in(token);
        let life = given["expires_in"].as_u64().map(Duration::from_secs);
        signed_in.expires_at = life.map(|it| now().after(it));
        Ok(signed_in)
    }
}

/// Where gcloud keeps the default credentials of an account.
pub(super) fn default_credentials(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    let set = |name: &str| env.get(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let usual = || set("HOME").map(|it| it.join(".config/gcloud"));
    let file = set("CLOUDSDK_CONFIG").or_else(usual)?.join("application_default_credentials.json");
    file.is_file().then_some(file)
}

/// Whose credentials a file holds, as far as it says. Holds nothing secret.
pub(super) fn owner(file: &Path) -> Option<String> {
    let document: Value = serde_json::from_str(&read(file)?).ok()?;
    let names = ["client_email", "account", "quota_project_id"];
    let named = names.iter().find_map(|it| document[it].as_str());
    named.filter(|it| !it.is_empty()).map(|it| super::line::said(it, &[]))
}

/// A small file.
pub(super) fn read(path: &Path) -> Option<String> {
    let small = std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() <= MOST_BYTES);
    small.then(|| std::fs::read_to_string(path).ok()).flatten()
}

/// A token of a user's credentials, to ask Google about. Addresses in the file are not asked: they could be anybody's.
pub(super) async fn refreshed(line: &Line, document: &Value) -> Result<SecretText, Finding> {
    let unknown = |reason: &str| Finding::from(Checked::Unknown { reason: reason.to_owned() });
    let text = |name: &str| document[name].as_str().unwrap_or_default();
    if text("type") != "authorized_user" {
        return Err(unknown("only the credentials of users are checked, not those of services"));
    }
    let secrets = [text("client_secret"), text("refresh_token")];
    let secrets = secrets.map(|it| SecretText::new(it.to_owned()));
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", text("client_id")),
        ("client_secret", secrets[0].reveal()),
        ("refresh_token", secrets[1].reveal()),
    ];
    let address = line.address(&https("oauth2.googleapis.com"), "token");
    let answer = line.ask(Question::form(address, &fields)).await?;
    let given = answer.json()?;
    if let Some(error) = refusal(&given, &answer, &[&secrets[0], &secrets[1]]) {
        return Err(Checked::Refused { reason: error.to_string() }.into());
    }
    let token = given["access_token"].as_str().ok_or_else(|| unknown("Google gave no token"))?;
    Ok(SecretText::new(token.to_owned()))
}

/// What nobody guesses, in letters that stay as they are in an address.
fn random() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the kernel gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_a_service_are_not_sent_anywhere() {
        let document =
            serde_json::json!({ "type": "service_account", "token_uri": "https://evil.example" });
        let nobody = "http://127.0.0.1:1/".parse().unwrap();
        let providers = super::super::Providers::stand_in(nobody, Duration::from_secs(1));
        let line = Line::open(&providers).unwrap();
        let asked = futures_util::FutureExt::now_or_never(refreshed(&line, &document));
        let finding = asked.expect("nobody is asked").unwrap_err();
        assert!(matches!(finding.checked, Checked::Unknown { .. }), "{finding:?}");
    }
}
