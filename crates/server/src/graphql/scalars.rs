//! Scalars that GraphQL does not have.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use model::time::Timestamp as Moment;

/// Milliseconds since 1970, as an integer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timestamp(pub(super) Moment);

#[Scalar]
impl ScalarType for Timestamp {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number.as_i64().map(|it| Self(Moment::from_millis(it))),
            Value::Null
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_)
            | Value::List(_)
            | Value::Object(_) => None,
        }
        .ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::from(self.0.as_millis())
    }
}
