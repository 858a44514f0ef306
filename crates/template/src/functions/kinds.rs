//! sprig's functions of any value: defaults, choices, types.

use super::{ANY, Args, Entry};
use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("default", 1, 2, |_, a| Ok(if a.get(1).is_true() { a.get(1) } else { a.get(0) }.clone())),
    Entry("empty", 1, 1, |_, a| Ok(Value::Bool(!a.get(0).is_true()))),
    Entry("coalesce", 0, ANY, |_, a| {
        Ok(a.all().iter().find(|it| it.is_true()).cloned().unwrap_or(Value::Nil))
    }),
    Entry("all", 0, ANY, |_, a| Ok(Value::Bool(a.all().iter().all(Value::is_true)))),
    Entry("any", 0, ANY, |_, a| Ok(Value::Bool(a.all().iter().any(Value::is_true)))),
    Entry("ternary", 3, 3, |_, a| Ok(a.get(usize::from(!a.bool(2)?)).clone())),
    Entry("typeOf", 1, 1, |_, a| Ok(Value::text(a.get(0).type_name()))),
    Entry("typeIs", 2, 2, |_, a| Ok(Value::Bool(**a.text(0)? == *a.get(1).type_name()))),
    Entry("typeIsLike", 2, 2, |_, a| {
        let (wanted, name) = (a.text(0)?, a.get(1).type_name());
        Ok(Value::Bool(**wanted == *name || name.strip_prefix('*') == Some(wanted)))
    }),
    Entry("kindOf", 1, 1, |_, a| Ok(Value::text(a.get(0).kind_name()))),
    Entry("kindIs", 2, 2, |_, a| Ok(Value::Bool(**a.text(0)? == *a.get(1).kind_name()))),
    Entry("deepEqual", 2, 2, deep_equal),
    Entry("fail", 1, 1, |_, a| Err(CallError::failed(&**a.text(0)?))),
    Entry("hello", 0, 0, |_, _| Ok(Value::text("Hello!"))),
];

fn deep_equal(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    Ok(Value::Bool(runtime.equal(a.get(0), a.get(1))?))
}
