//! Requests that carry JSON, alone or as the first part of a form, read within limits.

use std::io;

use axum::{body::HttpBody as _, extract::Request, http::header};
use engine::{Input, InputStream};
use futures_util::TryStreamExt;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use multer::Multipart;
use serde::de::DeserializeOwned;

use crate::{
    listener::{Patience, TooSlow},
    problem::Problem,
};

/// What a form has beside its JSON.
#[derive(Debug, Default)]
pub(crate) struct FormParts {
    /// Paths as they came, and bytes.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) stdin: Option<Input>,
}

/// Reads a request of at most `most_bytes`, in which the input at the end of a form does not count.
pub(crate) async fn json_or_form<T: DeserializeOwned>(
    request: Request,
    most_bytes: usize,
) -> Result<(T, FormParts), Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or_default();
    if let Ok(boundary) = multer::parse_boundary(kind) {
        return form(request, boundary, most_bytes).await;
    }
    if !is_json(kind) {
        return Err(Problem::invalid(format!(
            "the content type is {kind:?}; send application/json or multipart/form-data"
        )));
    }
    let body = request.into_body();
    if body.size_hint().lower() > most_bytes as u64 {
        return Err(Problem::too_large(most_bytes));
    }
    let body = Limited::new(body, most_bytes).collect().await;
    let bytes = body.map_err(|error| unread(error, most_bytes))?.to_bytes();
    Ok((parse(&bytes)?, FormParts::default()))
}

fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader)?;
    reader
        .end()
        .map_err(|error| Problem::invalid(format!("the request is not as described: {error}")))?;
    Ok(value)
}

fn unread(error: Box<dyn std::error::Error + Send + Sync>, most_bytes: usize) -> Problem {
    if error.is::<LengthLimitError>() {
        return Problem::too_large(most_bytes);
    }
    if TooSlow::is_behind(&*error) {
        return Problem::too_slow();
    }
    Problem::invalid(format!("the request broke off: {error}"))
}

async fn form<T: DeserializeOwned>(
    request: Request,
    boundary: String,
    most_bytes: usize,
) -> Result<(T, FormParts), Problem> {
    let patience = request.extensions().get::<Patience>().cloned();
    let mut form = Multipart::new(request.into_body().into_data_stream(), boundary);
    let (mut json, mut parts) = (None, FormParts::default());
    let mut room = most_bytes;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("stdin") => {
                // A person may be typing it.
                if let Some(patience) = patience {
                    patience.has_no_end();
                }
                parts.stdin =
                    Some(Input::Stream(InputStream::new(field.map_err(io::Error::other))));
                break;
            }
            Some("request") => json = Some(collect(&mut field, &mut room, most_bytes).await?),
            Some("file") => {
                let path = field.file_name().unwrap_or_default().to_owned();
                parts.files.push((path, collect(&mut field, &mut room, most_bytes).await?));
            }
            other => {
                return Err(Problem::invalid(format!(
                    "the form has a part {:?}; its parts are request, file and stdin",
                    other.unwrap_or_default()
                )));
            }
        }
    }
    let json = json.ok_or_else(|| {
        Problem::invalid("the form has no part `request` before `stdin`; it is the JSON")
    })?;
    Ok((parse(&json)?, parts))
}

async fn collect(
    field: &mut multer::Field<'static>,
    room: &mut usize,
    most_bytes: usize,
) -> Result<Vec<u8>, Problem> {
    let mut all = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        *room = room.checked_sub(chunk.len()).ok_or_else(|| Problem::too_large(most_bytes))?;
        all.extend_from_slice(&chunk);
    }
    Ok(all)
}

fn broken(error: multer::Error) -> Problem {
    if TooSlow::is_behind(&error) {
        return Problem::too_slow();
    }
    Problem::invalid(format!("the form cannot be read: {error}"))
}
