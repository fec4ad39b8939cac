//! Arrays of small values, serialised as their bytes.
//!
//! The prepared pack holds a hundred thousand instructions and word numbers. Read one by one
//! they took most of the time of a start; read as bytes they take next to none.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;

use super::program::Inst;
use crate::language::WordId;

/// A value of a fixed number of bytes, little-endian.
pub(super) trait Raw: Copy {
    /// How many bytes it has.
    const SIZE: usize;

    /// Appends its bytes.
    fn write(self, bytes: &mut Vec<u8>);

    /// Reads it from as many bytes; nothing if they stand for no such value.
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Raw for u32 {
    const SIZE: usize = 4;

    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_le_bytes)
    }
}

impl Raw for WordId {
    const SIZE: usize = u32::SIZE;

    fn write(self, bytes: &mut Vec<u8>) {
        self.0.write(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        u32::read(bytes).map(Self)
    }
}

impl Raw for Inst {
    const SIZE: usize = 9;

    fn write(self, bytes: &mut Vec<u8>) {
        let (code, first, second) = match self {
            Self::Set(set) => (0, set, 0),
            Self::Any => (1, 0, 0),
            Self::Capital => (2, 0, 0),
            Self::Name => (3, 0, 0),
            Self::Ing => (4, 0, 0),
            Self::Ed => (5, 0, 0),
            Self::Capitals => (6, 0, 0),
            Self::List(list) => (7, list, 0),
            Self::GapWord => (8, 0, 0),
            Self::Loosen => (9, 0, 0),
            Self::ClauseStart => (10, 0, 0),
            Self::ClauseEnd => (11, 0, 0),
            Self::Split(first, second) => (12, first, second),
            Self::Switch(number) => (13, number, 0),
            Self::Jump(to) => (14, to, 0),
            Self::Save(slot) => (15, slot, 0),
            Self::Match => (16, 0, 0),
        };
        bytes.push(code);
        first.write(bytes);
        second.write(bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let first = u32::read(bytes.get(1..5)?)?;
        let second = u32::read(bytes.get(5..9)?)?;
        Some(match bytes[0] {
            0 => Self::Set(first),
            1 => Self::Any,
            2 => Self::Capital,
            3 => Self::Name,
            4 => Self::Ing,
            5 => Self::Ed,
            6 => Self::Capitals,
            7 => Self::List(first),
            8 => Self::GapWord,
            9 => Self::Loosen,
            10 => Self::ClauseStart,
            11 => Self::ClauseEnd,
            12 => Self::Split(first, second),
            13 => Self::Switch(first),
            14 => Self::Jump(first),
            15 => Self::Save(first),
            16 => Self::Match,
            _ => return None,
        })
    }
}

/// For `#[serde(with = "raw")]`.
pub(super) fn serialize<T: Raw, S: Serializer>(
    values: &[T],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity(values.len() * T::SIZE);
    for value in values {
        value.write(&mut bytes);
    }
    serializer.serialize_bytes(&bytes)
}

/// For `#[serde(with = "raw")]`.
pub(super) fn deserialize<'de, T: Raw, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_bytes(Bytes(PhantomData))
}

struct Bytes<T>(PhantomData<T>);

impl<T: Raw> Visitor<'_> for Bytes<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes of an array")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<T>, E> {
        let mut values = Vec::with_capacity(bytes.len() / T::SIZE);
        for value in bytes.chunks_exact(T::SIZE) {
            values.push(T::read(value).ok_or_else(|| E::custom("these bytes are no such value"))?);
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_survives() {
        let insts = [
            Inst::Set(70_000),
            Inst::Any,
            Inst::Capital,
            Inst::Name,
            Inst::Ing,
            Inst::Ed,
            Inst::Capitals,
            Inst::List(3),
            Inst::GapWord,
            Inst::Loosen,
            Inst::ClauseStart,
            Inst::ClauseEnd,
            Inst::Split(1, u32::MAX),
            Inst::Switch(4),
            Inst::Jump(5),
            Inst::Save(6),
            Inst::Match,
        ];
        for inst in insts {
            let mut bytes = Vec::new();
            inst.write(&mut bytes);
            assert_eq!((bytes.len(), Inst::read(&bytes)), (Inst::SIZE, Some(inst)));
        }
        assert_eq!(Inst::read(&[99; 9]), None);
    }
}
