//! The tree of a `boilerplate.yml` to a [`Form`].

use std::collections::BTreeMap;

use serde_json::Value as Json;
use serde_saphyr::Spanned;

use super::{
    Dependency, Diagnostic, Form, Kind, Level, SkipFiles, SkipPattern, Variable,
    validation::{Rule, Validation},
    yaml::{At, Tree, at},
};

/// A longer file is no form that somebody fills in.
const MAX_BYTES: usize = 1 << 20;

/// More fields than this nobody fills in.
const MAX_VARIABLES: usize = 500;

/// Validations, options, skipped paths and dependencies, of each.
const MAX_ENTRIES: usize = 1_000;

pub(super) fn form(text: &str) -> Form {
    let mut reader = Reader { form: Form::default() };
    if text.len() > MAX_BYTES {
        reader.note(Level::Error, (1, 1), format!("the file has more than {MAX_BYTES} bytes"));
        return reader.form;
    }
    if text.trim().is_empty() {
        return reader.form;
    }
    match Tree::parse(text) {
        Ok(tree) => reader.root(tree.as_ref()),
        Err((message, place)) => {
            reader.note(Level::Error, place, format!("the YAML cannot be read: {message}"));
        }
    }
    let order = |it: &Variable| it.order.map_or((1, 0), |it| (0, it));
    reader.form.variables.sort_by_key(order);
    reader.form.diagnostics.sort_by_key(|it| (it.line, it.column));
    reader.form
}

struct Reader {
    form: Form,
}

impl Reader {
    fn note(&mut self, level: Level, (line, column): At, message: String) {
        self.form.diagnostics.push(Diagnostic { level, message, line, column });
    }

    fn root(&mut self, tree: Option<&Tree>) {
        let Some(tree) = tree else { return };
        let Tree::Map(entries) = tree else {
            let message = "the file is no map with `variables`".to_owned();
            return self.note(Level::Error, (1, 1), message);
        };
        for (key, value) in entries {
            let place = at(&key.referenced);
            match key.value.as_str() {
                "variables" => self.form.variables = self.variables(value),
                "dependencies" => self.dependencies(value),
                "skip_files" => self.skip_files(value),
                "hooks" => self.note(
                    Level::Notice,
                    place,
                    "hooks are not run: a Command block does such things and says so".to_owned(),
                ),
                "required_version" => {}
                other => {
                    let message = format!("`{other}` is not supported and ignored");
                    self.note(Level::Notice, place, message);
                }
            }
        }
    }

