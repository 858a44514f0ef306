//! What is looked for, and where it stands: the language of the search field, the words of a text as an index
//! holds them, and finding a text within another.
//!
//! An index of words says quickly which documents may hold something. What an index cannot know, punctuation
//! and the order of words, is compared with the text itself. So an index needs no more than a word's own
//! letters, and two databases that cut texts into words differently still find the same.

mod fold;
mod query;
mod words;

pub use self::{
    fold::Folded,
    query::{Needle, Query, Term},
    words::{MAX_WORD_CHARS, terms},
};
