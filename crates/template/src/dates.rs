//! Dates in Go's layouts (`2006-01-02 15:04:05`) and durations as Go writes them (`1h30m0s`).

use std::fmt::Write as _;

use jiff::{
    Span, Timestamp, Zoned,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

/// A piece of a layout. The words are those of Go's reference time.
const PIECES: &[&str] = &[
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "2006",
    "-07:00:00",
    "-070000",
    "-07:00",
    "-0700",
    "-07",
    "Z07:00",
    "Z0700",
    "Z07",
    "002",
    "__2",
    "_2",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "15",
    "PM",
    "pm",
    "1",
    "2",
    "3",
    "4",
    "5",
];

/// The piece at the beginning of a layout, or one plain character.
fn piece(layout: &str) -> (Option<&str>, &str) {
    if let Some(length) = fraction(layout) {
        let (head, rest) = layout.split_at(length);
        return (Some(head), rest);
    }
    let fits = |it: &&&str| {
        let after = layout.as_bytes().get(it.len());
        // `Janet` is no month, and a year `2006` begins no `_2`.
        layout.starts_with(**it)
            && !(**it == "Jan" && after.is_some_and(u8::is_ascii_lowercase))
            && !(**it == "Mon" && after.is_some_and(u8::is_ascii_lowercase))
            && !(**it == "_2" && layout.starts_with("_2006"))
    };
    match PIECES.iter().find(fits) {
        Some(found) => (Some(&layout[..found.len()]), &layout[found.len()..]),
        None => (None, layout),
    }
}

/// The length of `.000` or `.999` (or with a comma) that no digit follows.
fn fraction(layout: &str) -> Option<usize> {
    let bytes = layout.as_bytes();
    let digit = *bytes.get(1)?;
    if !matches!(bytes.first(), Some(b'.' | b',')) || !matches!(digit, b'0' | b'9') {
        return None;
    }
    let count = bytes[1..].iter().take_while(|it| **it == digit).count();
    (!bytes.get(count + 1).is_some_and(u8::is_ascii_digit)).then_some(count + 1)
}

pub(crate) fn format(layout: &str, time: &Zoned) -> String {
    let mut out = String::new();
    let mut rest = layout;
    while !rest.is_empty() {
        let (found, after) = piece(rest);
        match found {
            Some(piece) => push(&mut out, piece, time),
            None => out.extend(after.chars().next()),
        }
        rest = if found.is_some() { after } else { after.get(width(after)..).unwrap_or_default() };
    }
    out
}

fn width(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

fn push(out: &mut String, piece: &str, time: &Zoned) {
    let hour = (time.hour() + 11) % 12 + 1;
    let written = match piece {
        "January" => write!(out, "{}", time.strftime("%B")),
        "Jan" => write!(out, "{}", time.strftime("%b")),
        "Monday" => write!(out, "{}", time.strftime("%A")),
        "Mon" => write!(out, "{}", time.strftime("%a")),
        "MST" => write!(out, "{}", time.strftime("%Z")),
        "2006" => write!(out, "{:04}", time.year()),
        "06" => write!(out, "{:02}", time.year().rem_euclid(100)),
        "002" => write!(out, "{:03}", time.day_of_year()),
        "__2" => write!(out, "{:>3}", time.day_of_year()),
        "_2" => write!(out, "{:>2}", time.day()),
        "02" => write!(out, "{:02}", time.day()),
        "2" => write!(out, "{}", time.day()),
        "01" => write!(out, "{:02}", time.month()),
        "1" => write!(out, "{}", time.month()),
        "15" => write!(out, "{:02}", time.hour()),
        "03" => write!(out, "{hour:02}"),
        "3" => write!(out, "{hour}"),
        "04" => write!(out, "{:02}", time.minute()),
        "4" => write!(out, "{}", time.minute()),
        "05" => write!(out, "{:02}", time.second()),
        "5" => write!(out, "{}", time.second()),
        "PM" => write!(out, "{}", if time.hour() < 12 { "AM" } else { "PM" }),
        "pm" => write!(out, "{}", if time.hour() < 12 { "am" } else { "pm" }),
        it if it.starts_with(['-', 'Z']) => {
            push_offset(out, it, time.offset().seconds());
            Ok(())
        }
        it => {
            push_fraction(out, it, time.subsec_nanosecond());
            Ok(())
        }
    };
    written.expect("a String takes everything");
}

fn push_offset(out: &mut String, piece: &str, seconds: i32) {
    if piece.starts_with('Z') && seconds == 0 {
        out.push('Z');
        return;
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.unsigned_abs();
    let (hours, minutes, rest) = (size / 3600, size / 60 % 60, size % 60);
    let written = match &piece[1..] {
        "07" => write!(out, "{sign}{hours:02}"),
        "0700" => write!(out, "{sign}{hours:02}{minutes:02}"),
        "07:00" => write!(out, "{sign}{hours:02}:{minutes:02}"),
        "070000" => write!(out, "{sign}{hours:02}{minutes:02}{rest:02}"),
        _ => write!(out, "{sign}{hours:02}:{minutes:02}:{rest:02}"),
    };
    written.expect("a String takes everything");
}

fn push_fraction(out: &mut String, piece: &str, nanoseconds: i32) {
    let digits = format!("{nanoseconds:09}");
    let wanted = (piece.len() - 1).min(9);
    let mut shown = &digits[..wanted];
    if piece.ends_with('9') {
        shown = shown.trim_end_matches('0');
        if shown.is_empty() {
            return;
        }
    }
    out.push_str(&piece[..1]);
    out.push_str(shown);
}

/// What a text says in a layout. Dates without a zone are in the given one.
pub(crate) fn parse(layout: &str, text: &str, zone: &TimeZone) -> Option<Zoned> {
    let mut read = Read { year: 0, month: 1, day: 1, ..Read::default() };
    let (mut layout, mut text) = (layout, text);
    while !layout.is_empty() {
        let (found, after) = piece(layout);
        if let Some(piece) = found {
            text = read.take(piece, text)?;
            layout = after;
        } else {
            let letter = layout.chars().next()?;
            text = text.strip_prefix(letter)?;
            layout = &layout[letter.len_utf8()..];
        }
        // Go takes a fraction of a second that the layout does not name.
        if matches!(found, Some("05" | "5"))
            && fraction(layout).is_none()
            && let Some(digits) = text.strip_prefix('.')
            && digits.starts_with(|it: char| it.is_ascii_digit())
        {
            text = read.fraction(digits)?;
        }
    }
    text.is_empty().then(|| read.time(zone)).flatten()
}

#[derive(Default)]
struct Read {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
    afternoon: Option<bool>,
    offset: Option<Offset>,
}

impl Read {
    fn take<'t>(&mut self, piece: &str, text: &'t str) -> Option<&'t str> {
        match piece {
            "January" => self.month(text, &MONTHS),
            "Jan" => self.month(text, &MONTHS.map(|it| &it[..3])),
            "Monday" => DAYS.iter().find_map(|it| text.strip_prefix(it)),
            "Mon" => DAYS.iter().find_map(|it| text.strip_prefix(&it[..3])),
            "MST" => {
                let length = text.bytes().take_while(u8::is_ascii_uppercase).count();
                let (name, rest) = text.split_at(length);
                if name == "UTC" || name == "GMT" {
                    self.offset = Some(Offset::UTC);
                }
                (length >= 3).then_some(rest)
            }
            "2006" => {
                let (value, rest) = digits(text, 4, 4)?;
                self.year = i16::try_from(value).ok()?;
                Some(rest)
            }
            "06" => {
                let (value, rest) = digits(text, 2, 2)?;
                let century = if value >= 69 { 1900 } else { 2000 };
                self.year = i16::try_from(value + century).ok()?;
                Some(rest)
            }
            "01" => small(text, 2, &mut self.month),
            "1" => small(text, 1, &mut self.month),
            "02" => small(text, 2, &mut self.day),
            "_2" => small(text.trim_start_matches(' '), 1, &mut self.day),
            "2" => small(text, 1, &mut self.day),
            "15" | "03" => small(text, 2, &mut self.hour),
            "3" => small(text, 1, &mut self.hour),
            "04" => small(text, 2, &mut self.minute),
            "4" => small(text, 1, &mut self.minute),
            "05" => small(text, 2, &mut self.second),
            "5" => small(text, 1, &mut self.second),
            "PM" | "pm" => {
                let (half, rest) = text.split_at_checked(2)?;
                self.afternoon = Some(half.eq_ignore_ascii_case("PM"));
                (self.afternoon == Some(true) || half.eq_ignore_ascii_case("AM")).then_some(rest)
            }
            it if it.starts_with(['-', 'Z']) => self.offset(it, text),
            it if it.starts_with(['.', ',']) => {
                let wanted = it.ends_with('0');
                match text.strip_prefix(['.', ',']) {
                    Some(digits) => self.fraction(digits),
                    None => (!wanted).then_some(text),
                }
            }
            _ => None,
        }
    }

    fn month<'t>(&mut self, text: &'t str, names: &[&str; 12]) -> Option<&'t str> {
        let nth = names.iter().position(|it| text.starts_with(it))?;
        self.month = i8::try_from(nth + 1).ok()?;
        text.strip_prefix(names[nth])
    }

    fn fraction<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let length = text.bytes().take_while(u8::is_ascii_digit).count();
        let (said, rest) = text.split_at(length);
        let padded = format!("{said:0<9}");
        self.nanosecond = padded.get(..9)?.parse().ok()?;
        (length > 0).then_some(rest)
    }

    fn offset<'t>(&mut self, piece: &str, text: &'t str) -> Option<&'t str> {
        if piece.starts_with('Z')
            && let Some(rest) = text.strip_prefix('Z')
        {
            self.offset = Some(Offset::UTC);
            return Some(rest);
        }
        let sign = match text.bytes().next()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let (hours, mut rest) = digits(&text[1..], 2, 2)?;
        let mut seconds = hours * 3600;
        if piece.len() > 3 {
            let after = if piece.contains(':') { rest.strip_prefix(':')? } else { rest };
            let (minutes, after) = digits(after, 2, 2)?;
            seconds += minutes * 60;
            rest = after;
        }
        self.offset = Some(Offset::from_seconds(sign * seconds).ok()?);
        Some(rest)
    }

    fn time(&self, zone: &TimeZone) -> Option<Zoned> {
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let date = Date::new(self.year, self.month, self.day).ok()?;
        let time = Time::new(hour, self.minute, self.second, self.nanosecond).ok()?;
        let zone = self.offset.map_or_else(|| zone.clone(), TimeZone::fixed);
        let zone = if self.offset == Some(Offset::UTC) { TimeZone::UTC } else { zone };
        DateTime::from_parts(date, time).to_zoned(zone).ok()
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn digits(text: &str, least: usize, most: usize) -> Option<(i32, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if length < least {
        return None;
    }
    let (said, rest) = text.split_at(length);
    Some((said.parse().ok()?, rest))
}

fn small<'t>(text: &'t str, least: usize, into: &mut i8) -> Option<&'t str> {
    let (value, rest) = digits(text, least, 2)?;
    *into = i8::try_from(value).ok()?;
    Some(rest)
}

