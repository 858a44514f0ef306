//! Profiles of the AWS command line: `~/.aws/credentials` and `~/.aws/config`.

use std::{collections::BTreeMap, path::Path};

use super::{SignInError, aws_sso::Sso, cli::words};

/// Largest file that is read.
const MOST_BYTES: u64 = 1 << 20;

/// The profiles of a user. Keys are in them and are not shown.
#[derive(Clone, Default)]
pub struct AwsProfiles {
    profiles: Sections,
    /// Instances of IAM Identity Center that profiles name.
    sessions: Sections,
}

/// Settings by their names, by the name of what they are about.
type Sections = BTreeMap<String, BTreeMap<String, String>>;

impl std::fmt::Debug for AwsProfiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.profiles.keys()).finish()
    }
}

/// A profile, for people to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub region: Option<String>,
    pub kind: ProfileKind,
}

/// What signs in with a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileKind {
    /// Its keys.
    Keys,
    /// IAM Identity Center, in a browser.
    Sso,
    /// This program, which is run once somebody says so.
    Process { program: String },
    /// Nothing that is known here.
    Other,
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
        let (mut profiles, mut sessions) = (Sections::new(), Sections::new());
        read(&mut profiles, config, |it| {
            if it == "default" { Some(it) } else { it.strip_prefix("profile ") }
        });
        read(&mut profiles, credentials, Some);
        read(&mut sessions, config, |it| it.strip_prefix("sso-session "));
        Self { profiles, sessions }
    }

    pub fn list(&self) -> impl Iterator<Item = Profile> {
        self.profiles.iter().map(|(name, settings)| Profile {
            name: name.clone(),
            region: settings.get("region").cloned(),
            kind: self.kind(name),
        })
    }

    fn kind(&self, name: &str) -> ProfileKind {
        let process = || self.process(name).ok().and_then(|it| words(it.0)).map(|it| it[0].clone());
        if self.keys(name).is_ok() {
            ProfileKind::Keys
        } else if self.sso(name).is_ok() {
            ProfileKind::Sso
        } else {
            process().map_or(ProfileKind::Other, |program| ProfileKind::Process { program })
        }
    }

    fn settings(&self, name: &str) -> Result<&BTreeMap<String, String>, SignInError> {
        self.profiles.get(name).ok_or_else(|| SignInError::NoProfile { name: name.to_owned() })
    }

    /// The program that keeps a profile's keys, and its region.
    pub(super) fn process(&self, name: &str) -> Result<(&str, Option<&str>), SignInError> {
        let settings = self.settings(name)?;
        let setting = |it: &str| settings.get(it).map(String::as_str).filter(|it| !it.is_empty());
        let command = setting("credential_process").ok_or_else(|| SignInError::NoKeys {
            name: name.to_owned(),
            reason: "it names no program that keeps them",
        })?;
        Ok((command, setting("region")))
    }

    /// The instance of IAM Identity Center that a profile names, by itself or through its session.
    pub(super) fn sso(&self, name: &str) -> Result<Sso, SignInError> {
        let settings = self.settings(name)?;
        let session = settings.get("sso_session").and_then(|it| self.sessions.get(it));
        let setting = |it: &str| {
            let found = settings.get(it).or_else(|| session?.get(it));
            found.filter(|it| !it.is_empty()).cloned()
        };
        let missing = || SignInError::NoKeys {
            name: name.to_owned(),
            reason: "it names no sso_start_url and sso_region",
        };
        Ok(Sso {
            start_url: setting("sso_start_url").ok_or_else(missing)?,
            region: setting("sso_region").ok_or_else(missing)?,
            account: setting("sso_account_id"),
            role: setting("sso_role_name"),
        })
    }

    /// The region of a profile.
    pub(super) fn region(&self, name: &str) -> Option<&str> {
        self.profiles.get(name)?.get("region").map(String::as_str)
    }

    pub(super) fn keys(&self, name: &str) -> Result<Keys<'_>, SignInError> {
        let settings = self.settings(name)?;
        let setting = |it: &str| settings.get(it).map(String::as_str).filter(|it| !it.is_empty());
        let no_keys = |reason| SignInError::NoKeys { name: name.to_owned(), reason };
        let (Some(id), Some(secret)) =
            (setting("aws_access_key_id"), setting("aws_secret_access_key"))
        else {
            return Err(no_keys(
                if setting("sso_session").or(setting("sso_start_url")).is_some() {
                    "it signs in through a browser; do that here, or with `aws sso login`"
                } else if setting("credential_process").is_some() {
                    "another program keeps them; agree that it is run"
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

/// Adds the settings of the sections that have a name.
fn read<'a>(sections: &mut Sections, text: &'a str, name_of: impl Fn(&'a str) -> Option<&'a str>) {
    let mut current: Option<&str> = None;
    for line in text.lines() {
        // What is indented belongs to a group of settings that nothing here needs.
        if line.starts_with([' ', '\t', '#', ';']) {
            continue;
        }
        if let Some(section) = line.trim().strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            current = name_of(section.trim()).map(str::trim);
            if let Some(name) = current {
                sections.entry(name.to_owned()).or_default();
            }
        } else if let (Some(name), Some((key, value))) = (current, line.split_once('=')) {
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().to_owned());
            sections.entry(name.to_owned()).or_default().insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "# of the machine\n[default]\nregion = eu-west-1\n\n[profile dev]\nregion=us-east-2\n\
        s3 =\n  max_queue_size = 1\n[profile sso]\nsso_session = s\nsso_role_name = admin\n\
        [profile role]\nrole_arn = arn\n[profile program]\ncredential_process = \"/opt/a b\" --json\n\
        [sso-session s]\nsso_start_url = https://x.example\nsso_region = eu-west-1\n";
    const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s/ec=ret\n\
        [dev]\nAWS_ACCESS_KEY_ID=AKIA2\naws_secret_access_key=two\naws_session_token=tok\n";

    #[test]
    fn profiles_of_both_files_are_one() {
        let profiles = AwsProfiles::parse(CONFIG, CREDENTIALS);
        let listed: Vec<_> = profiles.list().map(|it| (it.name, it.region, it.kind)).collect();
        let row = |name: &str, region: Option<&str>, kind| {
            (name.to_owned(), region.map(str::to_owned), kind)
        };
        let program = "/opt/a b".to_owned();
        assert_eq!(
            listed,
            [
                row("default", Some("eu-west-1"), ProfileKind::Keys),
                row("dev", Some("us-east-2"), ProfileKind::Keys),
                row("program", None, ProfileKind::Process { program }),
                row("role", None, ProfileKind::Other),
                row("sso", None, ProfileKind::Sso),
            ]
        );
        let keys = profiles.keys("default").unwrap();
        assert_eq!((keys.id, keys.secret, keys.token), ("AKIA1", "s/ec=ret", None));
        assert_eq!(profiles.keys("dev").unwrap().token, Some("tok"));
        let sso = profiles.sso("sso").unwrap();
        assert_eq!((&*sso.start_url, &*sso.region), ("https://x.example", "eu-west-1"));
        assert_eq!((sso.account, sso.role.as_deref()), (None, Some("admin")));
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
