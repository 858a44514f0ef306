//! Profiles of the AWS command line: `~/.aws/credentials` and `~/.aws/config`.

use std::{collections::BTreeMap, path::Path};

use super::SignInError;

/// Largest file that is read.
const MOST_BYTES: u64 = 1 << 20;

/// The profiles of a user. Keys are in them and are not shown.
#[derive(Clone, Default)]
pub struct AwsProfiles(BTreeMap<String, BTreeMap<String, String>>);

impl std::fmt::Debug for AwsProfiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A profile, for people to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub region: Option<String>,
    /// Whether it holds keys; others are for tools that sign in by themselves.
    pub has_keys: bool,
}

/// What a profile gives.
pub(super) struct Keys<'a> {
    pub(super) id: &'a str,
    pub(super) secret: &'a str,
    pub(super) token: Option<&'a str>,
    pub(super) region: Option<&'a str>,
}

impl AwsProfiles {
    /// Those of the user with this home; none where there are no such files.
    #[must_use]
    pub fn read(home: &Path) -> Self {
        let text = |name: &str| {
            let path = home.join(".aws").join(name);
            let small = std::fs::metadata(&path).is_ok_and(|it| it.len() <= MOST_BYTES);
            small.then(|| std::fs::read_to_string(path).ok()).flatten().unwrap_or_default()
        };
        Self::parse(&text("config"), &text("credentials"))
    }

    /// Keys in `credentials` go before those in `config`, as for Amazon's tools.
    fn parse(config: &str, credentials: &str) -> Self {
        let mut profiles = Self::default();
        profiles
            .add(config, |it| if it == "default" { Some(it) } else { it.strip_prefix("profile ") });
        profiles.add(credentials, Some);
        profiles
    }

    fn add<'a>(&mut self, text: &'a str, name_of: impl Fn(&'a str) -> Option<&'a str>) {
        let mut current: Option<&str> = None;
        for line in text.lines() {
            // What is indented belongs to a group of settings that nothing here needs.
            if line.starts_with([' ', '\t', '#', ';']) {
                continue;
            }
            if let Some(section) = line.trim().strip_prefix('[').and_then(|it| it.strip_suffix(']'))
            {
                current = name_of(section.trim()).map(str::trim);
                if let Some(name) = current {
                    self.0.entry(name.to_owned()).or_default();
                }
            } else if let (Some(name), Some((key, value))) = (current, line.split_once('=')) {
                let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().to_owned());
                self.0.entry(name.to_owned()).or_default().insert(key, value);
            }
        }
    }

    pub fn list(&self) -> impl Iterator<Item = Profile> {
        self.0.iter().map(|(name, settings)| Profile {
            name: name.clone(),
            region: settings.get("region").cloned(),
            has_keys: settings.contains_key("aws_secret_access_key"),
        })
    }

    pub(super) fn keys(&self, name: &str) -> Result<Keys<'_>, SignInError> {
        let no_profile = || SignInError::NoProfile { name: name.to_owned() };
        let settings = self.0.get(name).ok_or_else(no_profile)?;
        let setting = |it: &str| settings.get(it).map(String::as_str).filter(|it| !it.is_empty());
        let no_keys = |reason| SignInError::NoKeys { name: name.to_owned(), reason };
        let (Some(id), Some(secret)) =
            (setting("aws_access_key_id"), setting("aws_secret_access_key"))
        else {
            return Err(no_keys(
                if setting("sso_session").or(setting("sso_start_url")).is_some() {
                    "it signs in through a browser; run `aws sso login`, then \
                 `eval $(aws configure export-credentials --format env)`, and use the environment"
                } else if setting("credential_process").is_some() {
                    "another program keeps them; run it, and use the environment"
                } else if setting("role_arn").is_some() {
                    "it takes a role; take it with `aws sts assume-role`, and use the environment"
                } else {
                    "add aws_access_key_id and aws_secret_access_key to ~/.aws/credentials"
                },
            ));
        };
        Ok(Keys { id, secret, token: setting("aws_session_token"), region: setting("region") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "# of the machine\n[default]\nregion = eu-west-1\n\n[profile dev]\nregion=us-east-2\n\
        s3 =\n  max_queue_size = 1\n[profile sso]\nsso_start_url = https://x.example\n[sso-session s]\nsso_region = x\n";
    const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s/ec=ret\n\
        [dev]\nAWS_ACCESS_KEY_ID=AKIA2\naws_secret_access_key=two\naws_session_token=tok\n";

    #[test]
    fn profiles_of_both_files_are_one() {
        let profiles = AwsProfiles::parse(CONFIG, CREDENTIALS);
        let listed: Vec<_> = profiles.list().map(|it| (it.name, it.region, it.has_keys)).collect();
        let row = |name: &str, region: Option<&str>, has_keys| {
            (name.to_owned(), region.map(str::to_owned), has_keys)
        };
        assert_eq!(
            listed,
            [
                row("default", Some("eu-west-1"), true),
                row("dev", Some("us-east-2"), true),
                row("sso", None, false)
            ]
        );
        let keys = profiles.keys("default").unwrap();
        assert_eq!((keys.id, keys.secret, keys.token), ("AKIA1", "s/ec=ret", None));
        assert_eq!(profiles.keys("dev").unwrap().token, Some("tok"));
        assert!(!format!("{profiles:?}").contains("s/ec"));
    }

    #[test]
    fn a_profile_without_keys_says_what_to_do() {
        let profiles = AwsProfiles::parse(CONFIG, CREDENTIALS);
        let said = |name: &str| profiles.keys(name).err().unwrap().to_string();
        assert!(said("sso").contains("aws sso login"), "{}", said("sso"));
        assert!(said("other").contains("no profile"), "{}", said("other"));
    }

    #[test]
    fn what_is_no_such_file_gives_no_profile() {
        for text in ["", "[", "]\n=\n", "a=b\n", "[profile ]\n", "\u{0}[x"] {
            assert!(AwsProfiles::parse(text, text).list().count() <= 2, "{text:?}");
        }
        assert_eq!(AwsProfiles::parse("[other]\nx=1", "").list().count(), 0);
    }
}
