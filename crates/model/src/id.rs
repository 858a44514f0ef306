//! Identifiers. Each kind of thing has its own type, so that one cannot stand in for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The text is not an id of the expected kind.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an id of the form {prefix}_ and 32 hexadecimal digits")]
pub struct ParseIdError {
    text: String,
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u128);

        impl $name {
            /// Wraps a value that the caller drew at random.
            #[must_use]
            pub const fn from_random(value: u128) -> Self {
                Self(value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{:032x}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse(text, concat!($prefix, "_"))
                    .map(Self)
                    .ok_or_else(|| ParseIdError { text: text.to_owned(), prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}

id!(
    /// A person with an account.
    UserId,
    "user"
);
id!(
    /// A stored, versioned document.
    RunbookId,
    "rb"
);
id!(
    /// A live pairing of a user, a runbook and a sandbox.
    SessionId,
    "sess"
);
id!(
    /// A conversation with an agent, its plan, and what carrying it out led to.
    AgentSessionId,
    "agent"
);
id!(
    /// Something that agent sessions are equipped with: a repository, a persona, a context file.
    EquipmentId,
    "eqp"
);
id!(
    /// One request of an agent session to a model.
    ModelRequestId,
    "ask"
);
id!(
    /// One execution of one block, snippet or function.
    ExecutionId,
    "exec"
);
id!(
    /// A personal token; not its secret text.
    TokenId,
    "tok"
);
id!(
    /// Named, versioned, callable code.
    FunctionId,
    "fn"
);
id!(
    /// One call of a function.
    InvocationId,
    "inv"
);

id!(
    /// A place that a user keeps runbooks in.
    FolderId,
    "fld"
);
id!(
    /// A durable request for work.
    JobId,
    "job"
);
id!(
    /// What submits jobs at set times.
    ScheduleId,
    "sched"
);
id!(
    /// A process that takes jobs, from its start to its end.
    WorkerId,
    "wrk"
);

id!(
    /// Kept bytes under a name.
    ArtifactId,
    "art"
);
id!(
    /// An artifact that arrives in parts.
    UploadId,
    "upl"
);

/// Lower-case digits only: an id has exactly one spelling.
fn parse(text: &str, prefix: &str) -> Option<u128> {
    let digits = text.strip_prefix(prefix)?;
    let canonical =
        digits.len() == 32 && digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    canonical.then(|| u128::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written() {
        let id = SessionId::from_random(0xabc);
        assert_eq!(id.to_string(), "sess_00000000000000000000000000000abc");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn another_kind_of_id_is_refused() {
        for text in [
            "exec_00000000000000000000000000000abc",
            "sess_00000000000000000000000000000ABC",
            "sess_+0000000000000000000000000000abc",
            "sess_abc",
            "",
        ] {
            assert!(text.parse::<SessionId>().is_err(), "{text}");
        }
    }
}
