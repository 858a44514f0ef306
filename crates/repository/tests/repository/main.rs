//! Repositories against git's own server over HTTP, and checkouts against git itself.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]
#![expect(clippy::print_stdout, reason = "what is skipped is said")]

mod checkout;
mod checkouts;
mod fetching;
mod forge;
mod noise;
mod pushing;
mod readings;
mod secrets;
mod taking;

use std::path::Path;

use repository::{Address, Branch, Credentials, Limits, Mirror, Repositories};
use tempfile::TempDir;

use forge::{Forge, TOKEN, USER};

/// A forge with one private repository, and a server that mirrors it.
struct World {
    forge: Forge,
    directory: TempDir,
    repositories: Repositories,
}

impl World {
    /// `None`, said aloud, where this machine's git is no server.
    async fn new() -> Option<Self> {
        Self::with(Limits::default()).await
    }

    async fn with(limits: Limits) -> Option<Self> {
        let forge = Forge::start().await?;
        let directory = tempfile::tempdir().unwrap();
        let repositories = repositories(directory.path(), limits).await;
        Some(Self { forge, directory, repositories })
    }

    fn address(&self) -> Address {
        self.forge.address("o/r.git")
    }

    /// As whoever may read and write.
    async fn mirror(&self) -> Mirror {
        self.repositories.open(&self.address(), Some(credentials(TOKEN))).await.unwrap()
    }
}

async fn repositories(directory: &Path, limits: Limits) -> Repositories {
    let path = std::env::vars_os().filter(|it| it.0 == "PATH");
    Repositories::new(directory, limits, path).await.unwrap()
}

fn credentials(token: &str) -> Credentials {
    Credentials::new(USER, token.to_owned())
}

fn branch(name: &str) -> Branch {
    Branch::parse(name).unwrap()
}
