//! The values of a module's variables, and `_module`, which says them to templates that know no names.

use serde_json::{Map, Value as Json, json};
use template::{Kind, ValueProblem, World};

use super::{Declared, TfModule, literal};
use crate::local::Values;

/// What templates find all of it under.
const NAMESPACE: &str = "_module";

impl TfModule {
    /// The value of each variable, of its type, and `_module`.
    ///
    /// # Errors
    ///
    /// What is wrong, of all variables at once.
    pub(in crate::local) fn values(
        &self,
        given: &Values,
        outputs: &Values,
        world: &World<'_>,
    ) -> Result<Values, Vec<ValueProblem>> {
        let (mut filled, mut form) = (given.clone(), self.form.clone());
        // Defaults of a form are templates, and those of a module are not. A form knows no null either.
        for it in self.variables.iter().filter(|it| it.is_left_out(given)) {
            let preset = it.preset();
            if !preset.is_null() {
                filled.insert(it.name.clone(), preset);
            } else if !it.is_required() {
                form.variables.retain(|other| other.name != it.name);
            }
        }
        let mut values = form.values(&filled, outputs, world)?;
        let mut problems = Vec::new();
        for it in &self.variables {
            let value = match form.variable(&it.name) {
                Some(_) => it.fit(values.get(&it.name).unwrap_or(&Json::Null)),
                None => Ok(Json::Null),
            };
            match value {
                Ok(value) => drop(values.insert(it.name.clone(), value)),
                Err(message) => problems.push(ValueProblem { variable: it.name.clone(), message }),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let namespace = self.namespace(&values);
        values.insert(NAMESPACE.to_owned(), namespace);
        Ok(values)
    }

    fn namespace(&self, values: &Values) -> Json {
        let value = |it: &Declared| values.get(&it.name).cloned().unwrap_or_default();
        let hcl = |it: &Declared| (it.name.clone(), Json::String(literal::written(&value(it))));
        let is_said = |it: &&Declared| it.is_required() || value(it) != it.fitting_preset();
        let inputs = self.variables.iter().map(|it| (it.name.clone(), value(it)));
        json!({
            "source": self.source,
            "folder_name": self.folder_name,
            "readme_title": self.readme_title,
            "output_names": self.output_names,
            "resource_names": self.resource_names,
            "inputs": inputs.collect::<Map<_, _>>(),
            "hcl_inputs": self.variables.iter().map(hcl).collect::<Map<_, _>>(),
            "hcl_inputs_non_default":
                self.variables.iter().filter(is_said).map(hcl).collect::<Map<_, _>>(),
        })
    }
}

impl Declared {
    /// Whether nobody gave it a value. An empty text is one, unless it would be null otherwise.
    fn is_left_out(&self, given: &Values) -> bool {
        match given.get(&self.name) {
            None | Some(Json::Null) => true,
            Some(Json::String(text)) if text.trim().is_empty() => {
                self.kind() != Kind::String || self.preset().is_null()
            }
            Some(
                Json::String(_)
                | Json::Bool(_)
                | Json::Number(_)
                | Json::Array(_)
                | Json::Object(_),
            ) => false,
        }
    }

    fn fit(&self, value: &Json) -> Result<Json, String> {
        // The fields of the form, which nobody has filled in.
        if self.is_required() && Some(value) == self.r#type.skeleton().as_ref() {
            return Err("needs a value".to_owned());
        }
        self.r#type.fit(value)
    }

    /// The default as a value of its type, to compare with one.
    fn fitting_preset(&self) -> Json {
        let preset = self.preset();
        self.r#type.fit(&preset).unwrap_or(preset)
    }
}
