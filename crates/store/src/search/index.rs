//! Writing entries, and asking for them in the words of each database.
//!
//! SQLite has FTS5, told to take what stands between spaces; PostgreSQL has `tsvector`, written out rather than
//! made by one of its parsers, which know file names and addresses but no `--flag`. Both get the same terms,
//! and the owner as one of them, so that a search never goes through what others wrote.

use std::collections::BTreeMap;

use model::{
    id::{RunbookId, UserId},
    search::{Term, terms},
};
use sea_orm::DatabaseTransaction;

use super::Entry;
use crate::{
    Store, StoreError,
    failure::refuse_nul,
    jobs::{
        dialect::{Dialect, Kind, json, one, run},
        row::get,
    },
};

/// Terms of one document that are held. A reader of a longer one will look for what its beginning is about.
const MAX_TERMS: usize = 100_000;

/// What the terms of a `tsvector` may take is a mebibyte; `MAXSTRPOS` in PostgreSQL's `ts_type.h`.
const MAX_POSTGRES_BYTES: usize = 1_000_000;

/// What a term takes there beside its letters, at most: a count, a position and what aligns them.
const POSTGRES_TERM_BYTES: usize = 5;

/// The owner counts nothing, a title most.
pub(super) const SQLITE_ORDER: &str =
    "bm25(search_words, 0.0, 10.0, 4.0, 1.0), r.updated_at DESC, r.id DESC";

impl Store {
    /// Puts an entry in the place of the one before, unless that is of a later revision.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails; the old entry stays then.
    pub async fn put_entry(&self, entry: &Entry<'_>) -> Result<(), StoreError> {
        refuse_nul("title", entry.title)?;
        refuse_nul("content", entry.text)?;
        let transaction = self.begin().await?;
        let is_put = match Dialect::of(&transaction) {
            Dialect::Sqlite => put_sqlite(&transaction, entry).await?,
            Dialect::Postgres => put_postgres(&transaction, entry).await?,
        };
        if is_put {
            put_labels(&transaction, entry).await?;
        }
        Ok(transaction.commit().await?)
    }
}

async fn put_sqlite(
    transaction: &DatabaseTransaction,
    entry: &Entry<'_>,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO search_entry (runbook, revision) VALUES ($1, $2) \
        ON CONFLICT (runbook) DO UPDATE SET revision = excluded.revision \
        WHERE search_entry.revision < excluded.revision RETURNING entry";
    let values = vec![entry.runbook.to_string().into(), entry.revision.into()];
    let Some(row) = one(transaction, sql, values).await? else { return Ok(false) };
    let key: i64 = get(&row, "entry")?;
    run(transaction, "DELETE FROM search_words WHERE rowid = $1", vec![key.into()]).await?;
    let sql = "INSERT INTO search_words (rowid, owner, title, names, words) \
        VALUES ($1, $2, $3, $4, $5)";
    let texts = [entry.title, entry.names, entry.text];
    let mut values = vec![key.into(), owner_term(entry.owner).into()];
    values.extend(texts.map(|it| terms(it).take(MAX_TERMS).collect::<Vec<_>>().join(" ").into()));
    run(transaction, sql, values).await?;
    Ok(true)
}

async fn put_postgres(
    transaction: &DatabaseTransaction,
    entry: &Entry<'_>,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO search_entry (runbook, revision, words) \
        VALUES ($1, $2, CAST($3 AS tsvector)) \
        ON CONFLICT (runbook) DO UPDATE SET revision = excluded.revision, words = excluded.words \
        WHERE search_entry.revision < excluded.revision";
    let values =
        vec![entry.runbook.to_string().into(), entry.revision.into(), postgres_words(entry).into()];
    Ok(run(transaction, sql, values).await? > 0)
}

/// What the document says of itself, in the place of what it said before.
async fn put_labels(
    transaction: &DatabaseTransaction,
    entry: &Entry<'_>,
) -> Result<(), StoreError> {
    let runbook = entry.runbook.to_string();
    let sql = "DELETE FROM label WHERE runbook = $1 AND user_id = ''";
    run(transaction, sql, vec![runbook.as_str().into()]).await?;
    let tags = entry.tags.iter().map(|it| ("tag", it));
    let languages = entry.languages.iter().map(|it| ("lang", it));
    let label = |(kind, value): (&str, &String)| serde_json::json!({ "kind": kind, "value": value.replace('\0', "") });
    let labels: Vec<_> = tags.chain(languages).map(label).collect();
    insert_labels(transaction, entry.runbook, "", labels).await
}

/// Labels as JSON with `kind` and `value`; empty `user` for those of the document.
pub(crate) async fn insert_labels(
    transaction: &DatabaseTransaction,
    runbook: RunbookId,
    user: &str,
    labels: Vec<serde_json::Value>,
) -> Result<(), StoreError> {
    if labels.is_empty() {
        return Ok(());
    }
    let columns = [("kind", Kind::Text), ("value", Kind::Text)];
    let list = Dialect::of(transaction).list(3, &columns);
    // Without a condition SQLite takes ON for that of a join.
    let sql = format!(
        "INSERT INTO label (runbook, kind, user_id, value) SELECT $1, v.kind, $2, v.value FROM {list} \
         WHERE true ON CONFLICT DO NOTHING"
    );
    run(transaction, &sql, vec![runbook.to_string().into(), user.into(), json(labels)]).await?;
    Ok(())
}

/// An id as a word.
fn owner_term(owner: UserId) -> String {
    owner.to_string()
}

/// FTS5's language. Terms are letters, digits and underscores, so that quoting them is enough.
pub(super) fn sqlite_query(owner: UserId, terms: &[Term]) -> String {
    let term = |it: &Term| format!("\"{}\"{}", it.text, if it.is_prefix { " *" } else { "" });
    let terms: Vec<_> = terms.iter().map(term).collect();
    format!(
        "(owner : \"{}\") AND ({{title names words}} : ({}))",
        owner_term(owner),
        terms.join(" AND ")
    )
}

/// The language of `tsquery`.
pub(super) fn postgres_query(owner: UserId, terms: &[Term]) -> String {
    let owner = format!("'@{}'", owner_term(owner));
    std::iter::once(owner).chain(terms.iter().map(postgres_term)).collect::<Vec<_>>().join(" & ")
}

/// What is counted to put those that were found in order. With `&` instead, distances would be.
pub(super) fn postgres_rank(terms: &[Term]) -> String {
    terms.iter().map(postgres_term).collect::<Vec<_>>().join(" | ")
}

fn postgres_term(term: &Term) -> String {
    format!("'{}'{}", term.text, if term.is_prefix { ":*" } else { "" })
}

/// Each term once, with the weight of the best place where it stands.
fn postgres_words(entry: &Entry<'_>) -> String {
    let mut weights = BTreeMap::new();
    for (text, weight) in [(entry.title, 'A'), (entry.names, 'B'), (entry.text, 'D')] {
        for term in terms(text).take(MAX_TERMS) {
            weights.entry(term).or_insert(weight);
        }
    }
    let mut words = format!("'@{}':1", owner_term(entry.owner));
    let mut bytes = words.len();
    // The best come first, should there be too many. The least weight is that of no letter.
    for (wanted, letter) in [('A', "A"), ('B', "B"), ('D', "")] {
        for (term, _) in weights.iter().filter(|it| *it.1 == wanted) {
            bytes += term.len() + POSTGRES_TERM_BYTES;
            if bytes > MAX_POSTGRES_BYTES {
                return words;
            }
            words.extend([" '", term, "':1", letter]);
        }
    }
    words
}
