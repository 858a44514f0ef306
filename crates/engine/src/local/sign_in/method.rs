//! The ways to sign in, and what each finds.

use std::collections::BTreeMap;

use super::{AwsProfiles, Provider, SignIn, SignInError, SignedIn, aws::Keys};

/// Most bytes of a key or token.
const MOST_BYTES: usize = 16 << 10;

/// How somebody wants to sign in.
#[derive(Clone)]
pub enum SignInMethod {
    /// With what the environment of `runbook` has.
    Environment,
    /// With a profile of Amazon's command line.
    Profile { name: String },
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
            Self::Keys { .. } => f.write_str("Keys"),
            Self::Token { .. } => f.write_str("Token"),
        }
    }
}

/// What this machine could sign in with. Looking changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Whether the environment has what it takes.
    pub environment: bool,
    /// Of AWS.
    pub profiles: Vec<super::Profile>,
}

/// What there is to sign in with.
#[derive(Clone, Copy, Debug)]
pub(in crate::local) struct Surroundings<'a> {
    /// Of `runbook` itself.
    pub(in crate::local) env: &'a BTreeMap<String, String>,
    pub(in crate::local) profiles: &'a AwsProfiles,
}

impl Surroundings<'_> {
    pub(in crate::local) fn find(&self, place: &SignIn) -> Found {
        let profiles = match place.provider {
            Provider::Aws => self.profiles.list().collect(),
            Provider::Google | Provider::GitHub | Provider::GitLab => Vec::new(),
        };
        Found { environment: self.of_environment(place).is_ok(), profiles }
    }

    pub(in crate::local) fn sign_in(
        &self,
        place: &SignIn,
        method: &SignInMethod,
    ) -> Result<SignedIn, SignInError> {
        let default_region = &place.default_region;
        match (method, place.provider) {
            (SignInMethod::Environment, _) => self.of_environment(place),
            (SignInMethod::Profile { name }, Provider::Aws) => {
                Ok(of_keys(&self.profiles.keys(name)?, default_region, &format!("profile {name}")))
            }
            (SignInMethod::Keys { id, secret, token, region }, Provider::Aws) => {
                let token =
                    token.as_deref().map(|it| typed("the session token", it)).transpose()?;
                let keys = Keys {
                    id: typed("the access key id", id)?,
                    secret: typed("the secret access key", secret)?,
                    token,
                    region: region.as_deref().filter(|it| !it.is_empty()),
                };
                Ok(of_keys(&keys, default_region, "typed keys"))
            }
            (
                SignInMethod::Token { token },
                Provider::Google | Provider::GitHub | Provider::GitLab,
            ) => Ok(of_token(place.provider, typed("the token", token)?, "typed token")),
            (SignInMethod::Token { .. }, Provider::Aws) => Err(SignInError::Way {
                provider: "AWS",
                ways: "keys, a profile or the environment",
            }),
            (
                SignInMethod::Profile { .. } | SignInMethod::Keys { .. },
                Provider::Google | Provider::GitHub | Provider::GitLab,
            ) => {
                let provider = place.provider.name();
                Err(SignInError::Way { provider, ways: "a token or the environment" })
            }
        }
    }

    /// Of several prefixes the first that has what it takes.
    fn of_environment(&self, place: &SignIn) -> Result<SignedIn, SignInError> {
        let mut refused = SignInError::Way { provider: place.provider.name(), ways: "another one" };
        for prefix in &place.prefixes {
            match self.of_variables(place, prefix) {
                Ok(found) => return Ok(found),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn of_variables(&self, place: &SignIn, prefix: &str) -> Result<SignedIn, SignInError> {
        let provider = place.provider;
        let variable = |name: &str| {
            let value = self.env.get(&format!("{prefix}{name}")).map(String::as_str);
            value.filter(|it| !it.is_empty())
        };
        let missing = |names: &[&str]| SignInError::NotInEnvironment {
            names: names.iter().map(|it| format!("{prefix}{it}")).collect(),
        };
        match provider {
            Provider::Aws => {
                let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
                let (Some(id), Some(secret)) = (variable(names[0]), variable(names[1])) else {
                    return Err(missing(&names));
                };
                let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
                let keys = Keys { id, secret, token: variable("AWS_SESSION_TOKEN"), region };
                Ok(of_keys(&keys, &place.default_region, "environment"))
            }
            Provider::Google => {
                let file = variable("GOOGLE_APPLICATION_CREDENTIALS");
                let token = variable("GOOGLE_OAUTH_ACCESS_TOKEN")
                    .or_else(|| variable("CLOUDSDK_AUTH_ACCESS_TOKEN"));
                match (token, file) {
                    (Some(token), _) => Ok(of_token(provider, token, "environment")),
                    (None, Some(file)) => Ok(SignedIn::new(
                        provider,
                        "credentials file of the environment".to_owned(),
                        &[("GOOGLE_APPLICATION_CREDENTIALS", file)],
                    )),
                    (None, None) => Err(missing(&["GOOGLE_APPLICATION_CREDENTIALS"])),
                }
            }
            Provider::GitHub | Provider::GitLab => {
                let names = provider.secret_variables();
                let token = names.iter().find_map(|it| variable(it));
                let token = token.ok_or_else(|| missing(&names[1..2]))?;
                Ok(of_token(provider, token, "environment"))
            }
        }
    }
}

fn of_keys(keys: &Keys<'_>, default_region: &str, from: &str) -> SignedIn {
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

fn of_token(provider: Provider, token: &str, from: &str) -> SignedIn {
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

fn typed<'a>(field: &'static str, value: &'a str) -> Result<&'a str, SignInError> {
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
    use super::*;

    fn env(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
        variables.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned())).collect()
    }

    fn sign_in(
        variables: &[(&str, &str)],
        provider: Provider,
        prefix: &str,
    ) -> Result<Vec<(String, String)>, SignInError> {
        let (env, profiles) = (env(variables), AwsProfiles::default());
        let surroundings = Surroundings { env: &env, profiles: &profiles };
        let signed_in =
            surroundings.sign_in(&place(provider, prefix), &SignInMethod::Environment)?;
        Ok(signed_in.variables().collect())
    }

    fn place(provider: Provider, prefix: &str) -> SignIn {
        let default_region = "eu-west-1".to_owned();
        SignIn { provider, default_region, prefixes: vec![prefix.to_owned()] }
    }

    #[test]
    fn the_environment_signs_in_whom_it_has() {
        let aws = [("X_AWS_ACCESS_KEY_ID", "AKIA"), ("X_AWS_SECRET_ACCESS_KEY", "secret")];
        let found = sign_in(&aws, Provider::Aws, "X_").unwrap();
        let wanted = env(&[
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
        ]);
        assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), wanted);
        let without = sign_in(&aws, Provider::Aws, "").unwrap_err();
        assert!(without.to_string().contains("AWS_ACCESS_KEY_ID and AWS_SECRET"), "{without}");
        let github = sign_in(&[("GH_TOKEN", "t")], Provider::GitHub, "").unwrap();
        assert_eq!(github.len(), 2);
        assert!(sign_in(&[("GITHUB_TOKEN", "")], Provider::GitHub, "").is_err());
    }

    #[test]
    fn what_is_typed_is_checked_and_never_shown() {
        let secret = "ghp_0123456789abcdefWXYZ";
        let method = SignInMethod::Token { token: format!(" {secret}\n") };
        let (env, profiles) = (BTreeMap::new(), AwsProfiles::default());
        let surroundings = Surroundings { env: &env, profiles: &profiles };
        let signed_in = surroundings.sign_in(&place(Provider::GitHub, ""), &method).unwrap();
        assert_eq!(signed_in.account, "typed token, …WXYZ");
        let said = format!("{signed_in:?}{method:?}");
        assert!(!said.contains("0123"), "{said}");
        for wrong in ["", " ", "a\nb", &"a".repeat(MOST_BYTES + 1)] {
            let method = SignInMethod::Token { token: wrong.to_owned() };
            assert!(surroundings.sign_in(&place(Provider::GitLab, ""), &method).is_err());
            assert!(surroundings.sign_in(&place(Provider::Aws, ""), &method).is_err());
        }
    }
}