    fn list<'t>(&mut self, tree: &'t Spanned<Tree>, name: &str) -> &'t [Spanned<Tree>] {
        match &tree.value {
            Tree::List(items) if items.len() > MAX_ENTRIES => {
                let message = format!("`{name}` has more than {MAX_ENTRIES} entries");
                self.note(Level::Error, at(&tree.referenced), message);
                &[]
            }
            Tree::List(items) => items,
            it if it.is_null() => &[],
            Tree::Plain(_) | Tree::Map(_) => {
                self.note(Level::Error, at(&tree.referenced), format!("`{name}` must be a list"));
                &[]
            }
        }
    }

    fn text(&mut self, tree: &Tree, key: &str) -> Option<String> {
        let value = tree.get(key).filter(|it| !it.value.is_null())?;
        let text = value.value.text();
        if text.is_none() {
            self.note(Level::Error, at(&value.referenced), format!("`{key}` must be a text"));
        }
        text
    }

    fn variables(&mut self, tree: &Spanned<Tree>) -> Vec<Variable> {
        let mut found: Vec<Variable> = Vec::new();
        for item in self.list(tree, "variables") {
            let Some(variable) = self.variable(item) else { continue };
            if found.len() == MAX_VARIABLES {
                let place = (variable.line, variable.column);
                self.note(Level::Error, place, format!("more than {MAX_VARIABLES} variables"));
                break;
            }
            if found.iter().any(|it| it.name == variable.name) {
                let place = (variable.line, variable.column);
                self.note(
                    Level::Error,
                    place,
                    format!("there are two variables `{}`", variable.name),
                );
                continue;
            }
            found.push(variable);
        }
        found
    }

    fn variable(&mut self, item: &Spanned<Tree>) -> Option<Variable> {
        let tree = &item.value;
        let place = at(&item.referenced);
        let Some(name) = self.text(tree, "name").filter(|it| !it.is_empty()) else {
            self.note(Level::Error, place, "a variable has no `name`".to_owned());
            return None;
        };
        if matches!(name.as_str(), "inputs" | "outputs") {
            let message = format!("`{name}` is no name for a variable: templates need it");
            self.note(Level::Error, place, message);
        }
        let kind = self.kind(tree, &name, place);
        let default = tree.get("default").map(|it| it.value.json()).filter(|it| !it.is_null());
        let variable = Variable {
            kind,
            description: self.text(tree, "description").unwrap_or_default(),
            options: self.options(tree, kind, &name, place),
            order: self.text(tree, "order").and_then(|it| it.parse().ok()),
            sensitive: self.text(tree, "sensitive").is_some_and(|it| it == "true"),
            validations: self.validations(tree, &name),
            section: self.text(tree, "x-section").filter(|it| !it.is_empty()),
            schema: self.schema(tree),
            instance_label: self.text(tree, "x-schema-instance-label"),
            reference: self.text(tree, "reference"),
            default,
            name,
            line: place.0,
            column: place.1,
        };
        self.check_default(tree, &variable);
        Some(variable)
    }

    fn kind(&mut self, tree: &Tree, name: &str, place: At) -> Kind {
        let written = self.text(tree, "type").unwrap_or_default();
        Kind::of(&written).unwrap_or_else(|| {
            let place = tree.get("type").map_or(place, |it| at(&it.referenced));
            let message = format!(
                "`{name}` has the type `{written}`, which is none of string, int, float, bool, enum, list and map"
            );
            self.note(Level::Error, place, message);
            Kind::String
        })
    }

    /// A default that is no template must be of the variable's kind.
    fn check_default(&mut self, tree: &Tree, variable: &Variable) {
        let (Some(default), Some(node)) = (&variable.default, tree.get("default")) else { return };
        if default.as_str().is_some_and(|it| it.contains("{{") || it.is_empty()) {
            return;
        }
        let place = at(&node.referenced);
        match variable.kind.coerced(default) {
            None => {
                let wanted = variable.kind.described();
                let message = format!("the default of `{}` must be {wanted}", variable.name);
                self.note(Level::Error, place, message);
            }
            Some(Json::String(chosen))
                if variable.kind == Kind::Enum && !variable.options.contains(&chosen) =>
            {
                let message = format!("the default of `{}` is none of its options", variable.name);
                self.note(Level::Error, place, message);
            }
            Some(_) => {}
        }
    }

    fn options(&mut self, tree: &Tree, kind: Kind, name: &str, place: At) -> Vec<String> {
        let key = if kind == Kind::List { "x-options" } else { "options" };
        let Some(node) = tree.get(key) else {
            if kind == Kind::Enum {
                self.note(Level::Error, place, format!("`{name}` is an enum without `options`"));
            }
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in self.list(node, key) {
            match item.value.text() {
                Some(text) => found.push(text),
                None => {
                    let message = "an option must be a text".to_owned();
                    self.note(Level::Error, at(&item.referenced), message);
                }
            }
        }
        found
    }

    fn schema(&mut self, tree: &Tree) -> Option<BTreeMap<String, Kind>> {
        let node = tree.get("x-schema")?;
        let Tree::Map(entries) = &node.value else {
            let message = "`x-schema` must be a map of names to types".to_owned();
            self.note(Level::Error, at(&node.referenced), message);
            return None;
        };
        let mut found = BTreeMap::new();
        for (key, value) in entries {
            let kind = value.value.text().and_then(|it| Kind::of(&it));
            if kind.is_none() {
                let message = format!("`{}` has an unknown type", key.value);
                self.note(Level::Error, at(&value.referenced), message);
            }
            found.insert(key.value.clone(), kind.unwrap_or(Kind::String));
        }
        Some(found)
    }

    /// A list of rules, or one; each a text or a map with `type`.
    fn validations(&mut self, tree: &Tree, name: &str) -> Vec<Validation> {
        let Some(node) = tree.get("validations") else { return Vec::new() };
        let one = std::slice::from_ref(node);
        let items = if let Tree::List(items) = &node.value { items.as_slice() } else { one };
        let mut found = Vec::new();
        for item in items.iter().filter(|it| !it.value.is_null()) {
            match validation(&item.value) {
                Ok(validation) => found.push(validation),
                Err(why) => {
                    self.note(Level::Error, at(&item.referenced), format!("`{name}`: {why}"));
                }
            }
        }
        found
    }

    fn dependencies(&mut self, tree: &Spanned<Tree>) {
        for item in self.list(tree, "dependencies") {
            if let Some(dependency) = self.dependency(item) {
                self.form.dependencies.push(dependency);
            }
        }
    }

    fn dependency(&mut self, item: &Spanned<Tree>) -> Option<Dependency> {
        let (place, node) = (at(&item.referenced), &item.value);
        let name = self.text(node, "name").unwrap_or_default();
        let url = self.text(node, "template-url").unwrap_or_default();
        let is_remote = url.contains("://") || url.contains("::") || url.starts_with("git@");
        let wrong = if name.is_empty() || url.is_empty() {
            Some("a dependency needs a `name` and a `template-url`".to_owned())
        } else if is_remote || url.starts_with('/') {
            Some(format!("`{url}`: a dependency is a folder, relative to this one"))
        } else if self.form.dependencies.iter().any(|it| it.name == name) {
            Some(format!("there are two dependencies `{name}`"))
        } else {
            None
        };
        if let Some(message) = wrong {
            self.note(Level::Error, place, message);
            return None;
        }
        for key in ["for_each", "for_each_reference"] {
            if let Some(it) = node.get(key) {
                let message = format!("`{key}` is not supported: the dependency is rendered once");
                self.note(Level::Notice, at(&it.referenced), message);
            }
        }
        Some(Dependency {
            output_folder: self.text(node, "output-folder").unwrap_or_default(),
            skip: self.text(node, "skip").filter(|it| !it.is_empty()),
            inherits: self.text(node, "dont-inherit-variables").is_none_or(|it| it != "true"),
            variables: node.get("variables").map(|it| self.variables(it)).unwrap_or_default(),
            name,
            template_url: url,
        })
    }

    fn skip_files(&mut self, tree: &Spanned<Tree>) {
        for item in self.list(tree, "skip_files") {
            let path = self.text(&item.value, "path");
            let not_path = self.text(&item.value, "not_path");
            let which = match (path, not_path) {
                (Some(path), None) => SkipPattern::Path(path),
                (None, Some(path)) => SkipPattern::NotPath(path),
                _ => {
                    let message =
                        "an entry of `skip_files` has either `path` or `not_path`".to_owned();
                    self.note(Level::Error, at(&item.referenced), message);
                    continue;
                }
            };
            let condition = self.text(&item.value, "if");
            self.form.skip_files.push(SkipFiles { which, condition });
        }
    }
}

