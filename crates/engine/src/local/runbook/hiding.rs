//! Previews without what must not be shown.

use super::{Inner, Preview};
use crate::secrets::SecretText;

impl Inner {
    /// A preview without these, and without what the session hides.
    pub(super) fn shown(&self, preview: Preview, sensitive: &[SecretText]) -> Preview {
        let Some(mask) = self.session.mask_with(sensitive) else { return preview };
        let hide = |it: String| mask.text(&it);
        let files = preview.files.into_iter();
        Preview {
            text: preview.text.map(hide),
            files: files.map(|(path, text)| (hide(path), hide(text))).collect(),
            missing: preview.missing,
            problems: preview.problems.into_iter().map(hide).collect(),
        }
    }
}
