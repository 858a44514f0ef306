//! Runbooks on their way in and out: import, and export in other formats. Nothing is run.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use document::Outputs;
use engine::{ImportSource, ImportedItem, MAX_IMPORT_BYTES};
use model::id::RunbookId;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::runbooks::mine;
use crate::{
    App,
    audit::Witness,
    auth::Caller,
    extract::{Path, Query},
    idempotency::IdempotencyKey,
    problem::{Code, Problem, ProblemDetails},
    wire::{
        ListBody,
        exchange::{ExportFormat, ExportQuery, ImportQuery, ImportUrlBody, ImportedBody},
        runbooks::RunbookSummaryBody,
    },
};

/// Longest name of a file, as the query's description says.
const MAX_NAME_CHARACTERS: usize = 1000;

/// What a request to import stands for, where it is asked again.
#[derive(Serialize)]
struct Asked<'a> {
    query: &'a ImportQuery,
    digest: String,
}

/// Makes runbooks of a file or an address: a document in Markdown, MDX, Quarto or Livebook, a notebook of
/// Jupyter, a zip of such, or a git repository with them. JSON names a URL; any other body is the file, which
/// `name` names. Nothing of what is imported runs.
#[utoipa::path(post, path = "/api/runbooks/import", tag = "runbooks", security(("bearer" = ["runbook:write"])),
    params(ImportQuery), request_body(content(
        (Vec<u8> = "application/octet-stream"), (ImportUrlBody = "application/json"))), responses(
    (status = 201, description = "what became of each document", body = ListBody<ImportedBody>),
    (status = 400, description = "there is no document in it", body = ProblemDetails),
    (status = 413, description = "it is larger than what is taken", body = ProblemDetails),
    (status = 422, description = "it is not what it claims, or cannot be fetched", body = ProblemDetails),
    (status = 503, description = "nothing can be fetched here", body = ProblemDetails)))]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    key: IdempotencyKey,
    Query(query): Query<ImportQuery>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Response, Problem> {
    app.check_editable()?;
    let bytes = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::invalid(format!("the request broke off: {error}")),
    })?;
    let digest = Sha256::digest(&bytes).iter().map(|it| format!("{it:02x}")).collect();
    let source = source(&query, &headers, bytes)?;
    let outputs = if query.outputs.unwrap_or(true) { Outputs::Keep } else { Outputs::Drop };
    let user = caller.user.id;
    let import = async {
        let items = app.engine.import(user, source, outputs).await?;
        if let Some(made) = items.iter().find_map(|it| it.made.as_ref().ok()) {
            witness.about(made.id);
        }
        if let [ImportedItem { made: Err(error), .. }] = &items[..] {
            return Err(Problem::from(error));
        }
        Ok(ListBody { items: items.into_iter().map(ImportedBody::from).collect() })
    };
    key.once(&app, user, &Asked { query: &query, digest }, import).await
}

fn too_large() -> Problem {
    let mebibytes = MAX_IMPORT_BYTES >> 20;
    let detail = format!(
        "the file has more than {mebibytes} MiB; clear the outputs of a notebook, or import a part of it"
    );
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, detail)
}

/// The kind of the body says what it is: JSON names a URL, anything else is a file.
fn source(query: &ImportQuery, headers: &HeaderMap, bytes: Bytes) -> Result<ImportSource, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    if kind.is_some_and(|it| it.starts_with("application/json")) {
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let ImportUrlBody { url } = serde_path_to_error::deserialize(&mut reader)?;
        return Ok(ImportSource::Url(url));
    }
    let Some(name) = &query.name else {
        let detail = "name the file (`?name=notes.ipynb`), or send JSON with a URL";
        return Err(Problem::invalid(detail));
    };
    let is_too_long = name.chars().count() > MAX_NAME_CHARACTERS;
    if name.trim().is_empty() || is_too_long || name.contains(['\0', '\r', '\n']) {
        let detail = format!(
            "the name of the file is empty, has control characters, or more than {MAX_NAME_CHARACTERS}"
        );
        return Err(Problem::invalid(detail));
    }
    Ok(ImportSource::File { name: name.clone(), bytes: bytes.to_vec() })
}

impl App {
    /// The file's name, where a title may be anything.
    fn file_name(title: &str, extension: &str) -> String {
        let safe =
            |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' };
        let name: String = title.chars().map(safe).take(80).collect();
        let words: Vec<_> = name.split('-').filter(|it| !it.is_empty()).collect();
        let name = if words.is_empty() { "runbook".to_owned() } else { words.join("-") };
        format!("{name}.{extension}")
    }
}

/// A runbook as a file: Markdown, a notebook, or a page that asks no network. With `outputs`, what its blocks
/// printed last stands below them, as far as they still are what ran.
#[utoipa::path(get, path = "/api/runbooks/{id}/export", tag = "runbooks", security(("bearer" = ["runbook:read"])),
    params(("id" = RunbookId, Path), ExportQuery), responses(
    (status = 200, description = "the file", content(
        (String = "text/markdown"), (String = "text/html"), (serde_json::Value = "application/x-ipynb+json"))),
    (status = 404, description = "not there, or not mine", body = ProblemDetails)))]
pub(crate) async fn export(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RunbookId>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let user = caller.user.id;
    let opened = mine(&app, user, id).await?;
    let shown = if query.outputs.unwrap_or(true) {
        app.engine.shown(user, &opened).await?
    } else {
        engine::Shown::default()
    };
    let title = opened.runbook.title.clone();
    let format = query.format;
    let written =
        tokio::task::spawn_blocking(move || engine::export(&opened, &shown, format.into()));
    let text = written.await.map_err(|it| Problem::internal(&it))?;
    let (kind, extension) = match format {
        ExportFormat::Md => ("text/markdown; charset=utf-8", "md"),
        ExportFormat::Ipynb => ("application/x-ipynb+json", "ipynb"),
        ExportFormat::Html => ("text/html; charset=utf-8", "html"),
    };
    let name = App::file_name(&title, extension);
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .map_err(|it| Problem::internal(&it))?;
    // Should a browser show it nevertheless, it is nobody's page, and runs nothing.
    let policy = HeaderValue::try_from(format!("{}; sandbox", document::PAGE_POLICY))
        .map_err(|it| Problem::internal(&it))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}

impl From<ImportedItem> for ImportedBody {
    fn from(item: ImportedItem) -> Self {
        let ImportedItem { name, made, notes } = item;
        let (runbook, problem) = match made {
            Ok(runbook) => (Some(RunbookSummaryBody::new(runbook, None)), None),
            Err(error) => (None, Some(Problem::from(&error).detail().to_owned())),
        };
        Self { name, runbook, problem, notes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name_that_every_system_takes() {
        for (title, name) in [
            ("Sorting: a \"tour\"/..", "sorting-a-tour.md"),
            ("é", "runbook.md"),
            ("A  b", "a-b.md"),
        ] {
            assert_eq!(App::file_name(title, "md"), name);
        }
    }
}