fn validation(tree: &Tree) -> Result<Validation, String> {
    if let Some(text) = tree.text() {
        return Ok(Validation { rule: Rule::parse(&text)?, message: None });
    }
    let get = |key: &str| tree.get(key).and_then(|it| it.value.text());
    let name = get("type").ok_or("a validation is a name, or a map with `type`")?;
    let args: Vec<String> = match tree.get("args").map(|it| &it.value) {
        Some(Tree::List(items)) => items.iter().filter_map(|it| it.value.text()).collect(),
        Some(other) => other.text().into_iter().collect(),
        None => Vec::new(),
    };
    let rule = match name.as_str() {
        "length" => {
            let bound = |key: &str, nth: usize, otherwise: usize| match get(key)
                .or_else(|| args.get(nth).cloned())
            {
                Some(text) => text.parse().map_err(|_| format!("`{text}` is no length")),
                None => Ok(otherwise),
            };
            Rule::length(bound("min", 0, 0)?, bound("max", 1, usize::MAX)?)?
        }
        "regex" => {
            let pattern = get("regex").or_else(|| get("pattern")).or_else(|| args.first().cloned());
            Rule::regex(&pattern.ok_or("a `regex` needs its pattern")?)?
        }
        other => Rule::parse(other)?,
    };
    Ok(Validation { rule, message: get("message").or_else(|| get("description")) })
}
