//! The ways to sign in, and what each finds.

use std::{collections::BTreeMap, path::PathBuf};

use document::normal_id;
use sandbox::StartError;
use serde_json::Value;

use super::{
    AwsProfiles, Details, Place, Profile, Provider, Runner, SignIn, SignInError, SignedIn,
    aws::Keys, google,
};

/// Most bytes of a key or token.
const MOST_BYTES: usize = 16 << 10;

/// How somebody wants to sign in.
#[derive(Clone)]
pub enum SignInMethod {
    /// With what the environment of `runbook` has.
    Environment,
    /// With the keys of a profile of Amazon's command line.
    Profile { name: String },
    /// With the keys that a program keeps, which a profile names.
    Process { name: String },
    /// With what the provider's own program has.
    CommandLine,
    /// With the file of Google's default credentials.
    DefaultCredentials,
    /// With what another component has given.
    Block { id: String },
    /// With keys of AWS that were typed.
    Keys { id: String, secret: String, token: Option<String>, region: Option<String> },
    /// With a token of the others that was typed.
    Token { token: String },
}

/// Says which way, and nothing of what was typed.
impl std::fmt::Debug for SignInMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment => f.write_str("Environment"),
            Self::Profile { name } => write!(f, "Profile({name:?})"),
            Self::Process { name } => write!(f, "Process({name:?})"),
            Self::CommandLine => f.write_str("CommandLine"),
            Self::DefaultCredentials => f.write_str("DefaultCredentials"),
            Self::Block { id } => write!(f, "Block({id:?})"),
            Self::Keys { .. } => f.write_str("Keys"),
            Self::Token { .. } => f.write_str("Token"),
        }
    }
}

/// What this machine could sign in with. Looking changes nothing, and runs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Whether the environment has what it takes.
    pub environment: bool,
    /// Of AWS.
    pub profiles: Vec<Profile>,
    /// Whose default credentials Google's tools have, as far as their file says.
    pub default_credentials: Option<String>,
    /// Components that have given what it takes.
    pub blocks: Vec<String>,
}

/// What there is to sign in with.
#[derive(Clone, Copy, Debug)]
pub(in crate::local) struct Surroundings<'a> {
    /// Of `runbook` itself.
    pub(in crate::local) env: &'a BTreeMap<String, String>,
    pub(in crate::local) profiles: &'a AwsProfiles,
    /// By component and name.
    pub(in crate::local) outputs: &'a BTreeMap<String, BTreeMap<String, String>>,
}

/// Where credentials are looked for by the names of variables.
struct Variables<'a> {
    values: &'a BTreeMap<String, String>,
    prefix: &'a str,
    /// What they are called, where they sign somebody in.
    from: &'a str,
}

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let value = self.values.get(&format!("{}{name}", self.prefix)).map(String::as_str);
        value.filter(|it| !it.is_empty())
    }

    fn missing(&self, names: &[&str]) -> SignInError {
        let name = |it: &&str| format!("{}{it}", self.prefix);
        SignInError::NotInEnvironment { names: names.iter().map(name).collect() }
    }
}

