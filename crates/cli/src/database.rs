//! The database of a hub: where it is, and what to say if it cannot be opened.

use std::{fs, io, path::Path};

use store::{Store, StoreError};

use crate::{args::DatabaseFlags, failure::Failure};

/// Opens the database for a hub, and makes what is missing.
pub(crate) async fn open(data: &Path, database: Option<&str>) -> Result<Store, Failure> {
    let url = match database {
        Some(url) => url.to_owned(),
        None => embedded(data)?,
    };
    Store::open(&url).await.map_err(|error| explain(data, database, error))
}

/// Opens the database of a hub that may be running, and makes what is missing.
pub(crate) async fn open_or_make(flags: &DatabaseFlags) -> Result<Store, Failure> {
    let url = match &flags.database {
        Some(url) => url.clone(),
        None => embedded(&flags.data)?,
    };
    beside(flags, &url).await
}

/// Opens the database of a hub that may be running. There must be one.
pub(crate) async fn open_existing(flags: &DatabaseFlags) -> Result<Store, Failure> {
    let file = flags.data.join("hub.db");
    if flags.database.is_none() && !file.is_file() {
        return Err(Failure::unavailable(format!(
            "there is no hub's database in {}; choose another directory with --data",
            flags.data.display()
        )));
    }
    let url = flags.database.clone().unwrap_or_else(|| format!("sqlite://{}", file.display()));
    beside(flags, &url).await
}

async fn beside(flags: &DatabaseFlags, url: &str) -> Result<Store, Failure> {
    let opened = Store::open_beside_a_hub(url).await;
    opened.map_err(|error| explain(&flags.data, flags.database.as_deref(), error))
}

/// The URL of the database in a directory, which is made.
fn embedded(data: &Path) -> Result<String, Failure> {
    create_private(data).map_err(|error| {
        let data = data.display();
        Failure::unavailable(format!(
            "the data directory {data} cannot be made: {error}; choose another one with --data"
        ))
    })?;
    Ok(format!("sqlite://{}", data.join("hub.db").display()))
}

fn explain(data: &Path, database: Option<&str>, error: StoreError) -> Failure {
    match (database, error) {
        (None, StoreError::Unavailable { reason }) => Failure::unavailable(format!(
            "the data directory {} cannot be used ({reason}); choose another one with --data",
            data.display()
        )),
        (_, error) => error.into(),
    }
}

/// Makes a directory that only its owner can look into.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}
