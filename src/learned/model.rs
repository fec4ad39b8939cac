//! The model as it lies in its file: weights as bytes, read where they lie.
//!
//! A weight takes eight bits; the loss is within the noise of the measurement, and the whole model
//! fits the cache of a processor.

use std::borrow::Cow;

use thiserror::Error;

use super::features::SLOT_BITS;
use crate::flat::{Reader, Writer};

/// The categories that the model tells apart, in the order of their weights.
pub const CATEGORIES: [&str; 12] = [
    "not-my-job",
    "blame-others",
    "they-distancing",
    "policy-shield",
    "no-control",
    "helplessness",
    "fault-denial",
    "ignorance",
    "customer-blame",
    "runaround",
    "no-owner",
    "excuse",
];

/// Begins every model, with the version of its layout.
const SIGNATURE: u32 = 0x6273_0001;

/// How many bits of a slot's number tell the slot of its categories.
const CATEGORY_BITS: u32 = 15;

/// Of the sentences that are learned from, one in six deflects; of those in real public replies,
/// about one in forty. So many fewer, as a logarithm of the odds, are expected there.
const RARITY_IN_PUBLIC: f32 = 3.0;

/// Weights as they are learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// What every sentence starts from.
    pub bias: f32,
    /// By their slots.
    pub slots: Vec<f32>,
    /// What each category starts from.
    pub category_bias: [f32; 12],
    /// Twelve for each slot of a category.
    pub categories: Vec<f32>,
    /// From the sum of weights to the logarithm of the odds: factor and offset.
    pub calibration: [f32; 2],
}

/// A model, as read.
#[derive(Clone, Debug)]
pub struct Model {
    bytes: Cow<'static, [u8]>,
    slots: std::ops::Range<usize>,
    categories: std::ops::Range<usize>,
    numbers: Vec<f32>,
}

/// Why bytes are no model.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ModelError {
    /// Other bytes.
    #[error("this is no model of buckstop; `buckstop learn` writes one")]
    Foreign,
    /// A model of another layout, or one that was cut off.
    #[error("this model is of another version, or cut off; write it anew with `buckstop learn`")]
    Damaged,
}

impl Model {
    /// Reads a model.
    ///
    /// # Errors
    /// If the bytes are none, or not all of one.
    pub fn new(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, ModelError> {
        let bytes = bytes.into();
        let mut reader = Reader::new(&bytes);
        let head: Vec<u32> = reader.numbers().iter().collect();
        let (slots, categories) = (reader.stretches(), reader.stretches());
        let [signature, numbers @ ..] = head.as_slice() else { return Err(ModelError::Foreign) };
        if *signature != SIGNATURE {
            return Err(ModelError::Foreign);
        }
        let whole = numbers.len() == NUMBERS
            && [slots.len(), categories.len()] == [1, 1]
            && slots.get(0).len() == 1 << SLOT_BITS
            && categories.get(0).len() == CATEGORIES.len() << CATEGORY_BITS;
        if !whole {
            return Err(ModelError::Damaged);
        }
        let place = |part: &[u8]| {
            let start = part.as_ptr().addr() - bytes.as_ptr().addr();
            start..start + part.len()
        };
        let (slots, categories) = (place(slots.get(0)), place(categories.get(0)));
        let numbers = numbers.iter().map(|&bits| f32::from_bits(bits)).collect();
        Ok(Self { bytes, slots, categories, numbers })
    }

    /// The weights of the slots; each times [`Model::unit`].
    #[must_use]
    pub fn slots(&self) -> &[u8] {
        &self.bytes[self.slots.clone()]
    }

    /// The weights that a slot has for the categories; each times [`Model::category_unit`].
    #[must_use]
    #[inline]
    pub fn categories(&self, slot: usize) -> &[u8] {
        let at = category_slot(slot) * CATEGORIES.len();
        &self.bytes[self.categories.clone()][at..at + CATEGORIES.len()]
    }

    /// What a weight of one counts for.
    #[must_use]
    pub fn unit(&self) -> f32 {
        self.numbers[0]
    }

    /// What a category's weight of one counts for.
    #[must_use]
    pub fn category_unit(&self) -> f32 {
        self.numbers[1]
    }

    /// What every sentence starts from.
    #[must_use]
    pub fn bias(&self) -> f32 {
        self.numbers[2]
    }

    /// What each category starts from.
    #[must_use]
    pub fn category_bias(&self) -> &[f32] {
        &self.numbers[5..]
    }

    /// How likely a sentence of this sum of weights is to deflect, from 0 to 1.
    #[must_use]
    pub fn probability(&self, sum: f32, public_reply: bool) -> f32 {
        let rarity = if public_reply { RARITY_IN_PUBLIC } else { 0.0 };
        let odds = f64::from(self.numbers[3] * sum + self.numbers[4] - rarity);
        (1.0 / (1.0 + libm::exp(-odds))) as f32
    }

    /// The weights, as far as their bytes tell.
    #[must_use]
    pub fn weights(&self) -> Weights {
        let of = |bytes: &[u8], unit: f32| -> Vec<f32> {
            bytes.iter().map(|&byte| f32::from(byte.cast_signed()) * unit).collect()
        };
        let mut category_bias = [0.0; CATEGORIES.len()];
        category_bias.copy_from_slice(self.category_bias());
        Weights {
            bias: self.bias(),
            slots: of(self.slots(), self.unit()),
            category_bias,
            categories: of(&self.bytes[self.categories.clone()], self.category_unit()),
            calibration: [self.numbers[3], self.numbers[4]],
        }
    }
}

/// How many numbers stand before the weights: two units, a bias, the calibration, a bias for each
/// category.
const NUMBERS: usize = 5 + CATEGORIES.len();

/// The slot of the categories' weights that belongs to a slot.
#[must_use]
#[inline]
pub fn category_slot(slot: usize) -> usize {
    slot >> (SLOT_BITS - CATEGORY_BITS)
}

impl Weights {
    /// None yet.
    #[must_use]
    pub fn none() -> Self {
        Self {
            bias: 0.0,
            slots: vec![0.0; 1 << SLOT_BITS],
            category_bias: [0.0; CATEGORIES.len()],
            categories: vec![0.0; CATEGORIES.len() << CATEGORY_BITS],
            calibration: [1.0, 0.0],
        }
    }