impl Surroundings<'_> {
    pub(in crate::local) fn find(&self, place: &SignIn) -> Found {
        let profiles = match place.provider {
            Provider::Aws => self.profiles.list().collect(),
            Provider::Google | Provider::GitHub | Provider::GitLab => Vec::new(),
        };
        let default_credentials = self.default_credentials(place).ok().map(|file| {
            google::owner(&file).unwrap_or_else(|| "application default credentials".to_owned())
        });
        let gives = |id: &&String| self.of_block(place, id).is_ok();
        let blocks = place.places.iter().filter_map(Place::block).filter(gives).cloned().collect();
        let environment = self.of_environment(place).is_ok();
        Found { environment, profiles, default_credentials, blocks }
    }

    /// `runner` is asked for only where a program is run.
    pub(in crate::local) async fn sign_in(
        &self,
        place: &SignIn,
        method: &SignInMethod,
        runner: impl Future<Output = Result<Runner, StartError>> + Send,
    ) -> Result<SignedIn, SignInError> {
        let unavailable = |it: StartError| SignInError::Unavailable { reason: it.to_string() };
        match method {
            SignInMethod::Environment => self.of_environment(place),
            SignInMethod::Block { id } if place.places.iter().any(|it| it.block() == Some(id)) => {
                self.of_block(place, id)
            }
            SignInMethod::Block { .. } => Err(SignInError::NoPlace),
            SignInMethod::CommandLine if place.places.contains(&Place::CommandLine) => {
                runner.await.map_err(unavailable)?.sign_in(place).await
            }
            SignInMethod::CommandLine => Err(SignInError::NoPlace),
            SignInMethod::DefaultCredentials => {
                let file = self.default_credentials(place)?;
                let owner = google::owner(&file);
                let from = owner.unwrap_or_else(|| "application default credentials".to_owned());
                match &place.details {
                    Details::Google(google) => Ok(google.of_file(&file, &from)),
                    Details::Aws { .. } | Details::Forge(_) => Err(way(place.provider)),
                }
            }
            SignInMethod::Profile { .. }
            | SignInMethod::Process { .. }
            | SignInMethod::Keys { .. }
                if place.provider != Provider::Aws =>
            {
                Err(way(place.provider))
            }
            SignInMethod::Profile { name } => {
                let keys = self.profiles.keys(name)?;
                Ok(of_keys(&keys, &place.default_region, &format!("profile {name}")))
            }
            SignInMethod::Process { name } => {
                let (command, region) = self.profiles.process(name)?;
                let runner = runner.await.map_err(unavailable)?;
                runner.keys(name, command, (region, &place.default_region)).await
            }
            SignInMethod::Keys { id, secret, token, region } => {
                let token =
                    token.as_deref().map(|it| typed("the session token", it)).transpose()?;
                let keys = Keys {
                    id: typed("the access key id", id)?,
                    secret: typed("the secret access key", secret)?,
                    token,
                    region: region.as_deref().filter(|it| !it.is_empty()),
                };
                Ok(of_keys(&keys, &place.default_region, "typed keys"))
            }
            SignInMethod::Token { token } => {
                of_own_token(place, typed("the token", token)?, "typed token")
            }
        }
    }

    /// Of several prefixes the first that has what it takes.
    pub(in crate::local) fn of_environment(&self, place: &SignIn) -> Result<SignedIn, SignInError> {
        let mut refused = SignInError::NoPlace;
        for prefix in place.places.iter().filter_map(Place::prefix) {
            let variables = Variables { values: self.env, prefix, from: "environment" };
            match of_variables(place, &variables) {
                Ok(found) => return Ok(found),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// With what another component has given.
    fn of_block(&self, place: &SignIn, id: &str) -> Result<SignedIn, SignInError> {
        let given = self.outputs.iter().find(|it| normal_id(it.0) == normal_id(id));
        let no_outputs = || SignInError::NoOutputs { block: id.to_owned() };
        let values = given.ok_or_else(no_outputs)?.1;
        of_variables(place, &Variables { values, prefix: "", from: id }).map_err(|_| no_outputs())
    }

    fn default_credentials(&self, place: &SignIn) -> Result<PathBuf, SignInError> {
        if !place.places.contains(&Place::DefaultCredentials) {
            return Err(SignInError::NoPlace);
        }
        google::default_credentials(self.env).ok_or_else(|| SignInError::NotSignedIn {
            program: "gcloud",
            host: "application default credentials".to_owned(),
        })
    }
}

impl Place {
    const fn prefix(&self) -> Option<&String> {
        match self {
            Self::Environment { prefix } => Some(prefix),
            Self::CommandLine | Self::DefaultCredentials | Self::Block { .. } => None,
        }
    }

    const fn block(&self) -> Option<&String> {
        match self {
            Self::Block { id } => Some(id),
            Self::CommandLine | Self::DefaultCredentials | Self::Environment { .. } => None,
        }
    }
}

const fn way(provider: Provider) -> SignInError {
    let ways = match provider {
        Provider::Aws => "keys, a profile or the environment",
        Provider::Google | Provider::GitHub | Provider::GitLab => "a token or the environment",
    };
    SignInError::Way { provider: provider.name(), ways }
}

fn of_variables(place: &SignIn, variables: &Variables<'_>) -> Result<SignedIn, SignInError> {
    match &place.details {
        Details::Aws { .. } => of_aws_variables(place, variables),
        Details::Google(google) => {
            let names = ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"];
            let token = names.iter().find_map(|it| variables.get(it));
            if let Some(token) = token {
                return of_own_token(place, token, variables.from);
            }
            let from = format!("credentials file, {}", variables.from);
            if let Some(file) = variables.get("GOOGLE_APPLICATION_CREDENTIALS") {
                return Ok(google.of_file(&PathBuf::from(file), &from));
            }
            let document = variables.get("GOOGLE_CREDENTIALS");
            let document =
                document.ok_or_else(|| variables.missing(&["GOOGLE_APPLICATION_CREDENTIALS"]))?;
            let documents = [("GOOGLE_CREDENTIALS", document)];
            Ok(google.signed_in(SignedIn::new(Provider::Google, from, &documents)))
        }
        Details::Forge(forge) => {
            let names = forge.token_names(variables.prefix, variables.values);
            let Some(first) = names.iter().find(|it| !it.starts_with("RUNBOOKS_")) else {
                return Err(SignInError::NotForHost { host: forge.host() });
            };
            let token = names.iter().find_map(|it| variables.get(it));
            let token = token.ok_or_else(|| variables.missing(&[first]))?;
            Ok(forge.signed_in(token, variables.from))
        }
    }
}

fn of_aws_variables(place: &SignIn, variables: &Variables<'_>) -> Result<SignedIn, SignInError> {
    let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let (Some(id), Some(secret)) = (variables.get(names[0]), variables.get(names[1])) else {
        return Err(variables.missing(&names));
    };
    let region = variables.get("AWS_REGION").or_else(|| variables.get("AWS_DEFAULT_REGION"));
    let keys = Keys { id, secret, token: variables.get("AWS_SESSION_TOKEN"), region };
    let mut signed_in = of_keys(&keys, &place.default_region, variables.from);
    let ends = variables.get("AWS_CREDENTIAL_EXPIRATION").map(|it| Value::String(it.to_owned()));
    signed_in.expires_at = ends.and_then(|it| serde_json::from_value(it).ok());
    Ok(signed_in)
}

/// With a token, and what goes with it where the component signs in.
fn of_own_token(place: &SignIn, token: &str, from: &str) -> Result<SignedIn, SignInError> {
    match &place.details {
        Details::Aws { .. } => Err(way(Provider::Aws)),
        Details::Google(google) => Ok(google.signed_in(of_token(Provider::Google, token, from))),
        Details::Forge(forge) => Ok(forge.signed_in(token, from)),
    }
}

pub(super) fn of_keys(keys: &Keys<'_>, default_region: &str, from: &str) -> SignedIn {
    let region = keys.region.unwrap_or(default_region);
    let mut variables =
        vec![("AWS_ACCESS_KEY_ID", keys.id), ("AWS_SECRET_ACCESS_KEY", keys.secret)];
    variables.extend(keys.token.map(|it| ("AWS_SESSION_TOKEN", it)));
    let mut signed_in = SignedIn::new(Provider::Aws, account(from, keys.id), &variables);
    signed_in
        .settings
        .extend((!region.is_empty()).then(|| region_of(region)).into_iter().flatten());
    signed_in
}

fn region_of(region: &str) -> [(String, String); 2] {
    ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|it| (it.to_owned(), region.to_owned()))
}

pub(super) fn of_token(provider: Provider, token: &str, from: &str) -> SignedIn {
    let names: &[&str] = match provider {
        Provider::Google => &["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"],
        Provider::GitHub => &["GITHUB_TOKEN", "GH_TOKEN"],
        Provider::GitLab | Provider::Aws => &["GITLAB_TOKEN"],
    };
    let variables: Vec<_> = names.iter().map(|it| (*it, token)).collect();
    SignedIn::new(provider, account(from, token), &variables)
}

/// Where it is from, and the end of it, as password managers show keys. Short ones have no end to show.
fn account(from: &str, key: &str) -> String {
    let count = key.chars().count();
    if count < 16 {
        return from.to_owned();
    }
    let end: String = key.chars().skip(count - 4).collect();
    format!("{from}, …{end}")
}

pub(super) fn typed<'a>(field: &'static str, value: &'a str) -> Result<&'a str, SignInError> {
    let value = value.trim();
    let reason = match value {
        "" => "is empty",
        it if it.len() > MOST_BYTES => "is longer than any key",
        it if it.chars().any(char::is_control) => "holds characters that no key has",
        it => return Ok(it),
    };
    Err(SignInError::Value { field, reason })
}

#[cfg(test)]
mod tests {
    use std::future;

    use document::{Syntax, parse_as};

    use super::*;

    fn env(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
        variables.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned())).collect()
    }

    fn place(tag: &str) -> SignIn {
        let document = parse_as(&format!("{tag}\n"), Syntax::Mdx);
        SignIn::of(&document.components[0]).unwrap()
    }

    /// Signs in where no program may be run.
    fn sign_in(
        variables: &[(&str, &str)],
        tag: &str,
        method: &SignInMethod,
    ) -> Result<SignedIn, SignInError> {
        let (env, profiles, outputs) = (env(variables), AwsProfiles::default(), BTreeMap::new());
        let surroundings = Surroundings { env: &env, profiles: &profiles, outputs: &outputs };
        let place = place(tag);
        let signed_in = surroundings.sign_in(&place, method, future::pending());
        futures_util::FutureExt::now_or_never(signed_in).expect("no program is run")
    }

    fn of_environment(
        variables: &[(&str, &str)],
        tag: &str,
    ) -> Result<BTreeMap<String, String>, SignInError> {
        let signed_in = sign_in(variables, tag, &SignInMethod::Environment)?;
        Ok(signed_in.variables().collect())
    }

    #[test]
    fn the_environment_signs_in_whom_it_has() {
        let aws = [("X_AWS_ACCESS_KEY_ID", "AKIA"), ("X_AWS_SECRET_ACCESS_KEY", "secret")];
        let prefixed = "<AwsAuth id=\"a\" defaultRegion=\"eu-west-1\" detectCredentials={[{env: {prefix: 'X_'}}]} />";
        let wanted = env(&[
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
        ]);
        assert_eq!(of_environment(&aws, prefixed).unwrap(), wanted);
        let without = of_environment(&aws, "<AwsAuth id=\"a\" />").unwrap_err();
        assert!(without.to_string().contains("AWS_ACCESS_KEY_ID and AWS_SECRET"), "{without}");
        let github = of_environment(&[("GH_TOKEN", "t")], "<GitHubAuth id=\"a\" />").unwrap();
        let wanted = env(&[
            ("GITHUB_TOKEN", "t"),
            ("GH_TOKEN", "t"),
            ("GITHUB_HOST", "github.com"),
            ("GH_HOST", "github.com"),
            ("GIT_PROVIDER", "github"),
        ]);
        assert_eq!(github, wanted);
        assert!(of_environment(&[("GITHUB_TOKEN", "")], "<GitHubAuth id=\"a\" />").is_err());
        let nowhere = "<GitHubAuth id=\"a\" detectCredentials={false} />";
        assert!(of_environment(&[("GITHUB_TOKEN", "t")], nowhere).is_err());
        let elsewhere = "<GitHubAuth id=\"a\" host=\"evil.example\" />";
        let refused = of_environment(&[("GITHUB_TOKEN", "t")], elsewhere).unwrap_err();
        assert!(refused.to_string().contains("no token for evil.example"), "{refused}");
    }

    #[test]
    fn google_is_told_its_project_and_where_its_file_is() {
        let tag = "<GoogleAuth id=\"a\" project=\"p\" defaultZone=\"z\" />";
        let file = [("GOOGLE_APPLICATION_CREDENTIALS", "/k.json")];
        let found = of_environment(&file, tag).unwrap();
        for (name, value) in [
            ("GOOGLE_APPLICATION_CREDENTIALS", "/k.json"),
            ("CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", "/k.json"),
            ("GOOGLE_CLOUD_PROJECT", "p"),
            ("CLOUDSDK_COMPUTE_ZONE", "z"),
        ] {
            assert_eq!(found.get(name).map(String::as_str), Some(value), "{name}");
        }
        let token = of_environment(&[("CLOUDSDK_AUTH_ACCESS_TOKEN", "t")], tag).unwrap();
        assert_eq!(token["GOOGLE_OAUTH_ACCESS_TOKEN"], "t");
    }

    #[test]
    fn what_is_typed_is_checked_and_never_shown() {
        let secret = "ghp_0123456789abcdefWXYZ";
        let method = SignInMethod::Token { token: format!(" {secret}\n") };
        let signed_in = sign_in(&[], "<GitHubAuth id=\"a\" />", &method).unwrap();
        assert_eq!(signed_in.account, "typed token, …WXYZ");
        let said = format!("{signed_in:?}{method:?}");
        assert!(!said.contains("0123"), "{said}");
        for wrong in ["", " ", "a\nb", &"a".repeat(MOST_BYTES + 1)] {
            let method = SignInMethod::Token { token: wrong.to_owned() };
            assert!(sign_in(&[], "<GitLabAuth id=\"a\" />", &method).is_err());
            assert!(sign_in(&[], "<AwsAuth id=\"a\" />", &method).is_err());
        }
    }

    #[test]
    fn a_document_looks_only_where_it_says() {
        let file = [("HOME", "/nowhere")];
        for method in [
            SignInMethod::CommandLine,
            SignInMethod::DefaultCredentials,
            SignInMethod::Block { id: "b".to_owned() },
        ] {
            let refused =
                sign_in(&file, "<GitHubAuth id=\"a\" detectCredentials={['env']} />", &method);
            assert_eq!(refused.unwrap_err(), SignInError::NoPlace, "{method:?}");
        }
    }
}
