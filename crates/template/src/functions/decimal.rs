//! Decimal fractions, in which sprig counts: there 0.1 + 0.2 is 0.3.

/// A number as digits and a power of ten.
#[derive(Clone, Copy, Debug)]
struct Decimal {
    digits: i128,
    power: i32,
}

/// Digits after the point that a quotient has, as in sprig.
const QUOTIENT_DIGITS: i32 = 16;

impl Decimal {
    fn of(value: f64) -> Option<Self> {
        let text = format!("{value:e}");
        let (mantissa, power) = text.split_once('e')?;
        let after = mantissa.split_once('.').map_or(0, |it| it.1.len());
        let digits = mantissa.replace('.', "").parse().ok()?;
        Some(Self { digits, power: power.parse::<i32>().ok()? - i32::try_from(after).ok()? })
    }

    fn float(self) -> Option<f64> {
        format!("{}e{}", self.digits, self.power).parse().ok()
    }

    /// The digits at a lower power. `None` if they become too many.
    fn at(self, power: i32) -> Option<i128> {
        let shift = u32::try_from(self.power.checked_sub(power)?).ok()?;
        self.digits.checked_mul(10i128.checked_pow(shift)?)
    }
}

fn combined(left: f64, right: f64, apply: fn(Decimal, Decimal) -> Option<Decimal>) -> Option<f64> {
    apply(Decimal::of(left)?, Decimal::of(right)?)?.float()
}

pub(super) fn sum(left: f64, right: f64) -> f64 {
    let exact = combined(left, right, |left, right| {
        let power = left.power.min(right.power);
        Some(Decimal { digits: left.at(power)?.checked_add(right.at(power)?)?, power })
    });
    exact.unwrap_or(left + right)
}

pub(super) fn product(left: f64, right: f64) -> f64 {
    let exact = combined(left, right, |left, right| {
        let digits = left.digits.checked_mul(right.digits)?;
        Some(Decimal { digits, power: left.power.checked_add(right.power)? })
    });
    exact.unwrap_or(left * right)
}

/// The caller has seen that `right` is not zero.
pub(super) fn quotient(left: f64, right: f64) -> f64 {
    let exact = combined(left, right, |left, right| {
        let dividend = left.at(right.power.checked_sub(QUOTIENT_DIGITS)?)?;
        let (whole, rest) = (dividend / right.digits, dividend % right.digits);
        let up = rest.unsigned_abs() * 2 >= right.digits.unsigned_abs();
        let sign = dividend.signum() * right.digits.signum();
        Some(Decimal { digits: whole + if up { sign } else { 0 }, power: -QUOTIENT_DIGITS })
    });
    exact.unwrap_or(left / right)
}
