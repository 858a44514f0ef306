//! What the files of a module declare: variables, and the names of outputs and resources.

use hcl_edit::{
    Decorate,
    expr::Expression,
    structure::{Block, Body},
};
use serde_json::{Map, Value as Json};

use super::{literal, types::Type};

/// A `variable` block.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Declared {
    pub(super) name: String,
    /// The file that it stands in.
    pub(super) file: String,
    pub(super) r#type: Type,
    pub(super) description: String,
    /// `null` is one, too.
    pub(super) default: Option<Json>,
    /// Whether it says that it may be null.
    pub(super) is_nullable: bool,
    pub(super) is_sensitive: bool,
    /// The values of which it takes one, where it says so.
    pub(super) options: Vec<String>,
    /// What else it says of its value, for people.
    pub(super) constraints: Vec<String>,
    /// Of `@runbooks:group`.
    pub(super) group: Option<String>,
}

/// What one file declares.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) variables: Vec<Declared>,
    pub(super) outputs: Vec<String>,
    pub(super) resources: Vec<String>,
}

/// Reads a `.tf` file. The error says where it cannot be read.
pub(super) fn of_hcl(file: &str, text: &str) -> Result<Parts, String> {
    let body = hcl_edit::parser::parse_body(text).map_err(|error| {
        let (line, column) = (error.location().line(), error.location().column());
        format!("{file}:{line}:{column}: {}", error.message())
    })?;
    let mut parts = Parts::default();
    for block in body.blocks() {
        let labels: Vec<&str> = block.labels.iter().map(|it| it.as_str()).collect();
        match (block.ident.as_str(), &labels[..]) {
            ("variable", [name, ..]) => parts.variables.push(variable(file, name, block)),
            ("output", [name, ..]) => parts.outputs.push((*name).to_owned()),
            ("resource", [kind, name, ..]) => parts.resources.push(format!("{kind}.{name}")),
            _ => {}
        }
    }
    Ok(parts)
}

fn variable(file: &str, name: &str, block: &Block) -> Declared {
    let body = &block.body;
    let value = |name: &str| attribute(body, name);
    let said = |name: &str| value(name).and_then(literal::text);
    let flag = |name: &str| value(name).and_then(Expression::as_bool).unwrap_or_default();
    let mut declared = Declared {
        name: name.to_owned(),
        file: file.to_owned(),
        r#type: value("type").map_or(Type::Any, Type::of),
        description: said("description").unwrap_or_default().trim().to_owned(),
        default: value("default").and_then(literal::read),
        is_nullable: flag("nullable"),
        is_sensitive: flag("sensitive"),
        options: Vec::new(),
        constraints: Vec::new(),
        group: block.decor().prefix().and_then(|it| group(it)),
    };
    for validation in body.get_blocks("validation") {
        let message = attribute(&validation.body, "error_message").and_then(literal::text);
        match attribute(&validation.body, "condition").and_then(options) {
            Some(options) if declared.r#type == Type::String => declared.options = options,
            Some(_) | None => declared.constraints.extend(message),
        }
    }
    declared
}

fn attribute<'b>(body: &'b Body, name: &str) -> Option<&'b Expression> {
    body.get_attribute(name).map(|it| &it.value)
}

/// The options of `contains(["a", "b"], var.name)`.
fn options(condition: &Expression) -> Option<Vec<String>> {
    let call = condition.as_func_call().filter(|it| it.name.name.as_str() == "contains")?;
    call.args.get(1)?.as_traversal()?;
    let options: Option<Vec<_>> = call.args.get(0)?.as_array()?.iter().map(literal::text).collect();
    options.filter(|it| !it.is_empty())
}

/// The group that the comments above a block name, as in `# @runbooks:group "Network"`.
fn group(comments: &str) -> Option<String> {
    let named = comments.lines().rev().find_map(|line| {
        let line = line.trim_start().trim_start_matches(['#', '/']).trim_start();
        line.strip_prefix("@runbooks:group")
    });
    let name = named?.trim().strip_prefix('"')?.split('"').next()?.trim();
    Some(name.to_owned()).filter(|it| !it.is_empty())
}

/// Reads a `.tf.json` file.
pub(super) fn of_json(file: &str, text: &str) -> Result<Parts, String> {
    let whole: Json = serde_json::from_str(text).map_err(|it| format!("{file}: {it}"))?;
    let named = |name: &str| whole.get(name).map(entries).unwrap_or_default();
    let resources = named("resource").into_iter().flat_map(|(kind, those)| {
        entries(those).into_iter().map(move |it| format!("{kind}.{}", it.0))
    });
    Ok(Parts {
        variables: named("variable").into_iter().map(|(name, it)| of_map(file, name, it)).collect(),
        outputs: named("output").into_iter().map(|it| it.0.clone()).collect(),
        resources: resources.collect(),
    })
}

