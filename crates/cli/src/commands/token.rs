//! `runbook token`: the personal tokens of a hub's users, whether it runs or not.

use std::{num::NonZeroU32, process::ExitCode};

use engine::{Clock, MakeTokenError, Maker, NewToken, Tokens};
use model::{
    id::TokenId,
    token::{State, Token, TokenLimits},
};
use serde_json::json;
use store::{InsertTokenError, Store};
use tokio_util::task::TaskTracker;

use super::{audit::record, user::find};
use crate::{
    args::{TokenCommand, TokenCreateArgs, TokenListArgs, TokenRevokeArgs},
    database,
    failure::Failure,
    output,
};

pub(crate) async fn run(command: TokenCommand) -> Result<ExitCode, Failure> {
    match command {
        TokenCommand::Create(args) => create(args).await,
        TokenCommand::List(args) => list(args).await,
        TokenCommand::Revoke(args) => revoke(args).await,
    }
}

async fn create(args: TokenCreateArgs) -> Result<ExitCode, Failure> {
    let store = database::open_existing(&args.database).await?;
    let user = find(&store, &args.user).await?;
    let new = NewToken {
        user: user.id,
        name: args.name,
        scopes: args.scopes.into_iter().collect(),
        expires_at: args.expires.map(|it| Clock::system().now().after(it)),
        limits: TokenLimits {
            rate: args.rate.map(NonZeroU32::get),
            burst: args.burst.map(NonZeroU32::get),
            concurrent: args.concurrent.map(NonZeroU32::get),
        },
    };
    let maker = Maker { scopes: user.scopes(), token: None };
    let made = tokens(&store).make(new, maker).await;
    let (token, secret) = made.map_err(|error| match error {
        MakeTokenError::BeyondMaker { missing } => Failure::rejected(format!(
            "{} may not do this themselves: {missing}; choose other scopes",
            user.username
        )),
        MakeTokenError::Store(error) | MakeTokenError::Insert(InsertTokenError::Store(error)) => {
            error.into()
        }
        MakeTokenError::Name
        | MakeTokenError::NoScope
        | MakeTokenError::Expired { .. }
        | MakeTokenError::OutlivesMaker { .. }
        | MakeTokenError::Limits
        | MakeTokenError::TooMany
        | MakeTokenError::Insert(_) => Failure::rejected(error),
    })?;
    record(&args.database, &store, "token_create", token.id.to_string()).await?;
    store.close().await?;
    output::say(secret.reveal())?;
    output::note(&format!("{} speaks for {}; it is not shown again", token.id, user.username));
    Ok(ExitCode::SUCCESS)
}

async fn list(args: TokenListArgs) -> Result<ExitCode, Failure> {
    let store = database::open_existing(&args.list.database).await?;
    let of = match &args.user {
        Some(name) => Some(find(&store, name).await?.id),
        None => None,
    };
    let mut rows =
        vec![["ID", "PREFIX", "USER", "NAME", "SCOPES", "STATUS", "LAST USED"].map(str::to_owned)];
    let now = Clock::system().now();
    for token in tokens(&store).list(of).await? {
        let user = store.user(token.user).await?.map(|it| it.username).unwrap_or_default();
        let status = match (token.state(now), token.expires_at) {
            (State::Active, None) => "active".to_owned(),
            (State::Active, Some(at)) => format!("until {at}"),
            (State::Expired, _) => "expired".to_owned(),
            (State::Revoked, _) => "revoked".to_owned(),
        };
        if args.list.json {
            output::say(&line(&token, &user, &status).to_string())?;
        }
        let used = token.last_used_at.map_or_else(|| "never".to_owned(), |it| it.to_string());
        let Token { id, prefix, name, scopes, .. } = token;
        rows.push([id.to_string(), prefix, user, name, scopes.to_string(), status, used]);
    }
    store.close().await?;
    if !args.list.json {
        output::say_table(&rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(token: &Token, user: &str, status: &str) -> serde_json::Value {
    let TokenLimits { rate, burst, concurrent } = token.limits;
    json!({
        "id": token.id, "prefix": token.prefix, "user": user, "name": token.name,
        "scopes": token.scopes.iter().collect::<Vec<_>>(), "status": status,
        "limits": { "rate": rate, "burst": burst, "concurrent": concurrent },
        "created_at": token.created_at, "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    })
}

async fn revoke(args: TokenRevokeArgs) -> Result<ExitCode, Failure> {
    let store = database::open_existing(&args.database).await?;
    let tokens = tokens(&store);
    let listed = tokens.list(None).await?;
    let named = |it: &&Token| it.id.to_string() == args.token || it.prefix == args.token;
    let found: Vec<TokenId> = listed.iter().filter(named).map(|it| it.id).collect();
    let [id] = found[..] else {
        return Err(Failure::rejected(match found.len() {
            0 => "there is no such token, or it is revoked already; see `runbook token list`",
            _ => "several tokens begin so; name one by its id",
        }));
    };
    let revoked = tokens.revoke(id).await?;
    record(&args.database, &store, "token_revoke", id.to_string()).await?;
    store.close().await?;
    for id in revoked {
        output::say(&format!("{id} is revoked"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tokens(store: &Store) -> Tokens {
    Tokens::new(store.clone(), Clock::system(), TaskTracker::new())
}
