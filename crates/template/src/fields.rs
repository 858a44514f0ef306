//! `.key` after a value: entries of maps, and the few methods that times and versions have.

use jiff::{Zoned, tz::TimeZone};

use crate::{
    dates,
    engine::fault,
    error::Fault,
    runtime::{CallError, Runtime},
    syntax::Key,
    value::Value,
};

/// `value.key`. A missing key is an error that names the keys from the first on.
pub(crate) fn field(
    runtime: &mut Runtime<'_>,
    value: &Value,
    key: &Key,
    all: &[Key],
) -> Result<Value, Fault> {
    if let Value::Map(map) = value {
        let found = map.get(&key.name).or_else(|| {
            // Outputs are kept under `create_account`, and written `create-account` too.
            if key.name.contains('-') { map.get(&key.name.replace('-', "_")) } else { None }
        });
        return found.ok_or_else(|| Fault::missing(key.at, missing(key, all)));
    }
    if matches!(value, Value::Nil) {
        return Err(Fault::missing(key.at, format!("there is no `{}` in nothing", key.name)));
    }
    method(runtime, value, &key.name, &[]).map_err(|error| fault(key.at, &error))
}

fn missing(key: &Key, all: &[Key]) -> String {
    let mut path = String::new();
    for it in all {
        path.push('.');
        path.push_str(&it.name);
        if it.at == key.at {
            break;
        }
    }
    format!("`{path}` is not set: there is no key `{}`", key.name)
}

/// `value.name arguments…`
pub(crate) fn method(
    runtime: &mut Runtime<'_>,
    value: &Value,
    name: &str,
    arguments: &[Value],
) -> Result<Value, CallError> {
    let unknown = || {
        CallError::failed(if matches!(value, Value::Map(_)) {
            format!("`{name}` is no function, so it takes no arguments")
        } else {
            format!("{} has no field `{name}`", value.type_name())
        })
    };
    let found = match value {
        Value::Time(time) => of_time(runtime, time, name, arguments)?,
        Value::Version(version) => of_version(version, name, arguments),
        Value::Nil
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Map(_) => None,
    };
    found.ok_or_else(unknown)
}

fn of_time(
    runtime: &mut Runtime<'_>,
    time: &Zoned,
    name: &str,
    arguments: &[Value],
) -> Result<Option<Value>, CallError> {
    let number = |it: i64| Some(Value::Int(it));
    Ok(match (name, arguments) {
        ("Format", [Value::Text(layout)]) => {
            runtime.room(layout.len() * 4)?;
            Some(Value::text(dates::format(layout, time)))
        }
        ("Unix", []) => number(time.timestamp().as_second()),
        ("UnixMilli", []) => number(time.timestamp().as_millisecond()),
        ("Year", []) => number(time.year().into()),
        ("Month", []) => Some(Value::text(dates::format("January", time))),
        ("Weekday", []) => Some(Value::text(dates::format("Monday", time))),
        ("Day", []) => number(time.day().into()),
        ("Hour", []) => number(time.hour().into()),
        ("Minute", []) => number(time.minute().into()),
        ("Second", []) => number(time.second().into()),
        ("YearDay", []) => number(time.day_of_year().into()),
        ("UTC", []) => Some(Value::Time(time.with_time_zone(TimeZone::UTC).into())),
        ("AddDate", [Value::Int(years), Value::Int(months), Value::Int(days)]) => {
            let moved = dates::moved(time, *years, *months, *days);
            Some(Value::Time(
                moved.ok_or_else(|| CallError::failed("the date is out of range"))?.into(),
            ))
        }
        _ => None,
    })
}

fn of_version(version: &semver::Version, name: &str, arguments: &[Value]) -> Option<Value> {
    let number = |it: u64| Some(Value::Int(i64::try_from(it).unwrap_or(i64::MAX)));
    match (name, arguments) {
        ("Major", []) => number(version.major),
        ("Minor", []) => number(version.minor),
        ("Patch", []) => number(version.patch),
        ("Prerelease", []) => Some(Value::text(version.pre.as_str())),
        ("Metadata", []) => Some(Value::text(version.build.as_str())),
        ("String" | "Original", []) => Some(Value::text(version.to_string())),
        ("Compare", [Value::Version(other)]) => {
            Some(Value::Int(version.cmp_precedence(other) as i64))
        }
        _ => None,
    }
}
