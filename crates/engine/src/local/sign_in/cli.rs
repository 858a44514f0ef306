//! Programs of this machine that are signed in already: `gh`, `glab`, `gcloud`, and those that profiles of AWS name.
//!
//! They are started by their arguments, without a shell, and without the tokens of the environment: those are another
//! place to look, and would be told to whatever host is named.

use std::collections::BTreeMap;

use model::time::Timestamp;
use sandbox::{ExitStatus, OnExcess, ProcessEvent, Program, Sandbox};
use serde_json::Value;

use super::{
    Details, Provider, Providers, SignIn, SignInError, SignedIn,
    aws::Keys,
    forge::Forge,
    google::Google,
    line::said,
    method::{of_keys, of_token, typed},
};

/// Most bytes of what it says.
const MOST_BYTES: u64 = 64 << 10;

/// Variables that would be told instead of what a program keeps, or that would have it ask somebody.
const WITHOUT: [&str; 9] = [
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GH_HOST",
    "GITLAB_TOKEN",
    "GITLAB_ACCESS_TOKEN",
    "OAUTH_TOKEN",
    "NO_PROMPT",
];

/// Nobody is there to be asked, and nothing else is to be told.
const WITH: [(&str, &str); 7] = [
    ("GH_PROMPT_DISABLED", "1"),
    ("GH_NO_UPDATE_NOTIFIER", "1"),
    ("GLAB_CHECK_UPDATE", "false"),
    ("GLAB_SEND_TELEMETRY", "false"),
    ("GLAB_NO_PROMPT", "true"),
    ("CLOUDSDK_CORE_DISABLE_PROMPTS", "1"),
    ("NO_COLOR", "1"),
];

/// A program that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInProgram {
    pub program: &'static str,
    /// Whose account it uses, where it says so.
    pub account: Option<String>,
}

/// Where programs run: as the document's scripts do.
#[derive(Debug)]
pub(in crate::local) struct Runner {
    pub(in crate::local) sandbox: Sandbox,
    pub(in crate::local) env: BTreeMap<String, String>,
    pub(in crate::local) cwd: String,
    pub(in crate::local) providers: Providers,
}

impl Runner {
    /// What a program says on its standard output, if it ends well.
    async fn heard(&self, argv: Vec<String>) -> Option<String> {
        let mut env = self.env.clone();
        env.retain(|name, _| !WITHOUT.contains(&name.as_str()));
        env.extend(WITH.map(|(name, it)| (name.to_owned(), it.to_owned())));
        let program = Program {
            env: env.into_iter().collect(),
            cwd: self.cwd.clone(),
            timeout: Some(self.providers.program_patience),
            output_limit: MOST_BYTES,
            on_excess: OnExcess::Drop,
            ..Program::new(argv)
        };
        let mut process = self.sandbox.run(program).await.ok()?;
        let mut heard = Vec::new();
        loop {
            match process.next().await? {
                ProcessEvent::Stdout(bytes) => heard.extend_from_slice(&bytes),
                ProcessEvent::Stderr(_) | ProcessEvent::Said(..) | ProcessEvent::Truncated => {}
                ProcessEvent::Exit(exit) if exit.status == ExitStatus::Code(0) => {
                    return String::from_utf8(heard).ok();
                }
                ProcessEvent::Exit(_) | ProcessEvent::Lost => return None,
            }
        }
    }

    /// The first line, without the white space around it.
    async fn line(&self, argv: &[impl AsRef<str> + Sync]) -> Option<String> {
        let said = self.heard(argv.iter().map(|it| it.as_ref().to_owned()).collect()).await?;
        let line = said.lines().map(str::trim).find(|it| !it.is_empty())?;
        Some(line.to_owned())
    }

    /// The program that is signed in to where a component signs in. Its token is not kept.
    pub(in crate::local) async fn find(&self, place: &SignIn) -> Option<SignedInProgram> {
        match &place.details {
            Details::Forge(forge) => {
                let (program, host) = (cli_of(place.provider), forge.checked_host().ok()?);
                self.token(place.provider, &host).await?;
                let account = [program, "config", "get", "user", "--host", &host];
                let account = self.line(&account).await.map(|it| said(&it, &[]));
                Some(SignedInProgram { program, account })
            }
            Details::Google(google) => {
                let (account, _) = self.gcloud(google).await?;
                Some(SignedInProgram { program: "gcloud", account: Some(account) })
            }
            Details::Aws { .. } => None,
        }
    }

    /// Signs in with what a program has.
    pub(in crate::local) async fn sign_in(&self, place: &SignIn) -> Result<SignedIn, SignInError> {
        match &place.details {
            Details::Forge(forge) => self.of_forge(place.provider, forge).await,
            Details::Google(google) => self.of_gcloud(google).await,
            Details::Aws { .. } => Err(SignInError::Way {
                provider: "AWS",
                ways: "keys, a profile or the environment",
            }),
        }
    }

