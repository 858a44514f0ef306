//! Lines out of a stream of bytes that nobody can trust.

/// Longest line of a program, in bytes. The longest that is meant is an edit's, which holds the file.
pub const MAX_LINE: usize = 16 * 1024 * 1024;

/// Cuts a stream into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The line that is not yet complete.
    partial: Vec<u8>,
}

/// A line is longer than [`MAX_LINE`]: what it said is lost, and with it perhaps a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineTooLong;

impl Lines {
    /// Adds bytes, and gives the lines that they complete. Empty ones are left out.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, LineTooLong> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|it| *it == b'\n') {
            if self.partial.len() + piece.len() > MAX_LINE {
                self.partial = Vec::new();
                return Err(LineTooLong);
            }
            self.partial.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.partial);
                if !line.trim_ascii().is_empty() {
                    lines.push(line);
                }
            }
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_the_stream_is_cut() {
        let text = b"{\"a\":1}\n\r\n\xff\x00\n{}\nrest";
        for size in 1..=text.len() {
            let mut lines = Lines::default();
            let pieces = text.chunks(size).map(|it| lines.push(it).unwrap());
            let all: Vec<Vec<u8>> = pieces.flatten().collect();
            assert_eq!(all, [b"{\"a\":1}\n".to_vec(), b"\xff\x00\n".to_vec(), b"{}\n".to_vec()]);
            assert_eq!(lines.partial, b"rest");
        }
    }

    #[test]
    fn a_line_that_never_ends_is_given_up_at_the_bound() {
        let mut lines = Lines::default();
        let piece = vec![b'a'; MAX_LINE / 4];
        for _ in 0..4 {
            assert_eq!(lines.push(&piece), Ok(Vec::new()));
        }
        assert_eq!(lines.push(b"a"), Err(LineTooLong));
        assert!(lines.partial.capacity() < MAX_LINE);
    }
}
