//! Floating-point numbers as Go writes them.

/// The power of ten from which on the shortest form has an exponent.
pub(super) const SHORTEST: i32 = 6;

/// `%v`: the shortest text that reads back as the same number; an exponent below 1e-4 and from 1e6 on.
pub(crate) fn plain_float(value: f64) -> String {
    general(value, None, 'e', SHORTEST)
}

/// As Go's `encoding/json` writes it: an exponent below 1e-6 and from 1e21 on.
pub(crate) fn json_number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = exponent(value, None, 'e');
        return text.replace("e-0", "e-");
    }
    format!("{value}")
}

/// `%g`: `precision` digits, or the fewest that say the number.
pub(super) fn general(
    value: f64,
    precision: Option<usize>,
    letter: char,
    threshold: i32,
) -> String {
    if !value.is_finite() {
        return special(value);
    }
    let wanted = precision.map(|it| it.max(1));
    let scientific = match wanted {
        Some(digits) => format!("{value:.*e}", digits - 1),
        None => format!("{value:e}"),
    };
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or_default();
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    let digits = mantissa.trim_start_matches('-').len() - usize::from(mantissa.contains('.'));
    let digits = i32::try_from(digits).unwrap_or(i32::MAX);
    let limit = match wanted {
        Some(wanted) => {
            let wanted = i32::try_from(wanted).unwrap_or(i32::MAX);
            if wanted > digits && digits > power { digits } else { wanted }
        }
        None => threshold,
    };
    if power < -4 || power >= limit {
        return with_power(mantissa, power, letter);
    }
    let decimals = usize::try_from((digits - 1 - power).max(0)).unwrap_or_default();
    format!("{value:.decimals$}")
}

/// `%e`
pub(super) fn exponent(value: f64, precision: Option<usize>, letter: char) -> String {
    if !value.is_finite() {
        return special(value);
    }
    let scientific = match precision {
        Some(digits) => format!("{value:.digits$e}"),
        None => format!("{value:e}"),
    };
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    with_power(mantissa, power.parse().unwrap_or_default(), letter)
}

/// `%f`
pub(super) fn fixed(value: f64, precision: usize) -> String {
    if value.is_finite() { format!("{value:.precision$}") } else { special(value) }
}

fn with_power(mantissa: &str, power: i32, letter: char) -> String {
    let sign = if power < 0 { '-' } else { '+' };
    format!("{mantissa}{letter}{sign}{:02}", power.unsigned_abs())
}

fn special(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value > 0.0 {
        "+Inf".to_owned()
    } else {
        "-Inf".to_owned()
    }
}
