//! What the page says of an OpenTofu module.

use engine::local::TfModule;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ModuleBody {
    source: String,
    folder_name: String,
    readme_title: String,
    outputs: Vec<String>,
    resources: Vec<String>,
}

impl From<&TfModule> for ModuleBody {
    fn from(it: &TfModule) -> Self {
        Self {
            source: it.source.clone(),
            folder_name: it.folder_name.clone(),
            readme_title: it.readme_title.clone(),
            outputs: it.output_names.clone(),
            resources: it.resource_names.clone(),
        }
    }
}
