//! Values for the templates of scripts: what the operator typed, and what earlier scripts gave.

use document::normal_id;
use serde_json::{Map, Value};
use template::{Template, TemplateError, World};

use super::session::LocalError;
use crate::{Clock, clock::random_id};

/// Why values cannot be filled in.
#[derive(Debug)]
pub(super) enum FillError {
    /// Outputs that no block has given yet.
    Blocked {
        place: String,
        missing: Vec<String>,
    },
    Template(TemplateError),
}

impl From<TemplateError> for FillError {
    fn from(error: TemplateError) -> Self {
        Self::Template(error)
    }
}

impl From<FillError> for LocalError {
    fn from(error: FillError) -> Self {
        match error {
            FillError::Blocked { place, missing } => Self::Blocked { place, missing },
            FillError::Template(error) => Self::Template(error),
        }
    }
}

/// A script with its values filled in, raw, as documents expect it. `place` names it in errors.
pub(super) fn fill(
    place: &str,
    text: &str,
    inputs: &Map<String, Value>,
    outputs: &Map<String, Value>,
) -> Result<String, LocalError> {
    // Scripts have no files of templates beside them, and see their environment when they run.
    Ok(fill_in(place, text, inputs, outputs, &world(seed()))?)
}

/// What any template may know: the time, and chance.
pub(super) fn world(seed: [u8; 32]) -> World<'static> {
    World { now_ms: Clock::system().now().as_millis(), seed, ..World::default() }
}

/// What random functions are made from. Nobody else knows it, since documents make passwords with them.
pub(super) fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    for half in seed.chunks_exact_mut(16) {
        half.copy_from_slice(&random_id().to_le_bytes());
    }
    seed
}

/// A text with its values filled in, which may know what the world has.
pub(super) fn fill_in(
    place: &str,
    text: &str,
    inputs: &Map<String, Value>,
    outputs: &Map<String, Value>,
    world: &World<'_>,
) -> Result<String, FillError> {
    let template = Template::parse(place, text)?;
    if template.is_plain() {
        return Ok(text.to_owned());
    }
    let data = template::context(inputs, outputs);
    let needs = template.needs();
    let needed = needs.outputs.iter().map(|it| (it.name.block.as_str(), it.name.key.as_str()));
    let missing = missing(needed, &data);
    if !missing.is_empty() {
        return Err(FillError::Blocked { place: place.to_owned(), missing });
    }
    Ok(template.render(&data, world)?)
}

/// Which of the outputs, given as block and name, are not in the data of templates; written `block.name`.
pub(super) fn missing<'n>(
    needed: impl Iterator<Item = (&'n str, &'n str)>,
    data: &Value,
) -> Vec<String> {
    let is_missing = |it: &(&str, &str)| data["outputs"][normal_id(it.0)].get(it.1).is_none();
    needed.filter(is_missing).map(|(block, name)| format!("{block}.{name}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(text: &str) -> Result<String, LocalError> {
        let inputs = json!({ "Name": "a b", "N": 2 });
        let outputs = json!({ "make_it": { "url": "x" } });
        let map = |it: &Value| it.as_object().cloned().unwrap();
        fill("scripts/a.sh", text, &map(&inputs), &map(&outputs))
    }

    #[test]
    fn what_is_random_differs_each_time_and_time_is_ours() {
        let password = || filled("{{ randAlphaNum 32 }}").unwrap();
        assert_ne!(password(), password());
        assert_ne!(filled("{{ now | date \"2006\" }}").unwrap(), "1970");
    }

    #[test]
    fn values_reach_a_script_raw_and_a_missing_one_is_an_error_with_its_place() {
        let text = "echo {{ .inputs.Name }} {{ .Name }} {{ .outputs.make_it.url }}\n";
        assert_eq!(filled(text).unwrap(), "echo a b a b x\n");
        assert_eq!(filled("echo ${HOME} }} \\n").unwrap(), "echo ${HOME} }} \\n");
        for (text, wanted) in [
            ("true\necho {{ .inputs.Gone }}", "scripts/a.sh:2:"),
            ("echo {{ .inputs.", "scripts/a.sh:1:"),
            ("{{ shell \"id\" }}", "scripts/a.sh:1:"),
        ] {
            let error = filled(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
