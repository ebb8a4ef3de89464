//! The subject of a CSR beside its CN.

use serde::{Deserialize, Serialize};

/// The subject of a CSR beside its CN. A DV certificate shows none of it, but the service may ask for a country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subject {
    /// Two letters (ISO 3166-1); `US` if absent, `""` leaves it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// State or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Part of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
}

impl Subject {
    /// What stands in a CSR of ours, unless the caller says otherwise.
    const DEFAULT_COUNTRY: &str = "US";

    /// A subject with this country.
    pub fn with_country(country: impl Into<String>) -> Self {
        Self { country: Some(country.into()), ..Self::default() }
    }

    /// The country to put into a CSR, if any.
    pub(crate) fn country(&self) -> Option<&str> {
        let country = self.country.as_deref().unwrap_or(Self::DEFAULT_COUNTRY);
        (!country.is_empty()).then_some(country)
    }
}
