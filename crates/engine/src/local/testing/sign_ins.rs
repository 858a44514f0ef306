//! Blocks that sign in, as tests see them: nobody is there to do so, but credentials may be in the environment.

use std::collections::BTreeMap;

use document::{Component, ComponentKind};

/// Whom a block signs in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    Aws,
    Google,
    GitHub,
    GitLab,
}

impl Provider {
    /// `None` of a block that signs nobody in.
    pub(super) fn of(component: &Component) -> Option<Self> {
        match component.kind {
            ComponentKind::AwsAuth => Some(Self::Aws),
            ComponentKind::GoogleAuth => Some(Self::Google),
            ComponentKind::GitHubAuth => Some(Self::GitHub),
            ComponentKind::GitLabAuth => Some(Self::GitLab),
            ComponentKind::GitAuth if component.text("provider") == Some("gitlab") => {
                Some(Self::GitLab)
            }
            ComponentKind::GitAuth => Some(Self::GitHub),
            ComponentKind::Check
            | ComponentKind::Command
            | ComponentKind::Inputs
            | ComponentKind::Template
            | ComponentKind::TemplateInline
            | ComponentKind::Admonition
            | ComponentKind::DirPicker
            | ComponentKind::GitClone
            | ComponentKind::GitPullRequest
            | ComponentKind::GitHubPullRequest
            | ComponentKind::GitLabMergeRequest
            | ComponentKind::TfModule
            | ComponentKind::Unknown => None,
        }
    }

    /// The variables with credentials: no script has them before its reader has signed in.
    pub(super) const fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
            Self::Google => &[
                "GOOGLE_APPLICATION_CREDENTIALS",
                "GOOGLE_CREDENTIALS",
                "GOOGLE_OAUTH_ACCESS_TOKEN",
                "CLOUDSDK_AUTH_ACCESS_TOKEN",
            ],
            Self::GitHub => &["RUNBOOKS_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"],
            Self::GitLab => &["RUNBOOKS_GITLAB_TOKEN", "GITLAB_TOKEN"],
        }
    }

    /// What signing in sets for the scripts behind it. `prefix` stands before the names of the variables that are read.
    ///
    /// # Errors
    ///
    /// Says which variables are wanted.
    pub(super) fn sign_in(
        self,
        prefix: &str,
        env: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, String> {
        let name = |it: &str| format!("{prefix}{it}");
        let read = |it: &&str| {
            Some(((*it).to_owned(), env.get(&name(it)).filter(|it| !it.is_empty())?.clone()))
        };
        let names = |of: &[&str], between: &str| {
            of.iter().map(|it| name(it)).collect::<Vec<_>>().join(between)
        };
        let variables = self.variables();
        let mut found: BTreeMap<String, String> = variables.iter().filter_map(read).collect();
        let (is_enough, wanted) = match self {
            Self::Aws => {
                let both = &variables[..2];
                (both.iter().all(|it| found.contains_key(*it)), names(both, " and "))
            }
            Self::Google | Self::GitHub | Self::GitLab => {
                (!found.is_empty(), names(variables, " or "))
            }
        };
        if !is_enough {
            return Err(wanted);
        }
        // Tools look for the token under one name; the others only say where it comes from.
        let common = match self {
            Self::Aws | Self::Google => return Ok(found),
            Self::GitHub => "GITHUB_TOKEN",
            Self::GitLab => "GITLAB_TOKEN",
        };
        let token = variables.iter().find_map(|it| found.remove(*it));
        Ok(token.map(|it| (common.to_owned(), it)).into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned())).collect()
    }

    #[test]
    fn credentials_come_from_the_first_variable_that_has_any() {
        let both = env(&[("GH_TOKEN", "b"), ("GITHUB_TOKEN", "a"), ("RUNBOOKS_GITHUB_TOKEN", "")]);
        assert_eq!(Provider::GitHub.sign_in("", &both), Ok(env(&[("GITHUB_TOKEN", "a")])));
        let key = [("AWS_ACCESS_KEY_ID", "i"), ("AWS_SECRET_ACCESS_KEY", "s")];
        assert_eq!(Provider::Aws.sign_in("", &env(&key)), Ok(env(&key)));
        let prefixed = env(&[("CI_GITLAB_TOKEN", "t")]);
        assert_eq!(Provider::GitLab.sign_in("CI_", &prefixed), Ok(env(&[("GITLAB_TOKEN", "t")])));
    }

    #[test]
    fn without_credentials_the_wanted_variables_are_named() {
        let half = env(&[("AWS_ACCESS_KEY_ID", "i")]);
        let wanted = "P_AWS_ACCESS_KEY_ID and P_AWS_SECRET_ACCESS_KEY";
        assert_eq!(Provider::Aws.sign_in("P_", &half), Err(wanted.to_owned()));
        let wanted = "RUNBOOKS_GITLAB_TOKEN or GITLAB_TOKEN";
        assert_eq!(Provider::GitLab.sign_in("", &half), Err(wanted.to_owned()));
    }
}
