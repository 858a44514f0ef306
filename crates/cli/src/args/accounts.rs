//! The flags of `runbook user` and `runbook token`.

use std::{num::NonZeroU32, time::Duration};

use clap::{Args as Flags, Subcommand, builder::FalseyValueParser};
use model::scope::Scope;

use super::{DatabaseFlags, lifetime};

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make an account; prints its password if it is not given.
    Create(UserCreateArgs),
    /// List the accounts.
    List(ListArgs),
    /// Set a password, which ends all sign-ins; prints it if it is not given.
    Passwd(UserPasswordArgs),
    /// Let nothing speak for a user any more, no sign-in and no token.
    Disable(UserNameArgs),
    /// Undo `disable`.
    Enable(UserNameArgs),
}

#[derive(Debug, Flags)]
pub(crate) struct UserCreateArgs {
    pub(crate) username: String,
    pub(crate) email: String,
    /// May do what only administrators may.
    #[arg(long)]
    pub(crate) administrator: bool,
    #[command(flatten)]
    pub(crate) password: PasswordFlags,
    #[command(flatten)]
    pub(crate) database: DatabaseFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct UserPasswordArgs {
    /// Username or email address.
    pub(crate) user: String,
    #[command(flatten)]
    pub(crate) password: PasswordFlags,
    #[command(flatten)]
    pub(crate) database: DatabaseFlags,
}

#[derive(Clone, Copy, Debug, Flags)]
pub(crate) struct PasswordFlags {
    /// Read the password from the first line of standard input; otherwise one is drawn and printed.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Flags)]
pub(crate) struct UserNameArgs {
    /// Username or email address.
    pub(crate) user: String,
    #[command(flatten)]
    pub(crate) database: DatabaseFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct ListArgs {
    /// Print one JSON object a line.
    #[arg(long, env = "RUNBOOK_JSON", value_parser = FalseyValueParser::new())]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) database: DatabaseFlags,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print its secret, which is shown this once.
    Create(TokenCreateArgs),
    /// List the tokens that are not revoked.
    List(TokenListArgs),
    /// Revoke a token and those that it made; a hub that runs obeys within seconds.
    Revoke(TokenRevokeArgs),
}

#[derive(Debug, Flags)]
pub(crate) struct TokenCreateArgs {
    /// Username or email address of whom it speaks for.
    pub(crate) user: String,
    /// What it is called.
    pub(crate) name: String,
    /// What it may do, e.g. `code:run`; may be repeated.
    #[arg(long = "scope", required = true, value_delimiter = ',')]
    pub(crate) scopes: Vec<Scope>,
    /// How long it works, e.g. `12h` or `90d`; for ever if left out.
    #[arg(long, value_parser = lifetime)]
    pub(crate) expires: Option<Duration>,
    /// Requests a second, on average, instead of the hub's --token-rate.
    #[arg(long)]
    pub(crate) rate: Option<NonZeroU32>,
    /// Requests that may come at once after a rest, instead of the hub's --token-burst.
    #[arg(long)]
    pub(crate) burst: Option<NonZeroU32>,
    /// Requests under way at the same time, instead of the hub's --token-concurrent.
    #[arg(long)]
    pub(crate) concurrent: Option<NonZeroU32>,
    #[command(flatten)]
    pub(crate) database: DatabaseFlags,
}

#[derive(Debug, Flags)]
pub(crate) struct TokenListArgs {
    /// Username or email address; the tokens of all users if left out.
    pub(crate) user: Option<String>,
    #[command(flatten)]
    pub(crate) list: ListArgs,
}

#[derive(Debug, Flags)]
pub(crate) struct TokenRevokeArgs {
    /// Its id (`tok_…`) or prefix (`rbk_…`), as `runbook token list` shows them.
    pub(crate) token: String,
    #[command(flatten)]
    pub(crate) database: DatabaseFlags,
}
