//! The price sheet: prices by region, each with its source, and what is assumed where they depend on use.

use std::collections::BTreeMap;
use std::sync::Arc;

use formwork_core::Hint;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::cost::date::Date;

/// The sheet of this repository.
const EMBEDDED: &str = include_str!("../../prices/aws.toml");

/// Prices and assumptions.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceSheet {
    /// The currency of all prices: `USD`.
    pub currency: String,
    /// What is assumed of use, per month and resource, by name.
    pub assumptions: BTreeMap<String, f64>,
    /// The prices of a region by their names, by its name.
    pub regions: BTreeMap<String, BTreeMap<String, Price>>,
}

/// A price and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// What one costs, in the sheet's currency. The unit is the end of the price's name before the first dot.
    pub amount: f64,
    /// Where it comes from.
    pub source: Arc<Source>,
}

/// Where prices come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Source {
    /// The service, as the sheet calls it: `vpc`.
    pub service: String,
    /// The page or the paper that says so.
    pub page: String,
    /// When it said so.
    pub date: Date,
}

/// A price that a file of one's own gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The region.
    pub region: String,
    /// The name of the price.
    pub name: String,
    /// Whether the sheet had no such price there.
    pub is_new: bool,
}

/// A file, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    currency: Option<String>,
    #[serde(default)]
    assumptions: BTreeMap<String, f64>,
    /// By region and service.
    #[serde(default)]
    regions: BTreeMap<String, BTreeMap<String, Service>>,
}

/// The prices of a service in a region.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    source: String,
    date: Date,
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
        /// The nearest name that there is.
        hint: Hint,
    },
    /// A price that nothing costs.
    #[error("nothing has the price `{name}`{hint}")]
    Price {
        /// The name as it was written.
        name: String,
        /// The nearest name that there is.
        hint: Hint,
    },
    /// Two services of a file give the same price.
    #[error("`{name}` in {region} has two prices")]
    Twice {
        /// The region.
        region: String,
        /// The name of the price.
        name: String,
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
        let file: File = toml::from_str(EMBEDDED).map_err(SheetError::Syntax)?;
        let currency = file.currency.clone().unwrap_or_default();
        let mut sheet = Self { currency, assumptions: BTreeMap::new(), regions: BTreeMap::new() };
        for (name, value) in &file.assumptions {
            sheet.assumptions.insert(name.clone(), checked(name, *value)?);
        }
        sheet.take_prices(file)?;
        Ok(sheet)
    }

    /// Replaces what a file of the same form gives, and adds its regions. A part after a dot of a name, such as an instance
    /// class, may be new. The rest keeps its prices, sources and dates. Returns the prices that the file gave.
    ///
    /// # Errors
    /// Fails if the file is not a sheet, names what nothing depends on, or holds a negative number.
    pub fn replace(&mut self, text: &str) -> Result<Vec<Given>, SheetError> {
        let file: File = toml::from_str(text).map_err(SheetError::Syntax)?;
        if let Some(other) = file.currency.clone().filter(|other| *other != self.currency) {
            return Err(SheetError::Currency { known: self.currency.clone(), other });
        }
        for (name, value) in &file.assumptions {
            if !self.assumptions.contains_key(name) {
                let hint = Hint::nearest(name, self.assumptions.keys().map(String::as_str));
                return Err(SheetError::Assumption { name: name.clone(), hint });
            }
            self.assumptions.insert(name.clone(), checked(name, *value)?);
        }
        let services = file.regions.values().flat_map(BTreeMap::values);
        for name in services.flat_map(|service| service.prices.keys()) {
            let known = || self.regions.values().flat_map(BTreeMap::keys).map(String::as_str);
            let family = |name: &str| name.split_once('.').map(|(family, _)| family.to_owned());
            let is_variant = |other: &str| family(name).is_some() && family(other) == family(name);
            if !known().any(|other| other == name || is_variant(other)) {
                return Err(SheetError::Price { name: name.clone(), hint: Hint::nearest(name, known()) });
            }
        }
        self.take_prices(file)
    }

    fn take_prices(&mut self, file: File) -> Result<Vec<Given>, SheetError> {
        let mut given: Vec<Given> = Vec::new();
        for (region, services) in file.regions {
            let prices = self.regions.entry(region.clone()).or_default();
            for (service, Service { source, date, prices: own }) in services {
                let source = Arc::new(Source { service, page: source, date });
                for (name, amount) in own {
                    if given.iter().any(|other| other.region == region && other.name == name) {
                        return Err(SheetError::Twice { region, name });
                    }
                    let price = Price { amount: checked(&name, amount)?, source: Arc::clone(&source) };
                    let is_new = prices.insert(name.clone(), price).is_none();
                    given.push(Given { region: region.clone(), name, is_new });
                }
            }
        }
        Ok(given)
    }
}

fn checked(name: &str, value: f64) -> Result<f64, SheetError> {
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err(SheetError::Number { name: name.to_owned(), value })
    }
}
