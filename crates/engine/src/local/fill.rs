//! Values for the templates of scripts: what the operator typed, and what earlier scripts gave.

use serde_json::{Map, Value};
use template::{Template, World};

use super::session::LocalError;

/// A text with its values filled in, raw, as documents expect it. `place` names it in errors.
pub(super) fn fill(
    place: &str,
    text: &str,
    inputs: &Map<String, Value>,
    outputs: &Map<String, Value>,
) -> Result<String, LocalError> {
    let template = Template::parse(place, text)?;
    if template.is_plain() {
        return Ok(text.to_owned());
    }
    let data = template::context(inputs, outputs);
    let needed = template.needs().outputs.into_iter().map(|it| it.name);
    let missing = needed
        .filter(|it| data["outputs"][it.block.replace('-', "_")].get(&it.key).is_none())
        .map(|it| format!("{}.{}", it.block, it.key));
    let missing: Vec<_> = missing.collect();
    if !missing.is_empty() {
        return Err(LocalError::Blocked { place: place.to_owned(), missing });
    }
    // Scripts have no files of templates beside them, and see their environment when they run.
    Ok(template.render(&data, &World::default())?)
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
