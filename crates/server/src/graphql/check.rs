//! What a document asks for, before any of it is done: one operation, of bounded depth, width and size.

use async_graphql::parser::{
    parse_query,
    types::{ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet},
};

use crate::problem::{Code, Problem};

/// A page of the UI asks for a twentieth of it.
const MOST_QUERY_BYTES: usize = 32 * 1024;

/// Fields within fields. The schema asks no page for more than seven.
const MOST_DEPTH: usize = 12;

/// Types of lists of types, as tools ask for a schema.
const MOST_INTROSPECTION_DEPTH: usize = 20;

/// Fields in all, each time that one is named and with each fragment written out.
const MOST_FIELDS: usize = 1000;

/// Fields at the top, however they are called: each of them may read a whole list.
const MOST_TOP_FIELDS: usize = 20;

/// Brackets within brackets. The parser is not asked what is deeper, for it would go as deep.
const MOST_NESTING: usize = 64;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    Mutation,
    Subscription,
}

/// A document's operation that keeps to the bounds.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) kind: Kind,
    /// The name of its first field at the top.
    pub(crate) field: String,
    pub(crate) document: ExecutableDocument,
}

impl Operation {
    /// Reads a document, of which the operation of this name is wanted, or the only one.
    pub(crate) fn parse(query: &str, name: Option<&str>) -> Result<Self, Problem> {
        if query.len() > MOST_QUERY_BYTES {
            let detail = format!(
                "the query has {} bytes and at most {MOST_QUERY_BYTES} are taken; send values as variables",
                query.len()
            );
            return Err(Problem::invalid(detail));
        }
        check_nesting(query)?;
        let document = parse_query(query).map_err(|error| Problem::invalid(error.to_string()))?;
        let operation = chosen(&document, name)?;
        let fields = Bounds::of(&document).check(operation)?;
        let kind = match operation.ty {
            OperationType::Query => Kind::Query,
            OperationType::Mutation => Kind::Mutation,
            OperationType::Subscription => Kind::Subscription,
        };
        if kind == Kind::Mutation && fields.len() > 1 {
            let detail = "a request makes one change; send each mutation in a request of its own";
            return Err(Problem::invalid(detail));
        }
        let field = fields.into_iter().next().unwrap_or_default().to_owned();
        Ok(Self { kind, field, document })
    }
}

/// Refuses a text whose brackets are nested too deep, of which strings and comments have none.
fn check_nesting(query: &str) -> Result<(), Problem> {
    let mut depth = 0_usize;
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '#' => rest.split_once(['\n', '\r']).map_or("", |it| it.1),
            '"' => after_string(rest)?,
            _ => {
                match first {
                    '{' | '[' | '(' => depth += 1,
                    '}' | ']' | ')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth > MOST_NESTING {
                    let detail = format!("brackets are more than {MOST_NESTING} deep in the query");
                    return Err(Problem::invalid(detail));
                }
                &rest[first.len_utf8()..]
            }
        };
    }
    Ok(())
}

/// What follows the string that a text begins with.
fn after_string(text: &str) -> Result<&str, Problem> {
    let broken = || Problem::invalid("a string in the query does not end");
    if let Some(mut block) = text.strip_prefix("\"\"\"") {
        loop {
            let end = block.find("\"\"\"").ok_or_else(broken)?;
            let (inside, after) = (&block[..end], &block[end + 3..]);
            if !inside.ends_with('\\') {
                return Ok(after);
            }
            block = after;
        }
    }
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' | '\r' => return Err(broken()),
            '"' if !is_escaped => return Ok(&text[at + 1..]),
            _ => is_escaped = character == '\\' && !is_escaped,
        }
    }
    Err(broken())
}

fn chosen<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d OperationDefinition, Problem> {
    let operations: Vec<_> = document.operations.iter().collect();
    let found = match (name, &operations[..]) {
        (Some(name), all) => all.iter().find(|it| it.0.is_some_and(|it| it == name)),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    found.map(|it| &it.1.node).ok_or_else(|| match name {
        Some(name) => Problem::invalid(format!(
            "the document has no operation {:?}; name one that it has",
            name.chars().take(80).collect::<String>()
        )),
        None => Problem::invalid("the document has several operations; say which in operationName"),
    })
}

/// Counts what a document asks for.
struct Bounds<'d> {
    document: &'d ExecutableDocument,
    left: usize,
}

impl<'d> Bounds<'d> {
    const fn of(document: &'d ExecutableDocument) -> Self {
        Self { document, left: MOST_FIELDS }
    }

