//! sprig's functions of dates. The clock and the zone are the world's.

use jiff::{Timestamp, Zoned, tz::TimeZone};

use super::{Args, Entry, args::wrong};
use crate::{
    dates,
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("now", 0, 0, |r, _| Ok(time(r.now()))),
    Entry("date", 2, 2, |r, a| shown(r, a, a.text(0)?, None)),
    Entry("dateInZone", 3, 3, |r, a| shown(r, a, a.text(0)?, Some(a.text(2)?))),
    Entry("date_in_zone", 3, 3, |r, a| shown(r, a, a.text(0)?, Some(a.text(2)?))),
    Entry("htmlDate", 1, 1, |r, a| {
        let at = moment(r, a.get(0));
        Ok(Value::text(dates::format("2006-01-02", &at.with_time_zone(r.zone.clone()))))
    }),
    Entry("htmlDateInZone", 2, 2, |r, a| {
        let zone = TimeZone::get(a.text(1)?).unwrap_or(TimeZone::UTC);
        Ok(Value::text(dates::format("2006-01-02", &moment(r, a.get(0)).with_time_zone(zone))))
    }),
    Entry("dateModify", 2, 2, |_, a| modified(a).or_else(|_| Ok(a.get(1).clone()))),
    Entry("date_modify", 2, 2, |_, a| modified(a).or_else(|_| Ok(a.get(1).clone()))),
    Entry("mustDateModify", 2, 2, |_, a| modified(a)),
    Entry("must_date_modify", 2, 2, |_, a| modified(a)),
    Entry("toDate", 2, 2, |r, a| parsed(r, a).or_else(|_| Ok(time(zero())))),
    Entry("mustToDate", 2, 2, parsed),
    Entry("unixEpoch", 1, 1, |_, a| {
        Ok(Value::text(given(a.get(0))?.timestamp().as_second().to_string()))
    }),
    Entry("ago", 1, 1, ago),
    Entry("duration", 1, 1, |_, a| {
        let seconds = match a.get(0) {
            Value::Text(it) => it.parse().unwrap_or(0),
            Value::Int(it) => *it,
            _ => 0,
        };
        Ok(Value::text(dates::shown_duration(seconds.saturating_mul(1_000_000_000))))
    }),
    Entry("durationRound", 1, 1, rounded),
];

fn time(at: Zoned) -> Value {
    Value::Time(at.into())
}

/// The time that Go has where none is.
fn zero() -> Zoned {
    // 1 January of the year 1.
    Timestamp::from_second(-62_135_596_800).unwrap_or_default().to_zoned(TimeZone::UTC)
}

/// A time, or seconds since 1970; now for anything else.
fn moment(runtime: &Runtime<'_>, value: &Value) -> Zoned {
    match value {
        Value::Time(it) => (**it).clone(),
        Value::Int(it) => match Timestamp::from_second(*it) {
            Ok(at) => at.to_zoned(runtime.zone.clone()),
            Err(_) => zero(),
        },
        _ => runtime.now(),
    }
}

fn given(value: &Value) -> Result<&Zoned, CallError> {
    match value {
        Value::Time(it) => Ok(it),
        other => Err(wrong("a time", other)),
    }
}

fn shown(
    runtime: &mut Runtime<'_>,
    a: Args<'_>,
    layout: &str,
    zone: Option<&str>,
) -> Result<Value, CallError> {
    runtime.room(layout.len() * 4)?;
    let zone = match zone {
        None | Some("Local") => runtime.zone.clone(),
        Some(name) => TimeZone::get(name).unwrap_or(TimeZone::UTC),
    };
    Ok(Value::text(dates::format(layout, &moment(runtime, a.get(1)).with_time_zone(zone))))
}

fn modified(a: Args<'_>) -> Result<Value, CallError> {
    let text = a.text(0)?;
    let by = dates::duration(text)
        .ok_or_else(|| CallError::failed(format!("`{text}` is no duration")))?;
    let at = dates::later(given(a.get(1))?, by);
    Ok(time(at.ok_or_else(|| CallError::failed("the date is out of range"))?))
}

fn parsed(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (layout, text) = (a.text(0)?, a.text(1)?);
    let found = dates::parse(layout, text, &runtime.zone);
    Ok(time(
        found.ok_or_else(|| CallError::failed(format!("`{text}` is no date like `{layout}`")))?,
    ))
}

fn since(runtime: &Runtime<'_>, at: &Zoned) -> i64 {
    let between = runtime.now().timestamp().as_nanosecond() - at.timestamp().as_nanosecond();
    i64::try_from(between).unwrap_or(i64::MAX)
}

fn ago(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    const SECOND: i64 = 1_000_000_000;
    let between = since(runtime, &moment(runtime, a.get(0)));
    let seconds = between / SECOND + (between % SECOND * 2) / SECOND;
    Ok(Value::text(dates::shown_duration(seconds.saturating_mul(SECOND))))
}

/// The greatest unit of a duration: `2h`, `3d`, `1y`.
fn rounded(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let nanoseconds = match a.get(0) {
        Value::Text(it) => dates::duration(it).unwrap_or(0),
        Value::Int(it) => *it,
        Value::Time(it) => since(runtime, it),
        _ => 0,
    };
    let seconds = nanoseconds.unsigned_abs() / 1_000_000_000;
    let units =
        [(31_536_000, "y"), (2_592_000, "mo"), (86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    // As in sprig, exactly one unit still counts in the one below.
    let whole = nanoseconds.unsigned_abs() % 1_000_000_000 == 0;
    let found = units.iter().find(|it| seconds > it.0 || (seconds == it.0 && !whole));
    Ok(Value::text(
        found.map_or_else(|| "0s".to_owned(), |it| format!("{}{}", seconds / it.0, it.1)),
    ))
}
