//! What one rendering has used up and may still use, and what its functions draw from.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use jiff::{Timestamp, Zoned, tz::TimeZone};
use regex::{Regex, RegexBuilder};
use sha2::{Digest as _, Sha256};

use crate::{
    error::ErrorKind,
    value::{MAX_DEPTH, Value},
    world::{Limits, World},
};

/// A compiled pattern may take this much, so that a short one cannot fill the memory.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Patterns kept compiled within one rendering.
const KEPT_PATTERNS: usize = 32;

/// Why a function gave no value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("wanted {wanted}, got {got}")]
    Type { wanted: &'static str, got: &'static str },
    #[error("{message}")]
    Failed { message: String },
    #[error("{message}")]
    Missing { message: String },
    /// In a template that this one includes.
    #[error("{message}")]
    Inner { kind: ErrorKind, message: String },
    #[error("not supported: {why}")]
    Unsupported { why: &'static str },
    #[error("nested deeper than {MAX_DEPTH}")]
    Deep,
    #[error("the template takes more than {limit} steps")]
    Steps { limit: u64 },
    #[error("the template makes more than {limit} bytes")]
    Bytes { limit: usize },
}

impl CallError {
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed { message: message.into() }
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Deep | Self::Steps { .. } | Self::Bytes { .. } => ErrorKind::Limit,
            Self::Missing { .. } => ErrorKind::Missing,
            Self::Inner { kind, .. } => *kind,
            Self::Type { .. } | Self::Failed { .. } | Self::Unsupported { .. } => ErrorKind::Failed,
        }
    }
}

pub(crate) struct Runtime<'w> {
    pub(crate) world: &'w World<'w>,
    /// The template that is rendered: what `include` is relative to.
    pub(crate) name: String,
    /// The names that `templateIsDefined` knows.
    pub(crate) defined: Vec<Arc<str>>,
    pub(crate) depth: usize,
    /// Times as they stand in dates.
    pub(crate) zone: TimeZone,
    steps: u64,
    bytes: usize,
    drawn: u64,
    patterns: HashMap<Arc<str>, Rc<Regex>>,
}

impl<'w> Runtime<'w> {
    pub(crate) fn new(name: &str, world: &'w World<'w>, left: Limits) -> Self {
        Self {
            world,
            name: name.to_owned(),
            defined: Vec::new(),
            depth: 0,
            zone: TimeZone::get(world.zone).unwrap_or(TimeZone::UTC),
            steps: left.steps,
            bytes: left.bytes,
            drawn: 0,
            patterns: HashMap::new(),
        }
    }

    /// What may still be used.
    pub(crate) fn left(&self) -> Limits {
        Limits { steps: self.steps, bytes: self.bytes, depth: self.world.limits.depth }
    }

    /// Uses up steps.
    pub(crate) fn step(&mut self, steps: u64) -> Result<(), CallError> {
        let limit = self.world.limits.steps;
        self.steps = self.steps.checked_sub(steps).ok_or(CallError::Steps { limit })?;
        Ok(())
    }

    /// Uses up bytes, before they are made.
    pub(crate) fn room(&mut self, bytes: usize) -> Result<(), CallError> {
        let limit = self.world.limits.bytes;
        self.bytes = self.bytes.checked_sub(bytes).ok_or(CallError::Bytes { limit })?;
        Ok(())
    }

    pub(crate) fn now(&self) -> Zoned {
        let at = Timestamp::from_millisecond(self.world.now_ms).unwrap_or_default();
        at.to_zoned(self.zone.clone())
    }

    /// Bytes that nobody foresees who does not know the seed.
    pub(crate) fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let mut hash = Sha256::new();
        hash.update(self.world.seed);
        hash.update(self.drawn.to_le_bytes());
        hash.update(self.name.as_bytes());
        hash.finalize().into()
    }

    /// A number below `bound`, each as likely as the others but for one in 2⁶⁴ parts.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let bytes = self.draw();
        let wide = u128::from_le_bytes(bytes[..16].try_into().expect("16 of 32 bytes"));
        u64::try_from(wide % u128::from(bound.max(1))).expect("below a bound of 64 bits")
    }

    pub(crate) fn pattern(&mut self, text: &str) -> Result<Rc<Regex>, CallError> {
        if let Some(found) = self.patterns.get(text) {
            return Ok(found.clone());
        }
        // Compiling a short pattern takes as long as a hundred actions.
        self.step(100 + 10 * text.len() as u64)?;
        let made = RegexBuilder::new(text).size_limit(MAX_PATTERN_BYTES).nest_limit(100).build();
        let made = Rc::new(made.map_err(|error| {
            let full = error.to_string();
            let last = full.lines().last().unwrap_or_default();
            CallError::failed(format!(
                "`{text}` is no pattern: {}",
                last.trim_start_matches("error: ")
            ))
        })?);
        if self.patterns.len() < KEPT_PATTERNS {
            self.patterns.insert(text.into(), made.clone());
        }
        Ok(made)
    }

    /// Whether two values are the same all the way down.
    pub(crate) fn equal(&mut self, left: &Value, right: &Value) -> Result<bool, CallError> {
        self.equal_at(left, right, MAX_DEPTH)
    }

    fn equal_at(&mut self, left: &Value, right: &Value, depth: usize) -> Result<bool, CallError> {
        let depth = depth.checked_sub(1).ok_or(CallError::Deep)?;
        self.step(1)?;
        Ok(match (left, right) {
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Int(left), Value::Int(right)) => left == right,
            (Value::Float(left), Value::Float(right)) => left == right,
            (Value::Text(left), Value::Text(right)) => left == right,
            (Value::Time(left), Value::Time(right)) => left == right,
            (Value::Version(left), Value::Version(right)) => left == right,
            (Value::List(left), Value::List(right)) => {
                if left.items().len() != right.items().len() {
                    return Ok(false);
                }
                for (left, right) in left.items().iter().zip(right.items()) {
                    if !self.equal_at(left, right, depth)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Value::Map(left), Value::Map(right)) => {
                let (left, right) = (left.entries(), right.entries());
                if left.len() != right.len() {
                    return Ok(false);
                }
                for ((key, left), (other, right)) in left.iter().zip(right.iter()) {
                    if key != other || !self.equal_at(left, right, depth)? {
                        return Ok(false);
                    }
                }
                true
            }
            _ => false,
        })
    }
}