/// Blocks stand in an object, or in a list of them.
fn entries(value: &Json) -> Vec<(&String, &Json)> {
    let each = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    each.iter().filter_map(Json::as_object).flatten().collect()
}

fn of_map(file: &str, name: &str, value: &Json) -> Declared {
    let nothing = Map::new();
    let body = value.as_array().and_then(|it| it.first()).unwrap_or(value);
    let body = body.as_object().unwrap_or(&nothing);
    let said = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default();
    let flag = |name: &str| body.get(name).and_then(Json::as_bool).unwrap_or_default();
    let validations = body.get("validation");
    let validations =
        validations.map(|it| it.as_array().map_or(std::slice::from_ref(it), Vec::as_slice));
    let messages = validations.into_iter().flatten().filter_map(|it| it["error_message"].as_str());
    Declared {
        name: name.to_owned(),
        file: file.to_owned(),
        r#type: Type::parse(said("type")),
        description: said("description").trim().to_owned(),
        default: body.get("default").cloned(),
        is_nullable: flag("nullable"),
        is_sensitive: flag("sensitive"),
        options: Vec::new(),
        constraints: messages.map(str::to_owned).collect(),
        group: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HCL: &str = "# @runbooks:group \"Old\"\n# @runbooks:group \"Net work\"\nvariable \"cidr\" {\n  type = string\n  \
        description = <<-EOT\n    Of the\n    network\n  EOT\n  sensitive = true\n  validation {\n    \
        condition = can(cidrhost(var.cidr, 0))\n    error_message = \"Must be a network.\"\n  }\n}\n\n\
        variable \"runtime\" {\n  type = string\n  default = \"a\"\n  validation {\n    \
        condition = contains([\"a\", \"b\"], var.runtime)\n    error_message = \"x\"\n  }\n}\n\n\
        variable \"n\" {\n  default = null\n  nullable = true\n}\n\noutput \"o\" { value = 1 }\n\
        resource \"aws_x\" \"this\" {}\ndata \"aws_y\" \"that\" {}\n";

    #[test]
    fn blocks_are_read_and_nothing_is_evaluated() {
        let Parts { variables, outputs, resources } = of_hcl("main.tf", HCL).unwrap();
        let [cidr, runtime, n] = &variables[..] else { panic!("{variables:?}") };
        assert_eq!(cidr.group.as_deref(), Some("Net work"));
        assert_eq!((cidr.description.as_str(), cidr.is_sensitive), ("Of the\nnetwork", true));
        assert_eq!(cidr.constraints, ["Must be a network."]);
        assert_eq!(
            (&runtime.options[..], &runtime.default),
            (&["a".to_owned(), "b".to_owned()][..], &Some(json!("a")))
        );
        assert_eq!((&n.default, n.is_nullable, &n.r#type), (&Some(Json::Null), true, &Type::Any));
        assert_eq!((outputs, resources), (vec!["o".to_owned()], vec!["aws_x.this".to_owned()]));
    }

    #[test]
    fn json_says_the_same() {
        let text = json!({
            "variable": { "cidr": { "type": "string", "sensitive": true,
                "validation": [{ "condition": "${x}", "error_message": "Must be a network." }] },
                "many": [{ "type": "list(number)", "default": [1] }] },
            "output": [{ "o": { "value": 1 } }],
            "resource": { "aws_x": { "this": {} } },
        });
        let Parts { variables, outputs, resources } =
            of_json("main.tf.json", &text.to_string()).unwrap();
        assert_eq!(
            (variables[0].name.as_str(), &variables[0].constraints[..]),
            ("cidr", &["Must be a network.".to_owned()][..])
        );
        assert_eq!(
            (&variables[1].r#type, &variables[1].default),
            (&Type::parse("list(number)"), &Some(json!([1])))
        );
        assert_eq!((outputs, resources), (vec!["o".to_owned()], vec!["aws_x.this".to_owned()]));
    }

    #[test]
    fn a_file_that_cannot_be_read_says_where() {
        assert!(
            of_hcl("a.tf", "variable \"x\" {\n  type = \n}\n").unwrap_err().starts_with("a.tf:2:")
        );
        assert!(of_hcl("a.tf", &"x = [".repeat(100_000)).is_err());
        assert!(of_json("a.tf.json", "{").unwrap_err().starts_with("a.tf.json: "));
        for strange in ["[]", "1", "{\"variable\": 1, \"resource\": [[]]}"] {
            assert!(of_json("a.tf.json", strange).unwrap().variables.is_empty(), "{strange}");
        }
    }
}
