//! The programs that everybody runs.

/// A program that prints `1`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) language: &'static str,
    /// The interpreter and the option that takes code.
    pub(crate) command: [&'static str; 2],
    pub(crate) code: &'static str,
}

pub(crate) const ALL: [Program; 3] = [
    Program { language: "python", command: ["/usr/bin/python3", "-c"], code: "print(1)" },
    Program { language: "node", command: ["node", "-e"], code: "console.log(1)" },
    Program { language: "bash", command: ["/bin/bash", "-c"], code: "echo 1" },
];

/// What each of them prints.
pub(crate) const OUTPUT: &[u8] = b"1\n";

/// Where peers and sandboxes look for programs.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

impl Program {
    pub(crate) fn argv(&self) -> [&'static str; 3] {
        [self.command[0], self.command[1], self.code]
    }
}
