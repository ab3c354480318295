//! Equality and order of numbers: by value, not by notation.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::digits::{self, Digits};
use super::{Decimal, Number};

/// By value: 1.0 equals 1.00, and 1e30 equals 1.0e30.
impl<T: PartialEq> PartialEq for Number<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(one), Self::Value(other)) => one == other,
            (Self::Unrepresentable(one), Self::Unrepresentable(other)) => {
                digits::compare(one, other) == Ordering::Equal
            }
            _ => false,
        }
    }
}

impl<T: Eq> Eq for Number<T> {}

impl<T: Hash> Hash for Number<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Value(number) => number.hash(state),
            Self::Unrepresentable(text) => match Digits::new(text) {
                Some(digits) => digits.hash(state),
                None => text.hash(state),
            },
        }
    }
}

/// By value. The result of a [calculation](Decimal) that has no value is greater than every number.
impl<T: PartialOrd + fmt::Display> PartialOrd for Number<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Value(one), Self::Value(other)) => one.partial_cmp(other),
            _ => Some(digits::compare(&self.to_string(), &other.to_string())),
        }
    }
}

impl<T: Ord + fmt::Display> Ord for Number<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Value(one), Self::Value(other)) => one.cmp(other),
            _ => digits::compare(&self.to_string(), &other.to_string()),
        }
    }
}

impl<T: PartialEq> PartialEq<T> for Number<T> {
    fn eq(&self, other: &T) -> bool {
        matches!(self, Self::Value(number) if number == other)
    }
}

impl<T: PartialOrd + fmt::Display> PartialOrd<T> for Number<T> {
    fn partial_cmp(&self, other: &T) -> Option<Ordering> {
        match self {
            Self::Value(number) => number.partial_cmp(other),
            Self::Unrepresentable(text) => Some(digits::compare(text, &other.to_string())),
        }
    }
}

/// Compares an amount with integers, by value and by reference.
macro_rules! integers {
    ($($integer:ty)*) => {$(
        integers!(@ $integer: Decimal &Decimal);

        impl PartialEq<Decimal> for $integer {
            fn eq(&self, other: &Decimal) -> bool {
                other == self
            }
        }

        impl PartialOrd<Decimal> for $integer {
            fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
                other.partial_cmp(self).map(Ordering::reverse)
            }
        }
    )*};
    (@ $integer:ty: $($amount:ty)*) => {$(
        impl PartialEq<$integer> for $amount {
            fn eq(&self, other: &$integer) -> bool {
                let amount: &Decimal = self;
                *amount == rust_decimal::Decimal::from(*other)
            }
        }

        impl PartialOrd<$integer> for $amount {
            fn partial_cmp(&self, other: &$integer) -> Option<Ordering> {
                let amount: &Decimal = self;
                amount.partial_cmp(&rust_decimal::Decimal::from(*other))
            }
        }
    )*};
}

integers! { i32 i64 u32 u64 usize }
