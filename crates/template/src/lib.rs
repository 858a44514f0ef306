//! Go's `text/template` with sprig's functions, and `boilerplate.yml`.
//!
//! ```text
//!   text ──syntax──▶ tree ──engine + functions──▶ text        Template::parse, Template::render
//!                      ├── needs ──▶ inputs and outputs it names
//!                      └── shell ──▶ values that a shell would read as code
//!   boilerplate.yml ──▶ Form ──▶ values ──▶ files             form, tree
//! ```
//!
//! The engine is our own. `gtmpl-ng` 1.0.0, the one that is kept up, prints `<no value>` for a missing key and
//! cannot be told otherwise, keeps its tree to itself (so nobody learns what a template needs before it runs),
//! and takes plain `fn` pointers as functions (so none can know a clock, a set of files or a budget).
//!
//! A template is hostile input. It does no I/O and reads no clock, environment or randomness: what it may know
//! is a [`World`], and what it may use up are [`Limits`]. It evaluates nothing but its own actions.

mod dates;
mod engine;
mod error;
mod fields;
mod form;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a function wants one kind of value and refuses whatever else there is or will be"
)]
mod functions;
mod needs;
mod print;
mod runtime;
mod shell;
mod syntax;
mod template;
mod tree;
mod value;
mod world;

pub use error::{ErrorKind, TemplateError};
pub use form::{
    Dependency, Diagnostic, Form, Kind, Level, Rule, Section, SkipFiles, SkipPattern, Validation,
    ValueProblem, Variable,
};
pub use needs::{Need, Needs, OutputName};
pub use shell::{Injection, Severity, Spot};
pub use template::{MAX_TEMPLATE_BYTES, Template, context};
pub use tree::{FORM_NAME, TreeError, TreeNeeds, render_tree, tree_needs};
pub use world::{File, Files, Limits, World};
