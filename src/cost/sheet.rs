//! The price sheet: prices by region, and what is assumed where they depend on use.

use std::collections::BTreeMap;

use formwork_core::nearest;
use serde::Deserialize;
use thiserror::Error;

/// The sheet of this repository.
const EMBEDDED: &str = include_str!("../../prices/aws.toml");

/// Prices and assumptions.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSheet {
    /// The currency of all prices: `USD`.
    pub currency: String,
    /// The year and month that the prices are from.
    pub date: String,
    /// What is assumed of use, per month and resource, by name.
    pub assumptions: BTreeMap<String, f64>,
    /// What a region costs, by its name.
    pub regions: BTreeMap<String, Region>,
}

/// The prices of a region.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Where the prices were taken from.
    pub source: String,
    /// Prices per unit, in the sheet's currency; the unit is the end of the name.
    pub prices: BTreeMap<String, f64>,
}

/// A file that replaces parts of a sheet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    currency: Option<String>,
    date: Option<String>,
    #[serde(default)]
    assumptions: BTreeMap<String, f64>,
    #[serde(default)]
    regions: BTreeMap<String, RegionChanges>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionChanges {
    source: Option<String>,
    #[serde(default)]
    prices: BTreeMap<String, f64>,
}

/// A price sheet that does not make sense.
#[derive(Debug, Error)]
pub enum SheetError {
    /// The text is not a sheet; the cause names the line.
    #[error("not a price sheet")]
    Syntax(#[source] toml::de::Error),
    /// An assumption that nothing depends on.
    #[error("nothing depends on the assumption `{name}`{hint}")]
    Assumption {
        /// The name as it was written.
        name: String,
        /// The nearest name that there is, in words.
        hint: String,
    },
    /// A price that nothing costs.
    #[error("nothing has the price `{name}`{hint}")]
    Price {
        /// The name as it was written.
        name: String,
        /// The nearest name that there is, in words.
        hint: String,
    },
    /// A number that is no price and no quantity.
    #[error("`{name}` is {value}, and must be a number from 0")]
    Number {
        /// The name as it was written.
        name: String,
        /// The value as it was written.
        value: f64,
    },
    /// Another currency would have to replace every price.
    #[error("the prices are in {known}, and the file is in {other}: a sheet has one currency")]
    Currency {
        /// The currency of the sheet.
        known: String,
        /// The currency of the file.
        other: String,
    },
}

impl PriceSheet {
    /// The sheet that comes with Formwork.
    ///
    /// # Errors
    /// Fails if the file in the repository was broken by an edit.
    pub fn embedded() -> Result<Self, SheetError> {
        toml::from_str(EMBEDDED).map_err(SheetError::Syntax)
    }

    /// Replaces what a file of the same form gives, and adds its regions. A part that ends a name, such as an instance
    /// class, may be new.
    ///
    /// # Errors
    /// Fails if the file is not a sheet, names what nothing depends on, or holds a negative number.
    pub fn replace(&mut self, text: &str) -> Result<(), SheetError> {
        let changes: Changes = toml::from_str(text).map_err(SheetError::Syntax)?;
        if let Some(other) = changes.currency.filter(|other| *other != self.currency) {
            return Err(SheetError::Currency { known: self.currency.clone(), other });
        }
        if let Some(date) = changes.date {
            self.date = date;
        }
        for (name, value) in changes.assumptions {
            if !self.assumptions.contains_key(&name) {
                let hint = hint(&name, self.assumptions.keys());
                return Err(SheetError::Assumption { name, hint });
            }
            self.assumptions.insert(name.clone(), checked(name, value)?);
        }
        let known: Vec<String> =
            self.regions.values().flat_map(|region| region.prices.keys().cloned()).collect();
        let is_known = |name: &str| {
            let family = name.split('.').next();
            known
                .iter()
                .any(|other| other == name || (name.contains('.') && other.split('.').next() == family))
        };
        for (name, changes) in changes.regions {
            let region = self.regions.entry(name).or_default();
            if let Some(source) = changes.source {
                region.source = source;
            }
            for (name, value) in changes.prices {
                if !is_known(&name) {
                    let hint = hint(&name, known.iter());
                    return Err(SheetError::Price { name, hint });
                }
                region.prices.insert(name.clone(), checked(name, value)?);
            }
        }
        Ok(())
    }
}

fn hint<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> String {
    match nearest(name, known.map(String::as_str)) {
        Some(nearest) => format!("\n  hint: did you mean `{nearest}`?"),
        None => String::new(),
    }
}

fn checked(name: String, value: f64) -> Result<f64, SheetError> {
    match value.is_finite() && value >= 0.0 {
        true => Ok(value),
        false => Err(SheetError::Number { name, value }),
    }
}
