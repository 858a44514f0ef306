//! What stands in the way of a session, for its state and for people.

use std::time::Duration;

/// Why a request was not answered as it should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub kind: TroubleKind,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
    /// One sentence for people, without secrets.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// The provider does not take the operator's key.
    KeyRefused,
    /// The provider does not do what was asked: a bill, a permission, a request that it does not understand.
    Refused,
    RateLimited,
    Overloaded,
    /// The provider says that it has failed.
    ProviderFailed,
    /// There is no connection to the provider.
    Unreachable,
    /// It was connected to, and does not answer.
    TimedOut,
    /// An answer broke off.
    Interrupted,
    /// An answer is none of a Messages API.
    Unreadable,
    /// The session may not ask this model.
    ModelRefused,
    /// The session may not have the provider act elsewhere.
    ToolRefused,
    BudgetSpent,
    /// What the session's user may spend in this month.
    UserBudgetSpent,
}

impl TroubleKind {
    /// Whether the same request may well succeed a little later.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        match self {
            Self::RateLimited
            | Self::Overloaded
            | Self::ProviderFailed
            | Self::Unreachable
            | Self::TimedOut
            | Self::Interrupted => true,
            Self::KeyRefused
            | Self::Refused
            | Self::Unreadable
            | Self::ModelRefused
            | Self::ToolRefused
            | Self::BudgetSpent
            | Self::UserBudgetSpent => false,
        }
    }

    /// In one word, for whoever keeps it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyRefused => "key_refused",
            Self::Refused => "refused",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::ProviderFailed => "provider_failed",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
            Self::Unreadable => "unreadable",
            Self::ModelRefused => "model_refused",
            Self::ToolRefused => "tool_refused",
            Self::BudgetSpent => "budget_spent",
            Self::UserBudgetSpent => "user_budget_spent",
        }
    }

    /// Whether the provider was asked. What the gateway refuses by itself is no request to a model.
    #[must_use]
    pub const fn was_sent(self) -> bool {
        match self {
            Self::KeyRefused
            | Self::Refused
            | Self::RateLimited
            | Self::Overloaded
            | Self::ProviderFailed
            | Self::Unreachable
            | Self::TimedOut
            | Self::Interrupted
            | Self::Unreadable => true,
            Self::ModelRefused | Self::ToolRefused | Self::BudgetSpent | Self::UserBudgetSpent => {
                false
            }
        }
    }

    /// The provider's word for an error of this kind.
    pub(crate) const fn error(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limit_error",
            Self::Overloaded => "overloaded_error",
            Self::TimedOut => "timeout_error",
            Self::KeyRefused => "authentication_error",
            Self::BudgetSpent | Self::UserBudgetSpent => "billing_error",
            Self::ModelRefused | Self::ToolRefused => "permission_error",
            Self::Refused
            | Self::ProviderFailed
            | Self::Unreachable
            | Self::Interrupted
            | Self::Unreadable => "api_error",
        }
    }

    /// What the provider's word for an error means.
    pub(crate) fn of_error(kind: &str) -> Self {
        match kind {
            "authentication_error" => Self::KeyRefused,
            "rate_limit_error" => Self::RateLimited,
            "overloaded_error" => Self::Overloaded,
            "timeout_error" => Self::TimedOut,
            "invalid_request_error"
            | "permission_error"
            | "not_found_error"
            | "billing_error"
            | "request_too_large" => Self::Refused,
            _ => Self::ProviderFailed,
        }
    }
}

impl Trouble {
    pub(crate) fn new(kind: TroubleKind, message: impl Into<String>) -> Self {
        Self { kind, retry_after: None, message: message.into() }
    }
}
