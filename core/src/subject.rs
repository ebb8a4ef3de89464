//! The subject of a CSR besides its CN.

use serde::{Deserialize, Serialize};

/// The subject of a CSR besides its CN. A DV certificate does not show it, but the service may require a country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subject {
    /// Two letters (ISO 3166-1); `US` by default, `""` for no country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// State or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// City or town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
}

impl Subject {
    /// The country in a CSR, unless the caller sets another one.
    const DEFAULT_COUNTRY: &str = "US";

    /// A subject with this country.
    pub fn with_country(country: impl Into<String>) -> Self {
        Self { country: Some(country.into()), ..Self::default() }
    }

    /// The country for the CSR, if any.
    pub(crate) fn country(&self) -> Option<&str> {
        let country = self.country.as_deref().unwrap_or(Self::DEFAULT_COUNTRY);
        (!country.is_empty()).then_some(country)
    }
}
