//! Calculating with amounts.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

use rust_decimal::RoundingStrategy::MidpointAwayFromZero;

use super::{Decimal, Number};

/// The result of a calculation without a value. It is not JSON, so that it is never sent.
const NOT_A_NUMBER: &str = "NaN";

/// A number that can stand beside a [`Decimal`] in a calculation.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used in a calculation with a `Decimal`",
    note = "operands are `Decimal`, `rust_decimal::Decimal`, references to them, and integers",
    note = "a binary fraction is not exact: write `\"0.21\".parse::<Decimal>()?` instead of `0.21`"
)]
pub trait Operand: private::Sealed {
    #[doc(hidden)]
    fn amount(self) -> Option<rust_decimal::Decimal>;
}

mod private {
    pub trait Sealed {}
}

/// Implements [`Operand`] for types that convert to `rust_decimal::Decimal`, and for references to them.
macro_rules! operands {
    ($($operand:ty: $number:ident => $amount:expr;)*) => {$(
        impl private::Sealed for $operand {}

        impl Operand for $operand {
            fn amount(self) -> Option<rust_decimal::Decimal> {
                let $number = self;
                $amount
            }
        }
    )*};
}

operands! {
    Decimal: number => number.get();
    &Decimal: number => number.get();
    rust_decimal::Decimal: number => Some(number);
    &rust_decimal::Decimal: number => Some(*number);
    i32: number => Some(number.into());
    i64: number => Some(number.into());
    u32: number => Some(number.into());
    u64: number => Some(number.into());
    usize: number => Some(number.into());
}

type Operation = fn(rust_decimal::Decimal, rust_decimal::Decimal) -> Option<rust_decimal::Decimal>;

fn calculated(left: impl Operand, operation: Operation, right: impl Operand) -> Decimal {
    let result = left.amount().zip(right.amount()).and_then(|(left, right)| operation(left, right));
    result.map_or_else(|| Number::Unrepresentable(NOT_A_NUMBER.into()), Number::Value)
}

macro_rules! operators {
    ($($operator:ident $method:ident $assign:ident $method_assign:ident $checked:ident;)*) => {$(
        operators!(@ $operator $method $checked: Decimal, &Decimal);
        operators!(@left $operator $method $checked: i32, i64, u32, u64, usize, rust_decimal::Decimal);

        impl<R: Operand> $assign<R> for Decimal {
            fn $method_assign(&mut self, right: R) {
                *self = calculated(&*self, |left, right| left.$checked(right), right);
            }
        }
    )*};
    (@ $operator:ident $method:ident $checked:ident: $($left:ty),*) => {$(
        impl<R: Operand> $operator<R> for $left {
            type Output = Decimal;

            fn $method(self, right: R) -> Decimal {
                calculated(self, |left, right| left.$checked(right), right)
            }
        }
    )*};
    (@left $operator:ident $method:ident $checked:ident: $($left:ty),*) => {$(
        operators!(@both $operator $method $checked: $left, Decimal);
        operators!(@both $operator $method $checked: $left, &Decimal);
    )*};
    (@both $operator:ident $method:ident $checked:ident: $left:ty, $right:ty) => {
        impl $operator<$right> for $left {
            type Output = Decimal;

            fn $method(self, right: $right) -> Decimal {
                calculated(self, |left, right| left.$checked(right), right)
            }
        }
    };
}

operators! {
    Add add AddAssign add_assign checked_add;
    Sub sub SubAssign sub_assign checked_sub;
    Mul mul MulAssign mul_assign checked_mul;
    Div div DivAssign div_assign checked_div;
    Rem rem RemAssign rem_assign checked_rem;
}

impl Neg for &Decimal {
    type Output = Decimal;

    fn neg(self) -> Decimal {
        match self {
            Number::Value(number) => Number::Value(-number),
            Number::Unrepresentable(text) => match text.strip_prefix('-') {
                Some(positive) => Number::Unrepresentable(positive.into()),
                None if &**text == NOT_A_NUMBER => self.clone(),
                None => Number::Unrepresentable(format!("-{text}").into()),
            },
        }
    }
}

impl Neg for Decimal {
    type Output = Decimal;

    fn neg(self) -> Decimal {
        -&self
    }
}

impl<T: Operand> Sum<T> for Decimal {
    fn sum<I: Iterator<Item = T>>(numbers: I) -> Self {
        numbers.fold(Self::default(), |sum, number| sum + number)
    }
}

impl Decimal {
    /// The amount with at most `decimals` digits after the point. A half is rounded away from zero, as on invoices.
    ///
    /// ```
    /// use chift_api::Decimal;
    /// let share = Decimal::from(20) / 3;
    /// assert_eq!(share.round(2).to_string(), "6.67");
    /// ```
    #[must_use]
    pub fn round(&self, decimals: u32) -> Self {
        match self {
            Self::Value(number) => Self::Value(number.round_dp_with_strategy(decimals, MidpointAwayFromZero)),
            Self::Unrepresentable(_) => self.clone(),
        }
    }
}
