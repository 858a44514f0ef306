//! Hides values in texts that are told or recorded.

/// What is shown in the place of a value.
const SHOWN: &str = "***";

/// Bytes of somebody else's words that people are told.
const MOST_WORDS: usize = 500;

/// Shorter values could not be hidden without hiding much else.
const LEAST_BYTES: usize = 4;

/// Values to hide: as they are, and as JSON writes them. Its `Debug` hides them.
#[derive(Clone, Default)]
pub(crate) struct Redaction(Vec<String>);

impl Redaction {
    pub(crate) fn of<'a, I: IntoIterator<Item = &'a str>>(values: I) -> Self {
        let mut forms: Vec<_> = values.into_iter().flat_map(forms).collect();
        forms.retain(|it| it.len() >= LEAST_BYTES);
        // One value may hold another: the longer one goes first.
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        Self(forms)
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).map(String::as_str))
    }

    pub(crate) fn hide(&self, text: &str) -> String {
        let found = |text: String, form: &String| {
            if text.contains(form.as_str()) { text.replace(form.as_str(), SHOWN) } else { text }
        };
        self.0.iter().fold(text.to_owned(), found)
    }

    /// Words of somebody else, as people are told them.
    pub(crate) fn words(&self, text: &str) -> String {
        self.bounded(text, MOST_WORDS)
    }

    /// At most so many bytes of it, with nothing of a value at the cut. `text` may itself have been cut off.
    pub(crate) fn bounded(&self, text: &str, most: usize) -> String {
        let mut hidden = self.hide(text);
        let begun = self.0.iter().filter_map(|form| begun_at_end(&hidden, form)).max();
        if let Some(bytes) = begun {
            hidden.truncate(hidden.len() - bytes);
            hidden.push_str(SHOWN);
        }
        if hidden.len() > most {
            let end = hidden.floor_char_boundary(most);
            hidden.truncate(end);
            hidden.push('…');
        }
        hidden
    }
}

impl std::fmt::Debug for Redaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redaction")
    }
}

fn forms(value: &str) -> Vec<String> {
    let json = serde_json::to_string(value).expect("a text is always JSON");
    vec![value.to_owned(), value.trim().to_owned(), json[1..json.len() - 1].to_owned()]
}

/// How many bytes at the end of a text begin a form.
fn begun_at_end(text: &str, form: &str) -> Option<usize> {
    let longest = form.len().min(text.len() + 1);
    (LEAST_BYTES..longest)
        .rev()
        .find(|bytes| text.as_bytes().ends_with(&form.as_bytes()[..*bytes]))
        .filter(|bytes| text.is_char_boundary(text.len() - bytes))
}
