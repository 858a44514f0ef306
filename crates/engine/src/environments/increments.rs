//! What a compiler has kept of a program, for the next time that its owner changes it.
//!
//! It stands beside the program that was compiled, in a tree that never changes, and belongs to that
//! program's owner like the program itself. Which of an owner's programs was compiled last from a source
//! of the same name is noted; when its tree is gone, everything is compiled as if for the first time.

use document::Runtime;

use super::{CompileOrder, Hash};

/// Beneath the tree of a program, and beneath the workspace of a build.
pub(super) const DIRECTORY: &str = "increments";

/// Sources that are smaller compile as quickly without: what the compiler keeps has to be taken out of its
/// sandbox and put into the next one. Measured: 18 MB for 400 lines that use the collections.
const LEAST_BYTES: usize = 12 << 10;

/// Whether a compiler of the language keeps anything, and it is worth the while.
pub(super) fn are_kept(order: &CompileOrder<'_>) -> bool {
    let sources = order.files.iter().filter(|(path, _)| path.as_str().ends_with(".rs"));
    let bytes = order.code.len() + sources.map(|(_, bytes)| bytes.len()).sum::<usize>();
    order.runtime == Runtime::Rust && bytes >= LEAST_BYTES
}

/// The name under which the last program is noted: that of all that stays the same while it is changed.
pub(super) fn line(order: &CompileOrder<'_>, compiler: &str) -> String {
    let mut hash = Hash::new();
    // First of all: what one user's code was compiled to is never another's.
    hash.add(&order.owner.0);
    hash.add(order.runtime.name());
    hash.add(compiler);
    let environment = order.environment.lease.as_ref();
    hash.add(&environment.map(|it| it.tree().display().to_string()).unwrap_or_default());
    hash.add(order.source.as_str());
    hash.end()
}
