//! Where a bucket is, and the connections to it.

use rusty_s3::{Bucket, UrlStyle};

use crate::base_url::BaseUrl;
use crate::error::{Error, Kind, Result};
use crate::ledger::environment::Environment;
use crate::settings::ClientBuilder;
use crate::transport::{self, Transport};

/// A bucket at its server.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) bucket: Bucket,
    pub(super) transport: Transport,
    /// The setting that names the server, for messages.
    pub(super) setting: &'static str,
}

impl Endpoint {
    pub(super) fn new(settings: &ClientBuilder, bucket: &str, environment: &Environment) -> Result<Self> {
        let region = match &settings.store_region {
            Some(region) => region.clone(),
            None => ["AWS_REGION", "AWS_DEFAULT_REGION"]
                .iter()
                .find_map(|name| environment(name))
                .unwrap_or_else(|| "us-east-1".to_owned()),
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if region.is_empty() || !region.chars().all(is_plain) {
            return Err(Error::invalid(
                "store_region",
                "expected the name of a region, such as eu-central-1",
            ));
        }
        let (base_url, style) = match &settings.store_endpoint {
            Some(url) => (BaseUrl::parse("store_endpoint", url.reveal())?, UrlStyle::Path),
            None => amazons(&region, bucket)?,
        };
        // A bucket's folder is relative to the last slash.
        let url = format!("{}/", base_url.as_str());
        let bucket = url
            .parse()
            .ok()
            .and_then(|url| Bucket::new(url, style, bucket.to_owned(), region).ok())
            .ok_or_else(|| Error::invalid(base_url.setting, "the bucket has no URL there"))?;
        // A server on this machine needs no proxy.
        let proxy = settings.proxy.as_ref().filter(|_| !base_url.is_loopback);
        let proxy = transport::proxy::choose(proxy, &base_url, environment);
        // `base_url` of the transport is where it connects to.
        let host = BaseUrl::parse(base_url.setting, bucket.base_url().as_str()).map_err(|error| {
            Error::new(Kind::Internal, format!("{}; please report this", error.message()))
        })?;
        let transport = Transport::new(settings, proxy.as_ref(), &host)?;
        Ok(Self { bucket, transport, setting: base_url.setting })
    }
}

/// Amazon's own servers. The bucket is part of the host's name, unless their certificate does not cover that.
fn amazons(region: &str, bucket: &str) -> Result<(BaseUrl, UrlStyle)> {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let base_url = BaseUrl::parse("store", &format!("https://s3.{region}.{domain}"))?;
    let is_label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let style = if bucket.chars().all(is_label) { UrlStyle::VirtualHost } else { UrlStyle::Path };
    Ok((base_url, style))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(settings: &ClientBuilder, bucket: &str, region: Option<&'static str>) -> Result<String> {
        let environment: Environment =
            Box::new(move |name| region.filter(|_| name == "AWS_DEFAULT_REGION").map(str::to_owned));
        Endpoint::new(settings, bucket, &environment).map(|endpoint| endpoint.bucket.base_url().to_string())
    }

    #[test]
    fn a_bucket_has_its_url() {
        let others = |url: &str| ClientBuilder::default().store_endpoint(url);
        let amazons = ClientBuilder::default;
        for (settings, bucket, region, expected) in [
            (amazons(), "certs", None, "https://certs.s3.us-east-1.amazonaws.com/"),
            (amazons(), "certs", Some("eu-west-1"), "https://certs.s3.eu-west-1.amazonaws.com/"),
            (
                amazons().store_region("cn-north-1"),
                "certs",
                Some("eu-west-1"),
                "https://certs.s3.cn-north-1.amazonaws.com.cn/",
            ),
            (amazons(), "my.certs", None, "https://s3.us-east-1.amazonaws.com/my.certs/"),
            (others("https://s3.example.com:9000"), "certs", None, "https://s3.example.com:9000/certs/"),
            (others("https://s3.example.com/a/b/"), "certs", None, "https://s3.example.com/a/b/certs/"),
            (others("http://127.0.0.1:9000"), "certs", None, "http://127.0.0.1:9000/certs/"),
        ] {
            assert_eq!(url(&settings, bucket, region).expect(expected), expected);
        }
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (settings, parameter) in [
            (ClientBuilder::default().store_region("eu west"), "store_region"),
            (ClientBuilder::default().store_region("x.example.com/"), "store_region"),
            (ClientBuilder::default().store_endpoint("http://s3.example.com"), "store_endpoint"),
            (ClientBuilder::default().store_endpoint("https://a:b@s3.example.com"), "store_endpoint"),
        ] {
            assert_eq!(url(&settings, "certs", None).expect_err("refused").parameter(), Some(parameter));
        }
    }
}