    /// The names of the fields at the top.
    fn check(mut self, operation: &'d OperationDefinition) -> Result<Vec<&'d str>, Problem> {
        let mut top = Vec::new();
        self.visit(&operation.selection_set.node, (0, MOST_DEPTH), &mut |name| top.push(name))?;
        if top.len() > MOST_TOP_FIELDS {
            let detail = format!(
                "the operation has {} fields at the top and at most {MOST_TOP_FIELDS} are answered at once; \
                 send some in another request",
                top.len()
            );
            return Err(too_complex(detail));
        }
        Ok(top)
    }

    /// Visits each selection, of which there are few enough that circles of fragments come to an end.
    fn visit(
        &mut self,
        set: &'d SelectionSet,
        (depth, most): (usize, usize),
        see: &mut dyn FnMut(&'d str),
    ) -> Result<(), Problem> {
        for selection in &set.items {
            self.left = self.left.checked_sub(1).ok_or_else(|| {
                too_complex(format!("the operation asks for more than {MOST_FIELDS} fields"))
            })?;
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    see(name);
                    // Nothing that is stored is read by looking at the schema.
                    let most = if depth == 0 && name.starts_with("__") {
                        MOST_INTROSPECTION_DEPTH
                    } else {
                        most
                    };
                    if depth >= most {
                        return Err(too_complex(format!(
                            "the operation is more than {most} fields deep at {name}"
                        )));
                    }
                    self.visit(&field.node.selection_set.node, (depth + 1, most), &mut |_| {})?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // One that is not there is refused with a better word by the schema.
                    if let Some(fragment) = self.document.fragments.get(name) {
                        self.visit(&fragment.node.selection_set.node, (depth, most), see)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.visit(&fragment.node.selection_set.node, (depth, most), see)?;
                }
            }
        }
        Ok(())
    }
}

fn too_complex(detail: String) -> Problem {
    Problem::new(axum::http::StatusCode::BAD_REQUEST, Code::Invalid, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Operation, Problem> {
        Operation::parse(query, None)
    }

    fn deep(depth: usize, field: &str) -> String {
        format!("{}{field}{}", format!("{field}{{").repeat(depth - 1), "}".repeat(depth - 1))
    }

    #[test]
    fn an_operation_is_as_deep_as_it_may_be_and_no_deeper() {
        assert!(parse(&format!("{{{}}}", deep(MOST_DEPTH, "a"))).is_ok());
        assert!(parse(&format!("{{{}}}", deep(MOST_DEPTH + 1, "a"))).is_err());
        let schema = format!("{{__schema{{{}}}}}", deep(MOST_INTROSPECTION_DEPTH - 1, "a"));
        assert!(parse(&schema).is_ok());
        let schema = format!("{{__schema{{{}}}}}", deep(MOST_INTROSPECTION_DEPTH, "a"));
        assert!(parse(&schema).is_err());
    }

    #[test]
    fn other_names_make_an_operation_no_less_wide() {
        let fields = |count: usize| (0..count).map(|it| format!("a{it}: a ")).collect::<String>();
        assert!(parse(&format!("{{{}}}", fields(MOST_TOP_FIELDS))).is_ok());
        assert!(parse(&format!("{{{}}}", fields(MOST_TOP_FIELDS + 1))).is_err());
        assert!(parse(&format!("{{b{{{}}}}}", fields(MOST_FIELDS - 1))).is_ok());
        assert!(parse(&format!("{{b{{{}}}}}", fields(MOST_FIELDS))).is_err());
        let spread = "...F ".repeat(MOST_TOP_FIELDS + 1);
        assert!(parse(&format!("{{{spread}}} fragment F on Query {{a}}")).is_err());
    }

    #[test]
    fn fragments_that_name_each_other_come_to_an_end() {
        let circle = "{a{...F}} fragment F on A {...G} fragment G on A {...F ...F}";
        assert!(parse(circle).is_err());
        let doubling: String = (0..30)
            .map(|it| format!("fragment F{it} on A {{ ...F{} ...F{} }}", it + 1, it + 1))
            .collect();
        assert!(parse(&format!("{{a{{...F0}}}} {doubling} fragment F30 on A {{a}}")).is_err());
    }

    #[test]
    fn what_would_lead_the_parser_too_deep_is_not_parsed() {
        let open = |inner: &str| inner.repeat(MOST_QUERY_BYTES / inner.len());
        for deep in ["{a", "{a(b:\"}\")", "{a(b:\"\"\"}\"\"\")", "[", "{a(b:[", "{a#}\n", "(b:{c:"]
        {
            let refused = parse(&open(deep)).unwrap_err();
            assert!(refused.detail().contains("deep"), "{deep}: {refused:?}");
        }
        for broken in ["{a(b:\"", "{a(b:\"\\\")}", "{a(b:\"\n\")}", "{a(b:\"\"\"x\")}"] {
            assert!(parse(broken).is_err(), "{broken}");
        }
        let texts =
            format!("{{a(b:\"{}\" c:\"\"\"{}\\\"\"\"\"\"\") }}", "{".repeat(99), "[".repeat(99));
        assert!(parse(&texts).is_ok(), "{texts}");
    }

    #[test]
    fn a_request_makes_one_change() {
        let one = parse("mutation { a { b c } }").unwrap();
        assert_eq!((one.kind, one.field.as_str()), (Kind::Mutation, "a"));
        for two in [
            "mutation { a b }",
            "mutation { x: a y: a }",
            "mutation { a ...F } fragment F on Mutation { b }",
            "mutation { a ... { b } }",
        ] {
            assert!(parse(two).is_err(), "{two}");
        }
    }

    #[test]
    fn of_several_operations_the_one_that_is_named_is_meant() {
        let both = "query A { a } mutation B { b }";
        assert!(parse(both).is_err());
        assert_eq!(Operation::parse(both, Some("B")).unwrap().kind, Kind::Mutation);
        assert!(Operation::parse(both, Some("C")).is_err());
        assert!(Operation::parse("{ a }", Some("A")).is_err());
        assert!(parse("{").is_err() && parse("").is_err());
        assert!(parse(&format!("{{ a(b: \"{}\") }}", "x".repeat(MOST_QUERY_BYTES))).is_err());
    }
}
