use proptest::prelude::*;

use super::*;

fn file(name: &[u8], size: u64) -> Entry {
    let modified = Modified { seconds: 1_700_000_000, nanoseconds: 0 };
    Entry { name: name.to_vec(), kind: EntryKind::File, mode: 0o644, modified, size }
}

/// Entries with their content, read in pieces of the given size.
fn read(archive: &[u8], piece: usize) -> Result<Vec<(Entry, Vec<u8>)>, TarError> {
    let (mut reader, mut all) = (Reader::default(), Vec::<(Entry, Vec<u8>)>::new());
    for mut bytes in archive.chunks(piece) {
        while let Some(item) = reader.next(&mut bytes)? {
            match item {
                Item::Entry(entry) => all.push((entry, Vec::new())),
                Item::Content(bytes) => all.last_mut().unwrap().1.extend_from_slice(bytes),
                Item::Close => {
                    let (entry, content) = all.last().unwrap();
                    assert_eq!(entry.size, content.len() as u64);
                }
            }
        }
    }
    reader.finish()?;
    Ok(all)
}

fn archive(entries: &[(Entry, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (entry, content) in entries {
        entry.write(&mut out);
        out.extend_from_slice(content);
        out.resize(out.len() + padding(content.len() as u64), 0);
    }
    out.extend_from_slice(&END);
    out
}

/// Changes a header and makes its sum fit again.
fn forged(mut archive: Vec<u8>, change: impl Fn(&mut [u8])) -> Vec<u8> {
    change(&mut archive[..BLOCK]);
    archive[148..156].copy_from_slice(b"        ");
    let sum: u32 = archive[..BLOCK].iter().map(|it| u32::from(*it)).sum();
    archive[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    archive
}

fn entry() -> impl Strategy<Value = (Entry, Vec<u8>)> {
    let name = || {
        prop_oneof![
            prop::collection::vec(1..=255_u8, 1..20),
            prop::collection::vec(1..=255_u8, 90..400)
        ]
    };
    let kind = prop_oneof![
        Just(EntryKind::File),
        Just(EntryKind::Directory),
        name().prop_map(|target| EntryKind::Symlink { target }),
        name().prop_map(|target| EntryKind::HardLink { target }),
    ];
    let time = (any::<u64>(), 0..1_000_000_000_u32);
    (name(), kind, 0..0o10000_u32, time, prop::collection::vec(any::<u8>(), 0..1500)).prop_map(
        |(mut name, kind, mode, (seconds, nanoseconds), content)| {
            let content = if kind == EntryKind::File { content } else { Vec::new() };
            if name.ends_with(b"/") {
                name.push(b'x');
            }
            let modified = Modified { seconds, nanoseconds };
            (Entry { name, kind, mode, modified, size: content.len() as u64 }, content)
        },
    )
}

proptest! {
    #[test]
    fn what_was_written_is_read_in_whatever_pieces(
        entries in prop::collection::vec(entry(), 0..6),
        piece in 1..3000_usize,
    ) {
        prop_assert_eq!(read(&archive(&entries), piece), Ok(entries));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, piece in 1..600_usize) {
        read(&bytes, piece).ok();
    }

    #[test]
    fn no_change_of_an_archive_makes_it_panic(
        entries in prop::collection::vec(entry(), 1..4),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = archive(&entries);
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        read(&bytes, 700).ok();
        // Past the sum, the fields themselves are attacked.
        let forged = forged(bytes, |_| {});
        read(&forged, 700).ok();
    }

    #[test]
    fn a_plain_name_stays_beneath(name: Vec<u8>) {
        if let Ok(plain) = plain_name(&name) {
            let parts: Vec<_> = plain.split(|it| *it == b'/').collect();
            prop_assert!(plain.is_empty() || parts.iter().all(|it| !matches!(*it, b"" | b"." | b"..")));
            prop_assert!(!plain.contains(&0));
        }
    }
}

#[test]
fn names_that_could_leave_a_tree_are_refused() {
    assert_eq!(plain_name(b"./a//b/"), Ok(b"a/b".to_vec()));
    assert_eq!(plain_name(b"./"), Ok(Vec::new()));
    assert_eq!(plain_name(b"/etc/passwd"), Err(BadName::Absolute));
    assert_eq!(plain_name(b"a/../../b"), Err(BadName::Parent));
    assert_eq!(plain_name(b"a\0b"), Err(BadName::Nul));
    assert_eq!(plain_name(&[b'a'; MAX_NAME + 1]), Err(BadName::Long));
}

#[test]
fn an_archive_that_ends_early_is_not_whole() {
    let whole = archive(&[(file(b"a", 600), vec![1; 600])]);
    for length in [0, 100, BLOCK, BLOCK + 600, BLOCK + 1024] {
        assert_eq!(read(&whole[..length], 64), Err(TarError::Truncated), "{length}");
    }
    assert!(read(&whole[..BLOCK + 1024 + BLOCK], 64).is_ok());
}

#[test]
fn bytes_behind_the_end_are_refused() {
    let mut bytes = archive(&[(file(b"a", 0), Vec::new())]);
    bytes.extend([0; 8192]);
    assert!(read(&bytes, 512).is_ok());
    bytes.push(1);
    assert_eq!(read(&bytes, 512), Err(TarError::Trailing));
}

#[test]
fn sparse_files_and_unknown_types_are_refused() {
    let plain = || archive(&[(file(b"a", 0), Vec::new())]);
    assert_eq!(read(&forged(plain(), |it| it[156] = b'S'), 512), Err(TarError::Sparse));
    assert_eq!(
        read(&forged(plain(), |it| it[156] = b'V'), 512),
        Err(TarError::Type { flag: b'V' })
    );
    let mut sparse = Vec::new();
    let records = b"22 GNU.sparse.major=1\n";
    let mut head = file(b"x", records.len() as u64);
    head.modified = Modified::default();
    head.write(&mut sparse);
    sparse.extend(records);
    sparse.resize(2 * BLOCK, 0);
    sparse.extend(plain());
    assert_eq!(read(&forged(sparse, |it| it[156] = b'x'), 512), Err(TarError::Sparse));
}

#[test]
fn a_link_or_directory_with_content_is_refused() {
    for flag in [b'1', b'2', b'5'] {
        let bytes = archive(&[(file(b"a", 10), vec![0; 10])]);
        assert_eq!(read(&forged(bytes, |it| it[156] = flag), 512), Err(TarError::Content));
    }
}

#[test]
fn numbers_beyond_reason_are_refused() {
    let set = |range: std::ops::Range<usize>, value: u8| {
        let bytes = archive(&[(file(b"a", 0), Vec::new())]);
        read(&forged(bytes, |it| it[range.clone()].fill(value)), 512)
    };
    assert_eq!(set(124..136, 0xff), Err(TarError::Number { field: "size" }));
    assert_eq!(set(124..136, b'9'), Err(TarError::Number { field: "size" }));
    assert_eq!(set(136..148, b'x'), Err(TarError::Number { field: "time" }));
}

#[test]
fn a_long_extended_header_is_refused_before_it_is_kept() {
    let bytes = archive(&[(file(b"a", 100_000), vec![0; 100_000])]);
    let bytes = forged(bytes, |it| it[156] = b'L');
    assert_eq!(read(&bytes[..BLOCK], 512), Err(TarError::LongExtension));
}

#[test]
fn a_global_header_must_not_rename_what_follows() {
    for (record, expected) in
        [(b"10 path=x\n".as_slice(), Err(TarError::Global)), (b"13 comment=x\n", Ok(1))]
    {
        let mut bytes = Vec::new();
        file(b"g", record.len() as u64).write(&mut bytes);
        bytes.extend(record);
        bytes.resize(2 * BLOCK, 0);
        bytes.extend(archive(&[(file(b"a", 0), Vec::new())]));
        let bytes = forged(bytes, |it| it[156] = b'g');
        assert_eq!(read(&bytes, 512).map(|it| it.len()), expected);
    }
}