    async fn of_forge(&self, provider: Provider, forge: &Forge) -> Result<SignedIn, SignInError> {
        let (program, host) = (cli_of(provider), forge.checked_host()?);
        let token = self.token(provider, &host).await;
        let token = token.ok_or(SignInError::NotSignedIn { program, host })?;
        Ok(forge.signed_in(typed("the token", &token)?, &format!("{program} CLI")))
    }

    async fn token(&self, provider: Provider, host: &str) -> Option<String> {
        match provider {
            Provider::GitLab => {
                self.line(&["glab", "config", "get", "token", "--host", host]).await
            }
            Provider::GitHub | Provider::Aws | Provider::Google => {
                self.line(&["gh", "auth", "token", "--hostname", host]).await
            }
        }
    }

    async fn of_gcloud(&self, google: &Google) -> Result<SignedIn, SignInError> {
        let host = "Google Cloud".to_owned();
        let absent = || SignInError::NotSignedIn { program: "gcloud", host };
        let token = self.line(&gcloud(&["auth", "print-access-token"], google)).await;
        let token = token.ok_or_else(absent)?;
        let signed_in = of_token(Provider::Google, typed("the token", &token)?, "gcloud CLI");
        let mut signed_in = google.signed_in(signed_in);
        if let Some((account, project)) = self.gcloud(google).await {
            signed_in.set(&["CLOUDSDK_CORE_ACCOUNT"], &account);
            if let Some(project) = project
                && !signed_in.settings.contains_key("GOOGLE_CLOUD_PROJECT")
            {
                let names = ["GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GOOGLE_PROJECT"];
                signed_in.set(&names, &project);
            }
        }
        Ok(signed_in)
    }

    /// The account and the project of gcloud.
    async fn gcloud(&self, google: &Google) -> Option<(String, Option<String>)> {
        let listed = self.heard(gcloud(&["config", "list", "--format=json"], google)).await?;
        let listed: Value = serde_json::from_str(&listed).ok()?;
        let core = |name: &str| listed["core"][name].as_str().filter(|it| !it.is_empty());
        let plain = |it: &str| said(it, &[]);
        Some((core("account").map(plain)?, core("project").map(plain)))
    }

    /// Keys that a program gives as a profile of AWS describes it.
    pub(in crate::local) async fn keys(
        &self,
        name: &str,
        command: &str,
        (region, default_region): (Option<&str>, &str),
    ) -> Result<SignedIn, SignInError> {
        let no_keys = |reason| SignInError::NoKeys { name: name.to_owned(), reason };
        let argv = words(command).ok_or_else(|| no_keys("its credential_process is no command"))?;
        let heard = self.heard(argv).await;
        let heard = heard.ok_or_else(|| no_keys("its credential_process gave none in time"))?;
        let given: Option<Value> = serde_json::from_str(&heard).ok();
        let given = given.filter(|it| it["Version"] == 1);
        let given = given.ok_or_else(|| no_keys("its credential_process said something else"))?;
        let text = |name: &str| given[name].as_str().filter(|it| !it.is_empty());
        let (Some(id), Some(secret)) = (text("AccessKeyId"), text("SecretAccessKey")) else {
            return Err(no_keys("its credential_process named no keys"));
        };
        let keys = Keys { id, secret, token: text("SessionToken"), region };
        let mut signed_in = of_keys(&keys, default_region, &format!("profile {name}"));
        let expires_at: Option<Timestamp> =
            serde_json::from_value(given["Expiration"].clone()).ok();
        signed_in.expires_at = expires_at;
        Ok(signed_in)
    }
}

const fn cli_of(provider: Provider) -> &'static str {
    match provider {
        Provider::GitLab => "glab",
        Provider::GitHub => "gh",
        Provider::Google => "gcloud",
        Provider::Aws => "aws",
    }
}

/// A command of gcloud, in the configuration that the document names.
fn gcloud(command: &[&str], google: &Google) -> Vec<String> {
    let configuration = google.configuration.iter().map(|it| format!("--configuration={it}"));
    let words = ["gcloud"].iter().chain(command).map(|it| (*it).to_owned());
    words.chain(configuration).collect()
}

/// The words of a command, with quotes around those that have spaces. No shell reads it.
pub(super) fn words(command: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for it in command.chars() {
        match quote {
            Some(end) if it == end => quote = None,
            Some(_) => word.get_or_insert_default().push(it),
            None if it == '"' || it == '\'' => {
                quote = Some(it);
                word.get_or_insert_default();
            }
            None if it.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(it),
        }
    }
    words.extend(word);
    (quote.is_none() && !words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_command_is_words_and_no_shell_reads_it() {
        let read = |it: &str| words(it).map(|it| it.join("|"));
        assert_eq!(read("/opt/x --a \"b c\" ''").as_deref(), Some("/opt/x|--a|b c|"));
        assert_eq!(read("x $(id) `id`;id").as_deref(), Some("x|$(id)|`id`;id"));
        assert_eq!(read("x 'a\"b'c").as_deref(), Some("x|a\"bc"));
        for wrong in ["", "  ", "x 'open"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