/// A date some years, months and days away. As in Go, what overflows a month goes on in the next.
pub(crate) fn moved(time: &Zoned, years: i64, months: i64, days: i64) -> Option<Zoned> {
    let all = i64::from(time.year()).checked_add(years)?.checked_mul(12)?;
    let all = all.checked_add(i64::from(time.month()) - 1)?.checked_add(months)?;
    let year = i16::try_from(all.div_euclid(12)).ok()?;
    let month = i8::try_from(all.rem_euclid(12) + 1).ok()?;
    let first = Date::new(year, month, 1).ok()?;
    let days = i64::from(time.day() - 1).checked_add(days)?;
    let date = first.checked_add(Span::new().try_days(days).ok()?).ok()?;
    date.to_datetime(time.time()).to_zoned(time.time_zone().clone()).ok()
}

/// `1h30m`, `-1.5s`, `300ms`: nanoseconds.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut sum = 0i128;
    while !rest.is_empty() {
        let length = rest.bytes().take_while(|it| it.is_ascii_digit() || *it == b'.').count();
        let (number, after) = rest.split_at(length);
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && part.is_empty() {
            return None;
        }
        let (name, unit) = UNITS.iter().find(|(name, _)| {
            after.strip_prefix(name).is_some_and(|it| !it.starts_with(char::is_alphabetic))
        })?;
        let unit = i128::from(*unit);
        if !whole.is_empty() {
            sum = sum.checked_add(whole.parse::<i64>().ok().map(i128::from)?.checked_mul(unit)?)?;
        }
        let mut scale = unit;
        for digit in part.bytes().take(18) {
            scale /= 10;
            sum += i128::from(digit.checked_sub(b'0')?) * scale;
        }
        rest = &after[name.len()..];
    }
    let signed = if sign < 0.0 { -sum } else { sum };
    i64::try_from(signed).ok()
}

const UNITS: [(&str, i64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Nanoseconds as Go writes them: `1h30m0s`, `1.5s`, `300ms`, `0s`.
pub(crate) fn shown_duration(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = nanoseconds.unsigned_abs();
    let decimal = |whole: u64, part: u64, digits: usize| {
        let part = format!("{part:0digits$}");
        let part = part.trim_end_matches('0');
        if part.is_empty() { whole.to_string() } else { format!("{whole}.{part}") }
    };
    match size {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{size}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", decimal(size / 1_000, size % 1_000, 3)),
        1_000_000..1_000_000_000 => {
            format!("{sign}{}ms", decimal(size / 1_000_000, size % 1_000_000, 6))
        }
        _ => {
            let all = size / 1_000_000_000;
            let seconds = decimal(all % 60, size % 1_000_000_000, 9);
            match (all / 3600, all / 60 % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// A time some nanoseconds away.
pub(crate) fn later(time: &Zoned, nanoseconds: i64) -> Option<Zoned> {
    let all = time.timestamp().as_nanosecond().checked_add(i128::from(nanoseconds))?;
    Some(Timestamp::from_nanosecond(all).ok()?.to_zoned(time.time_zone().clone()))
}
