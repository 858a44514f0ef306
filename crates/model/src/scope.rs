//! What a caller may do: single scopes, and sets of them.
//!
//! No scope implies another: what a token may do is what stands in its list.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// One kind of thing that a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    CodeRun,
    FunctionRead,
    FunctionWrite,
    FunctionRun,
    RunbookRead,
    RunbookWrite,
    /// Sessions and the executions in them.
    SessionRun,
    JobRead,
    JobWrite,
    /// Agent sessions, and what they are equipped with.
    AgentRead,
    AgentWrite,
    /// See, make and revoke tokens.
    TokenWrite,
    /// What only administrators may do.
    Admin,
}

/// The text names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no scope; use {}", names())]
pub struct ParseScopeError {
    text: String,
}

impl Scope {
    pub const ALL: [Self; 13] = [
        Self::CodeRun,
        Self::FunctionRead,
        Self::FunctionWrite,
        Self::FunctionRun,
        Self::RunbookRead,
        Self::RunbookWrite,
        Self::SessionRun,
        Self::JobRead,
        Self::JobWrite,
        Self::AgentRead,
        Self::AgentWrite,
        Self::TokenWrite,
        Self::Admin,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodeRun => "code:run",
            Self::FunctionRead => "function:read",
            Self::FunctionWrite => "function:write",
            Self::FunctionRun => "function:run",
            Self::RunbookRead => "runbook:read",
            Self::RunbookWrite => "runbook:write",
            Self::SessionRun => "session:run",
            Self::JobRead => "job:read",
            Self::JobWrite => "job:write",
            Self::AgentRead => "agent:read",
            Self::AgentWrite => "agent:write",
            Self::TokenWrite => "token:write",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

fn names() -> String {
    Scope::ALL.map(Scope::name).join(", ")
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        let found = Self::ALL.into_iter().find(|it| it.name() == text);
        found.ok_or_else(|| ParseScopeError { text: text.to_owned() })
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Scope {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(Self::ALL.map(Self::name)))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Scope {}

/// A set of scopes. Written as their names with spaces between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u16);

impl Scopes {
    pub const NONE: Self = Self(0);

    /// What somebody who signed in may do: everything, administration only as an administrator.
    #[must_use]
    pub fn of_user(administrator: bool) -> Self {
        Scope::ALL.into_iter().filter(|it| administrator || *it != Scope::Admin).collect()
    }

    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scopes that the other set lacks.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |it| self.contains(*it))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, it| set | it.bit()))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Scope::name).collect();
        f.write_str(&names.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        text.split_whitespace().map(str::parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_scopes_reads_back_as_written() {
        let set: Scopes = [Scope::RunbookRead, Scope::CodeRun].into_iter().collect();
        assert_eq!(set.to_string(), "code:run runbook:read");
        assert_eq!(set.to_string().parse(), Ok(set));
        assert_eq!("".parse(), Ok(Scopes::NONE));
        let all: Scopes = Scope::ALL.into_iter().collect();
        assert_eq!(all.to_string().parse(), Ok(all));
        assert!(Scope::ALL.into_iter().all(|it| all.contains(it)));
    }

    #[test]
    fn no_scope_stands_for_another() {
        for scope in Scope::ALL {
            let alone: Scopes = [scope].into_iter().collect();
            assert_eq!(alone.iter().collect::<Vec<_>>(), [scope]);
        }
    }

    #[test]
    fn what_is_no_scope_is_refused_with_those_there_are() {
        for text in ["code", "code:run,runbook:read", "CODE:RUN", "*", "code:*"] {
            let refused = text.parse::<Scopes>().unwrap_err().to_string();
            assert!(refused.contains("runbook:write"), "{refused}");
        }
    }

    #[test]
    fn only_an_administrator_signs_in_with_administration() {
        assert!(!Scopes::of_user(false).contains(Scope::Admin));
        assert_eq!(Scopes::of_user(true).without(Scopes::of_user(false)).to_string(), "admin");
    }
}
