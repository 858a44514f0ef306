//! `runbook audit`: verify and export what a hub wrote down, whether it runs or not.

use std::{
    io::{BufRead, BufReader},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use engine::{AuditLog, Clock, Verifier};
use model::audit::{Act, AuditEntry};
use store::Store;

use crate::{
    args::{AuditCommand, AuditExportArgs, AuditVerifyArgs, DatabaseFlags},
    database,
    failure::Failure,
    key, output,
};

/// Entries that are read at once.
const PAGE: u64 = 1000;

pub(crate) async fn run(command: AuditCommand) -> Result<ExitCode, Failure> {
    match command {
        AuditCommand::Verify(args) => verify(args).await,
        AuditCommand::Export(args) => export(args).await,
    }
}

async fn verify(args: AuditVerifyArgs) -> Result<ExitCode, Failure> {
    let path = key_path(&args.database);
    let command = args.database.secret_key_command.as_deref();
    let key = path.is_file().then(|| key::load(&path, command)).transpose()?;
    let noted = args.noted.as_deref().map(noted).transpose()?;
    let verifier = Verifier::new(key.as_ref(), noted);
    let verified = match &args.file {
        Some(file) => verify_file(verifier, file)?,
        None => {
            let store = database::open_existing(&args.database).await?;
            let verified = verify_store(verifier, &store).await;
            store.close().await?;
            verified?
        }
    };
    if !verified.sealed {
        output::note(&format!(
            "there is no key in {}, so that only the chain was verified and not its seals",
            path.display()
        ));
    }
    output::say(&format!("{}:{}", verified.seq, verified.hash))?;
    Ok(ExitCode::SUCCESS)
}

fn key_path(flags: &DatabaseFlags) -> PathBuf {
    flags.secret_key_file.clone().unwrap_or_else(|| flags.data.join("secret.key"))
}

/// Writes down what somebody did on the command line.
pub(crate) async fn record(
    flags: &DatabaseFlags,
    store: &Store,
    action: &str,
    object: String,
) -> Result<(), Failure> {
    let path = key_path(flags);
    if flags.database.is_some() && !path.is_file() {
        output::note(&format!(
            "there is no key in {}, so that this is not in the audit log; give the hub's with --secret-key-file",
            path.display()
        ));
        return Ok(());
    }
    let key = key::load(&path, flags.secret_key_command.as_deref())?;
    let uid = std::fs::metadata("/proc/self").map(|it| it.uid()).unwrap_or_default();
    let act = Act {
        actor: None,
        name: format!("uid {uid}"),
        token: None,
        action: action.to_owned(),
        object: Some(object),
        from: "command line".to_owned(),
        status: 200,
    };
    Ok(AuditLog::new(store.clone(), &key, Clock::system()).record(act).await?)
}

fn noted(text: &str) -> Result<(u64, String), Failure> {
    let pair =
        text.split_once(':').and_then(|(seq, hash)| Some((seq.parse().ok()?, hash.to_owned())));
    pair.ok_or_else(|| {
        Failure::rejected(format!("--noted is {text:?}; give what `runbook audit verify` printed"))
    })
}

async fn verify_store(
    mut verifier: Verifier,
    store: &Store,
) -> Result<engine::VerifiedLog, Failure> {
    let mut after = 0;
    loop {
        let entries = store.audit_after(after, PAGE).await?;
        for entry in &entries {
            verifier.next(entry).map_err(Failure::broken)?;
        }
        if let Some(last) = entries.last() {
            after = last.seq;
            continue;
        }
        // After the entries: it names the last of them, or one that was appended meanwhile.
        let head = store.audit_head().await?;
        if store.audit_after(after, 1).await?.is_empty() {
            return verifier.finish(head.as_deref()).map_err(Failure::broken);
        }
    }
}

fn verify_file(mut verifier: Verifier, path: &Path) -> Result<engine::VerifiedLog, Failure> {
    let unread = |error: &dyn std::fmt::Display| {
        Failure::rejected(format!("{} cannot be read: {error}", path.display()))
    };
    let file = std::fs::File::open(path).map_err(|it| unread(&it))?;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|it| unread(&it))?;
        let entry: AuditEntry = serde_json::from_str(&line).map_err(|it| unread(&it))?;
        verifier.next(&entry).map_err(Failure::broken)?;
    }
    // A file has no head, so that it ends where it ends.
    verifier.finish_at_the_last().map_err(Failure::broken)
}

async fn export(args: AuditExportArgs) -> Result<ExitCode, Failure> {
    let store = database::open_existing(&args.database).await?;
    let mut after = args.after;
    loop {
        let entries = store.audit_after(after, PAGE).await?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for entry in &entries {
            output::say(&serde_json::to_string(entry).map_err(Failure::internal)?)?;
        }
    }
    store.close().await?;
    Ok(ExitCode::SUCCESS)
}
