//! `runbook user`: the accounts of a hub, whether it runs or not.

use std::{
    io::{self, BufRead},
    process::ExitCode,
};

use engine::{Accounts, Clock, NewAccount, random_id};
use model::user::{User, check_email, check_password, check_username};
use serde_json::json;
use store::{CreateUserError, Store};

use super::audit::record;
use crate::{
    args::{ListArgs, PasswordFlags, UserCommand, UserCreateArgs, UserNameArgs, UserPasswordArgs},
    database,
    failure::Failure,
    output,
};

pub(crate) async fn run(command: UserCommand) -> Result<ExitCode, Failure> {
    match command {
        UserCommand::Create(args) => create(args).await,
        UserCommand::List(args) => list(args).await,
        UserCommand::Passwd(args) => set_password(args).await,
        UserCommand::Disable(args) => {
            let disable = async |accounts: &Accounts, user: &User| accounts.disable(user.id).await;
            with_user(&args, "user_disable", disable).await
        }
        UserCommand::Enable(args) => {
            let enable = async |accounts: &Accounts, user: &User| accounts.enable(user.id).await;
            with_user(&args, "user_enable", enable).await
        }
    }
}

async fn create(args: UserCreateArgs) -> Result<ExitCode, Failure> {
    check_username(&args.username).map_err(Failure::rejected)?;
    check_email(&args.email).map_err(Failure::rejected)?;
    let password = Password::take(args.password)?;
    let store = database::open_or_make(&args.database).await?;
    let new = NewAccount {
        email: args.email,
        username: args.username,
        password_hash: password.hash()?,
        administrator: args.administrator,
    };
    let created = accounts(&store).create(new).await;
    let created = created.map_err(|error| match error {
        CreateUserError::EmailTaken { .. } | CreateUserError::UsernameTaken { .. } => {
            Failure::rejected(error)
        }
        CreateUserError::Store(error) => Failure::from(error),
    })?;
    let action = if args.administrator { "user_create_administrator" } else { "user_create" };
    record(&args.database, &store, action, created.id.to_string()).await?;
    store.close().await?;
    password.say_if_drawn()
}

async fn list(args: ListArgs) -> Result<ExitCode, Failure> {
    let store = database::open_existing(&args.database).await?;
    let users = accounts(&store).list().await?;
    store.close().await?;
    if args.json {
        for user in users {
            let line = json!({
                "id": user.id, "username": user.username, "email": user.email,
                "administrator": user.administrator, "created_at": user.created_at,
                "disabled_at": user.disabled_at,
            });
            output::say(&line.to_string())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let title = ["USERNAME", "EMAIL", "KIND", "SINCE"].map(str::to_owned);
    let row = |user: User| {
        let kind = match (user.disabled_at, user.administrator) {
            (Some(_), _) => "disabled",
            (None, true) => "administrator",
            (None, false) => "user",
        };
        [user.username, user.email, kind.to_owned(), user.created_at.to_string()]
    };
    let rows: Vec<_> = [title].into_iter().chain(users.into_iter().map(row)).collect();
    output::say_table(&rows)?;
    Ok(ExitCode::SUCCESS)
}

async fn set_password(args: UserPasswordArgs) -> Result<ExitCode, Failure> {
    let password = Password::take(args.password)?;
    let store = database::open_existing(&args.database).await?;
    let user = find(&store, &args.user).await?;
    accounts(&store).set_password(user.id, &password.hash()?).await?;
    record(&args.database, &store, "user_passwd", user.id.to_string()).await?;
    store.close().await?;
    password.say_if_drawn()
}

async fn with_user(
    args: &UserNameArgs,
    action: &str,
    change: impl AsyncFnOnce(&Accounts, &User) -> Result<(), store::StoreError>,
) -> Result<ExitCode, Failure> {
    let store = database::open_existing(&args.database).await?;
    let user = find(&store, &args.user).await?;
    change(&accounts(&store), &user).await?;
    record(&args.database, &store, action, user.id.to_string()).await?;
    store.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// The user with a name, or what to do.
pub(super) async fn find(store: &Store, name: &str) -> Result<User, Failure> {
    let found = accounts(store).find(name).await?;
    found.ok_or_else(|| {
        Failure::rejected(format!("there is no user {name:?}; see `runbook user list`"))
    })
}

fn accounts(store: &Store) -> Accounts {
    Accounts::new(store.clone(), Clock::system())
}

/// A password that was given, or drawn.
enum Password {
    Given(String),
    Drawn(String),
}

impl Password {
    fn take(flags: PasswordFlags) -> Result<Self, Failure> {
        if !flags.password_stdin {
            return Ok(Self::Drawn(format!("{:032x}", random_id())));
        }
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(|error| {
            Failure::rejected(format!("the password cannot be read from standard input: {error}"))
        })?;
        let password = line.trim_end_matches(['\r', '\n']).to_owned();
        check_password(&password).map_err(Failure::rejected)?;
        Ok(Self::Given(password))
    }

    fn hash(&self) -> Result<String, Failure> {
        let (Self::Given(password) | Self::Drawn(password)) = self;
        server::hash_password(password).map_err(Failure::internal)
    }

    fn say_if_drawn(&self) -> Result<ExitCode, Failure> {
        if let Self::Drawn(password) = self {
            output::say(password)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
