//! Arithmetic, comparison and logic.

use std::ops::{Add, Div, Mul, Neg, Not, Rem, Sub};

use crate::Expr;
use crate::expression::expr::Binding;

/// Joins two operands by an operator that groups from the left.
fn binary<T, U>(left: &Expr<T>, operator: &str, right: &Expr<T>, binding: Binding) -> Expr<U> {
    // What binds as strongly stands on the left without parentheses: `a - b - c` is `(a - b) - c`.
    let stacks = left.stacks().and(right.stacks());
    let right = if right.binding > binding { right.hcl().into() } else { right.within(Binding::Postfix) };
    Expr::of(&[&left.within(binding), operator, &right], binding).of_stacks(stacks)
}

fn unary<T>(operator: &str, operand: &Expr<T>) -> Expr<T> {
    Expr::of(&[operator, &operand.within(Binding::Unary)], Binding::Unary).of_stacks(operand.stacks())
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $operator:literal $binding:ident),+ $(,)?) => {$(
        impl<R: Into<Expr<f64>>> $trait<R> for Expr<f64> {
            type Output = Expr<f64>;

            fn $method(self, right: R) -> Expr<f64> {
                binary(&self, $operator, &right.into(), Binding::$binding)
            }
        }

        impl<R: Into<Expr<f64>>> $trait<R> for &Expr<f64> {
            type Output = Expr<f64>;

            fn $method(self, right: R) -> Expr<f64> {
                binary(self, $operator, &right.into(), Binding::$binding)
            }
        }

        // One type of whole numbers, so that a literal on the left needs no type.
        arithmetic!($trait $method: i64, f64);
    )+};
    ($trait:ident $method:ident: $($number:ty),+) => {$(
        impl $trait<Expr<f64>> for $number {
            type Output = Expr<f64>;

            fn $method(self, right: Expr<f64>) -> Expr<f64> {
                $trait::$method(Expr::from(self), right)
            }
        }

        impl $trait<&Expr<f64>> for $number {
            type Output = Expr<f64>;

            fn $method(self, right: &Expr<f64>) -> Expr<f64> {
                $trait::$method(Expr::from(self), right)
            }
        }
    )+};
}

arithmetic!(
    Add add " + " Sum,
    Sub sub " - " Sum,
    Mul mul " * " Product,
    Div div " / " Product,
    Rem rem " % " Product,
);

impl Neg for Expr<f64> {
    type Output = Self;

    fn neg(self) -> Self {
        unary("-", &self)
    }
}

impl Neg for &Expr<f64> {
    type Output = Expr<f64>;

    fn neg(self) -> Expr<f64> {
        unary("-", self)
    }
}

impl Not for Expr<bool> {
    type Output = Self;

    fn not(self) -> Self {
        unary("!", &self)
    }
}

impl Not for &Expr<bool> {
    type Output = Expr<bool>;

    fn not(self) -> Expr<bool> {
        unary("!", self)
    }
}

impl<T> Expr<T> {
    /// `a == b`. Terraform finds values of different types different, also `1` and `"1"`, which is why both sides have
    /// one type here.
    #[must_use]
    pub fn eq(&self, other: impl Into<Self>) -> Expr<bool> {
        binary(self, " == ", &other.into(), Binding::Equality)
    }

    /// `a != b`
    #[must_use]
    pub fn ne(&self, other: impl Into<Self>) -> Expr<bool> {
        binary(self, " != ", &other.into(), Binding::Equality)
    }

    /// `a == null`
    #[must_use]
    pub fn is_null(&self) -> Expr<bool> {
        self.eq(Self::null())
    }
}

impl Expr<f64> {
    /// `a < b`
    #[must_use]
    pub fn lt(&self, other: impl Into<Self>) -> Expr<bool> {
        binary(self, " < ", &other.into(), Binding::Comparison)
    }

    /// `a <= b`
    #[must_use]
    pub fn le(&self, other: impl Into<Self>) -> Expr<bool> {
        binary(self, " <= ", &other.into(), Binding::Comparison)
    }

    /// `a > b`
    #[must_use]
    pub fn gt(&self, other: impl Into<Self>) -> Expr<bool> {
        binary(self, " > ", &other.into(), Binding::Comparison)
    }

    /// `a >= b`
    #[must_use]
    pub fn ge(&self, other: impl Into<Self>) -> Expr<bool> {
        binary(self, " >= ", &other.into(), Binding::Comparison)
    }
}

impl Expr<bool> {
    /// `a && b`
    #[must_use]
    pub fn and(&self, other: impl Into<Self>) -> Self {
        binary(self, " && ", &other.into(), Binding::And)
    }

    /// `a || b`
    #[must_use]
    pub fn or(&self, other: impl Into<Self>) -> Self {
        binary(self, " || ", &other.into(), Binding::Or)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_stand_where_they_are_needed_alone() {
        let [a, b, c] = ["a", "b", "c"].map(|name| Expr::<f64>::postfix(&[name]));
        assert_eq!(((&a + &b) * &c).hcl(), "(a + b) * c");
        assert_eq!((&a + &b * &c).hcl(), "a + b * c");
        assert_eq!((&a - &b - &c).hcl(), "a - b - c");
        assert_eq!((&a - (&b - &c)).hcl(), "a - (b - c)");
        assert_eq!((-(&a + 1)).hcl(), "-(a + 1)");
        assert_eq!((2 * -&a).hcl(), "2 * -a");
        assert_eq!((a.lt(&b).eq(b.lt(&c))).hcl(), "a < b == b < c");
        assert_eq!((!a.lt(&b).and(true)).hcl(), "!(a < b && true)");
        assert_eq!((Expr::<f64>::raw("x ? y : z") + 1).hcl(), "(x ? y : z) + 1");
    }
}
