//! `runbook image`: images for sandboxes that no daemon of containers makes.

use std::{io, path::Path, process::ExitCode};

use sandbox::image::{Imported, Listed, Name, Reference, Removed, Store, Target};
use serde_json::json;

use crate::{
    args::{ImageArgs, ImageCommand},
    failure::Failure,
    output,
};

pub(crate) async fn run(args: ImageArgs) -> Result<ExitCode, Failure> {
    let store = Store::open(args.data.images())?;
    match args.command {
        ImageCommand::Import { file, name, pick } => {
            import(&store, &file, name, pick.as_deref()).await?;
        }
        ImageCommand::Pull { image, registry } => {
            let pulled = store.pull(&image, &registry.config()).await?;
            output::say(&format!("{} is {image}", pulled.digest()))?;
        }
        ImageCommand::List { json } => list(&store, json)?,
        ImageCommand::Remove { images } => {
            for image in images {
                let said = match store.remove(&image)? {
                    Removed::Name(name) => format!("forgot {}", name.short()),
                    Removed::Image(digest) => format!("removed {digest}"),
                };
                output::say(&said)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn import(
    store: &Store,
    file: &Path,
    name: Option<Reference>,
    pick: Option<&str>,
) -> Result<(), Failure> {
    let Imported { image, names } = if file == Path::new("-") {
        store.import_stream(io::stdin(), pick).await?
    } else {
        store.import(file, pick).await?
    };
    let usual = || names.into_iter().find(|it| matches!(it.target(), Target::Named(_)));
    let digest = image.digest();
    match name.or_else(usual) {
        Some(name) => {
            store.tag(&image, &name)?;
            output::say(&format!("{digest} is {name}"))?;
        }
        None => {
            output::say(&digest.to_string())?;
            output::note("it has no name; import it again with --name to give it one");
        }
    }
    Ok(())
}

fn list(store: &Store, as_json: bool) -> Result<(), Failure> {
    for Listed { digest, names, bytes } in store.list()? {
        let names: Vec<String> = names.iter().map(Name::short).collect();
        let digest = digest.to_string();
        let line = if as_json {
            json!({ "digest": digest, "names": names, "bytes": bytes }).to_string()
        } else {
            let size = bytes.map_or_else(|| "?".to_owned(), |it| format!("{} MB", it / 1_000_000));
            let names = if names.is_empty() { "-".to_owned() } else { names.join(", ") };
            format!("{names:<30} {size:>9}  {digest}")
        };
        output::say(&line)?;
    }
    Ok(())
}
