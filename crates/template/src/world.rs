//! Everything that a template may know or use beside its data. Nothing else reaches it.

use std::collections::BTreeMap;

/// What a template may use up. A template is hostile input: each of these ends it with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Actions, rounds of loops, and pieces of values that a function looks at.
    pub steps: u64,
    /// Bytes of the output and of all texts and lists that functions made, together.
    pub bytes: usize,
    /// Templates that call each other, one within the other.
    pub depth: usize,
}

impl Default for Limits {
    /// Beyond any document of ours, and done within a second or two.
    fn default() -> Self {
        Self { steps: 2_000_000, bytes: 32 << 20, depth: 60 }
    }
}

/// One file of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    pub bytes: Vec<u8>,
    /// Permission bits, such as `0o755`.
    pub mode: u32,
}

/// Files by their path: relative, with `/`, without `.` or `..`.
pub type Files = BTreeMap<String, File>;

/// What surrounds a template. Each field is the caller's decision; the default knows nothing.
#[derive(Clone, Debug)]
pub struct World<'w> {
    /// Milliseconds since 1970 that `now` says.
    pub now_ms: i64,
    /// Name of the zone in which dates are shown, such as `Europe/Berlin`. An unknown one counts as UTC.
    pub zone: &'w str,
    /// What `uuidv4`, `randAlpha` and the like are made from. Same seed, template and data: same output.
    pub seed: [u8; 32],
    /// The variables that `env`, `readEnv` and `expandenv` may see.
    pub environment: &'w BTreeMap<String, String>,
    /// The files that `include`, `snippet` and `pathExists` may see.
    pub files: &'w Files,
    /// What `templateFolder`, `templateUrl` and `outputFolder` say.
    pub template_folder: &'w str,
    pub output_folder: &'w str,
    pub limits: Limits,
}

static NO_VARIABLES: BTreeMap<String, String> = BTreeMap::new();
static NO_FILES: Files = BTreeMap::new();

impl Default for World<'_> {
    fn default() -> Self {
        Self {
            now_ms: 0,
            zone: "UTC",
            seed: [0; 32],
            environment: &NO_VARIABLES,
            files: &NO_FILES,
            template_folder: ".",
            output_folder: ".",
            limits: Limits::default(),
        }
    }
}