    /// The bytes of the model; the same weights give the same bytes everywhere.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (slots, unit) = in_bytes(&self.slots);
        let (categories, category_unit) = in_bytes(&self.categories);
        let numbers = [unit, category_unit, self.bias, self.calibration[0], self.calibration[1]];
        let numbers = numbers.iter().chain(&self.category_bias).map(|number| number.to_bits());
        let mut writer = Writer::default();
        writer.numbers(std::iter::once(SIGNATURE).chain(numbers));
        writer.stretches([slots]);
        writer.stretches([categories]);
        writer.finish()
    }
}

/// Weights in eight bits each, and what one of them counts for. The few largest are cut, so that
/// the many small ones keep their differences.
fn in_bytes(weights: &[f32]) -> (Vec<u8>, f32) {
    const KEPT: usize = 3000;
    let mut sizes: Vec<f32> = weights.iter().map(|w| w.abs()).filter(|&w| w > 0.0).collect();
    sizes.sort_unstable_by(|a, b| b.total_cmp(a));
    let largest = sizes.get(sizes.len() / KEPT).copied().unwrap_or(1.0);
    let unit = largest / 127.0;
    let byte = |&weight: &f32| (weight / unit).round().clamp(-127.0, 127.0) as i8;
    (weights.iter().map(|weight| byte(weight).cast_unsigned()).collect(), unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes() -> Vec<u8> {
        let mut weights = Weights::none();
        weights.bias = -0.5;
        weights.slots[7] = 2.0;
        weights.categories[12] = -1.0;
        weights.to_bytes()
    }

    #[test]
    fn what_was_written_is_read() {
        let model = Model::new(bytes()).expect("a model");
        assert_eq!((model.bias().to_bits(), model.slots()[7]), ((-0.5_f32).to_bits(), 127));
        let weights = model.weights();
        assert!(
            (weights.slots[7] - 2.0).abs() < 1e-6 && (weights.categories[12] + 1.0).abs() < 1e-6
        );
    }

    #[test]
    fn what_is_no_model_is_refused() {
        assert_eq!(Model::new(&b""[..]).map(drop), Err(ModelError::Foreign));
        assert_eq!(Model::new(&b"nothing of the kind"[..]).map(drop), Err(ModelError::Foreign));
        let whole = bytes();
        for length in [0, 1, 4, 30, 70, 100, 1000, whole.len() / 2, whole.len() - 1] {
            assert!(Model::new(whole[..length].to_vec()).is_err(), "{length} bytes");
        }
        for at in 0..28 {
            for byte in [0, 1, 0x7F, 0xFF] {
                let mut damaged = whole.clone();
                damaged[at] = byte;
                // It is refused, or it is whole; it never breaks a run.
                if let Ok(model) = Model::new(damaged) {
                    assert_eq!(model.slots().len(), 1 << SLOT_BITS);
                }
            }
        }
    }
}
