//! A template that was read, and what it becomes with data.

use serde_json::{Map, Value as Json};

use crate::{
    engine::{self, Source},
    error::{ErrorKind, Fault, TemplateError},
    needs::{self, Needs},
    runtime::Runtime,
    shell::{self, Injection},
    syntax::{self, Unit},
    value::{MAX_DEPTH, Value},
    world::{Limits, World},
};

/// A longer text is no template that somebody wrote.
pub const MAX_TEMPLATE_BYTES: usize = 4 << 20;

/// A text whose actions were read. Rendering does not change it.
#[derive(Debug)]
pub struct Template {
    name: String,
    text: String,
    unit: Unit,
}

impl Template {
    /// Reads a template. The name stands in errors, and `include` is relative to its folder.
    ///
    /// # Errors
    ///
    /// If the text is no template: the first place at which it is none.
    pub fn parse(name: &str, text: &str) -> Result<Self, TemplateError> {
        if text.len() > MAX_TEMPLATE_BYTES {
            let message = format!("the template has more than {MAX_TEMPLATE_BYTES} bytes");
            let fault = Fault { kind: ErrorKind::Limit, at: 0, message };
            return Err(TemplateError::new(name, text, fault));
        }
        let unit = syntax::parse(text).map_err(|it| TemplateError::new(name, text, it))?;
        Ok(Self { name: name.to_owned(), text: text.to_owned(), unit })
    }

    /// Renders with data as `.`, see [`context`].
    ///
    /// # Errors
    ///
    /// If a value is missing, a function fails, or a limit is reached; with the place.
    pub fn render(&self, data: &Json, world: &World<'_>) -> Result<String, TemplateError> {
        self.render_within(&mut world.limits.clone(), data, world)
    }

    /// Renders with what other templates have left, and takes it away.
    pub(crate) fn render_within(
        &self,
        left: &mut Limits,
        data: &Json,
        world: &World<'_>,
    ) -> Result<String, TemplateError> {
        let limited = |message: String| {
            let fault = Fault { kind: ErrorKind::Limit, at: 0, message };
            TemplateError::new(&self.name, &self.text, fault)
        };
        let mut runtime = Runtime::new(&self.name, world, *left);
        let deep = || limited(format!("the data is nested deeper than {MAX_DEPTH}"));
        let mut size = 0;
        let dot = Value::from_json(data, &mut size).ok_or_else(deep)?;
        runtime.step(size / 8).map_err(|error| limited(error.to_string()))?;
        let source = Source { name: &self.name, text: &self.text, unit: &self.unit };
        let made = engine::render(&source, &mut runtime, &dot);
        *left = runtime.left();
        made
    }

    /// Which inputs and outputs the template names, each with the first place.
    #[must_use]
    pub fn needs(&self) -> Needs {
        needs::of(&self.unit, &self.text)
    }

    /// Where a value lands in a shell script such that the shell would read it as more than a word.
    ///
    /// `harmless` says of an input whether its values can be no such thing: numbers, yes or no, a fixed choice.
    #[must_use]
    pub fn injections(&self, harmless: &dyn Fn(&str) -> bool) -> Vec<Injection> {
        shell::lint(&self.unit, &self.text, harmless)
    }

    /// Whether there is anything to render.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.unit.main.iter().all(|it| matches!(it, syntax::Node::Text(_)))
    }
}

/// The data of a document's templates: `inputs`, `outputs` by block, and each input at the root as well.
///
/// Outputs are found under the block's id with `-` as `_`, which is how templates write it.
#[must_use]
pub fn context(inputs: &Map<String, Json>, outputs: &Map<String, Json>) -> Json {
    let mut root = inputs.clone();
    let outputs = outputs.iter().map(|(block, values)| (block.replace('-', "_"), values.clone()));
    root.insert("inputs".to_owned(), Json::Object(inputs.clone()));
    root.insert("outputs".to_owned(), Json::Object(outputs.collect()));
    Json::Object(root)
}
