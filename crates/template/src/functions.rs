//! The functions of templates: Go's own, sprig's, and boilerplate's, which take the place of some of sprig's.
//!
//! None of them reads a file, a clock or the environment: what they say comes from the [`World`]. What sprig
//! does by running programs, asking the network or making keys is refused by name.
//!
//! [`World`]: crate::World

mod args;
mod boilerplate;
mod cases;
mod compare;
mod decimal;
mod dicts;
mod encoding;
mod escape;
mod json;
mod kinds;
mod lists;
mod math;
mod paths;
mod patterns;
mod random;
mod strings;
mod times;
mod urls;
mod versions;
mod words;
mod yaml;

use std::{collections::HashMap, sync::OnceLock};

pub(crate) use args::Args;
pub(crate) use paths::clean;

use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

type Call = fn(&mut Runtime<'_>, Args<'_>) -> Result<Value, CallError>;

/// One function with how many arguments it takes.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    least: usize,
    most: usize,
    call: Call,
}

/// A line of a table: name, least and most arguments, and what it does.
struct Entry(&'static str, usize, usize, Call);

/// As many arguments as one likes.
const ANY: usize = usize::MAX;

impl Function {
    pub(crate) fn apply(
        self,
        runtime: &mut Runtime<'_>,
        args: Args<'_>,
    ) -> Result<Value, CallError> {
        let (given, Self { least, most, call }) = (args.len(), self);
        if given < least || given > most {
            let wanted = match (least, most) {
                (least, ANY) => format!("at least {least}"),
                (least, most) if least == most => least.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
            let word = if wanted == "1" { "argument" } else { "arguments" };
            return Err(CallError::failed(format!("wants {wanted} {word}, got {given}")));
        }
        runtime.step(args.weight())?;
        call(runtime, args)
    }
}

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<Function> {
    static ALL: OnceLock<HashMap<&'static str, Function>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        // Later tables replace what earlier ones call by the same name.
        let tables = [
            compare::TABLE,
            escape::TABLE,
            strings::TABLE,
            words::TABLE,
            lists::TABLE,
            dicts::TABLE,
            math::TABLE,
            kinds::TABLE,
            json::TABLE,
            encoding::TABLE,
            patterns::TABLE,
            paths::TABLE,
            times::TABLE,
            versions::TABLE,
            urls::TABLE,
            random::TABLE,
            UNSUPPORTED,
            boilerplate::TABLE,
        ];
        let entries = tables.into_iter().flatten();
        entries
            .map(|Entry(name, least, most, call)| {
                (*name, Function { least: *least, most: *most, call: *call })
            })
            .collect()
    });
    all.get(name).copied()
}

const NO_KEYS: Call = |_, _| {
    let why = "keys, certificates and passwords are made by programs of their own, such as openssl";
    Err(CallError::Unsupported { why })
};
const NO_NETWORK: Call =
    |_, _| Err(CallError::Unsupported { why: "a template does not ask the network" });
const NO_FUNCTIONS: Call =
    |_, _| Err(CallError::Unsupported { why: "there are no values that are functions" });

const UNSUPPORTED: &[Entry] = &[
    Entry("bcrypt", 0, ANY, NO_KEYS),
    Entry("htpasswd", 0, ANY, NO_KEYS),
    Entry("genPrivateKey", 0, ANY, NO_KEYS),
    Entry("derivePassword", 0, ANY, NO_KEYS),
    Entry("buildCustomCert", 0, ANY, NO_KEYS),
    Entry("genCA", 0, ANY, NO_KEYS),
    Entry("genCAWithKey", 0, ANY, NO_KEYS),
    Entry("genSelfSignedCert", 0, ANY, NO_KEYS),
    Entry("genSelfSignedCertWithKey", 0, ANY, NO_KEYS),
    Entry("genSignedCert", 0, ANY, NO_KEYS),
    Entry("genSignedCertWithKey", 0, ANY, NO_KEYS),
    Entry("encryptAES", 0, ANY, NO_KEYS),
    Entry("decryptAES", 0, ANY, NO_KEYS),
    Entry("getHostByName", 0, ANY, NO_NETWORK),
    Entry("call", 0, ANY, NO_FUNCTIONS),
];
