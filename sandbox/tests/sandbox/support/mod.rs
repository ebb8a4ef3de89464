//! What the tests share: a small client, signing requests, and a file server.

pub(crate) mod management;
pub(crate) mod openssl;
pub(crate) mod program;
pub(crate) mod website;

use serde_json::{Value, json};
use ureq::http::Response;
use zerossl_sandbox::{Options, Sandbox};

/// A minimal client of a sandbox.
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    key: String,
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().proxy(None).http_status_as_error(false).max_redirects(0).build().into()
}

impl Client {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        Self { agent: agent(), base: sandbox.base_url().to_owned(), key: sandbox.access_key().to_owned() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{}{path}{separator}access_key={}", self.base, self.key)
    }

    pub(crate) fn try_get(&self, path: &str) -> Result<Response<ureq::Body>, ureq::Error> {
        self.agent.get(self.url(path)).call()
    }

    pub(crate) fn try_post(&self, path: &str, body: &Value) -> Result<Response<ureq::Body>, ureq::Error> {
        self.agent.post(self.url(path)).header("content-type", "application/json").send(body.to_string())
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        read(self.try_get(path).expect("an answer"))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        read(self.try_post(path, body).expect("an answer"))
    }

    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        self.try_get(path).expect("an answer").body_mut().read_to_vec().expect("a body")
    }

    /// Orders exactly these names, with a fresh key.
    pub(crate) fn create(&self, names: &[&str]) -> Value {
        self.create_with(names, &json!({}))
    }

    /// The same with additional or other parameters.
    pub(crate) fn create_with(&self, names: &[&str], more: &Value) -> Value {
        let mut body = json!({
            "certificate_domains": names.join(","),
            "certificate_csr": csr(names[0]),
            "strict_domains": 1,
        });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        self.post("/certificates", &body)
    }

    pub(crate) fn verify(&self, id: &str, method: &str) -> Value {
        let body = json!({"validation_method": method});
        self.post(&format!("/certificates/{id}/challenges"), &body)
    }

    /// The same with the key of another account.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { agent: agent(), base: self.base.clone(), key: key.to_owned() }
    }

    /// Creates an order, publishes its CNAME records, and verifies it.
    pub(crate) fn order_by_record(&self, sandbox: &Sandbox, names: &[&str]) -> Value {
        let order = self.create(names);
        publish(sandbox, &order);
        self.verify(order["id"].as_str().expect("an id"), "CNAME_CSR_HASH")
    }

    /// An issued certificate for a name.
    pub(crate) fn issue(&self, sandbox: &Sandbox, name: &str, more: &Value) -> String {
        let order = self.create_with(&[name], more);
        let site = website::Website::of(&order);
        sandbox.set_http_port(site.port());
        let id = order["id"].as_str().expect("an id").to_owned();
        let verified = self.verify(&id, "HTTP_CSR_HASH");
        assert_eq!(verified["status"], "pending_validation", "{verified}");
        let issued = self.get(&format!("/certificates/{id}"));
        assert_eq!(issued["status"], "issued", "{issued}");
        id
    }
}

pub(crate) fn read(mut response: Response<ureq::Body>) -> Value {
    let text = response.body_mut().read_to_string().expect("a body");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub(crate) fn start() -> (Sandbox, Client) {
    start_with(Options::default())
}

pub(crate) fn start_with(options: Options) -> (Sandbox, Client) {
    let sandbox = Sandbox::start(options).expect("a sandbox");
    let client = Client::of(&sandbox);
    (sandbox, client)
}

/// A request with a fresh P-256 key.
pub(crate) fn csr(common_name: &str) -> String {
    csr_for(common_name, &[])
}

/// The same with a country in its subject.
pub(crate) fn csr_from(country: &str, common_name: &str) -> String {
    let mut subject = rcgen::DistinguishedName::new();
    subject.push(rcgen::DnType::CountryName, country);
    subject.push(rcgen::DnType::CommonName, common_name);
    request(subject, Vec::new())
}

pub(crate) fn csr_for(common_name: &str, names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut subject = rcgen::DistinguishedName::new();
    if !common_name.is_empty() {
        subject.push(rcgen::DnType::CommonName, common_name);
    }
    request(subject, names)
}

fn request(subject: rcgen::DistinguishedName, names: Vec<String>) -> String {
    let mut profile = rcgen::CertificateParams::new(names).expect("names");
    profile.distinguished_name = subject;
    let key = rcgen::KeyPair::generate().expect("a key");
    let request = profile.serialize_request(&key).expect("a request");
    request.pem().expect("PEM")
}

/// Asserts that an answer is this refusal.
#[track_caller]
pub(crate) fn assert_refused(answer: &Value, code: i64, kind: &str) {
    assert_eq!(answer["success"], json!(false), "{answer}");
    assert_eq!(answer["error"]["code"], json!(code), "{answer}");
    assert_eq!(answer["error"]["type"], json!(kind), "{answer}");
}

/// Fills the built-in DNS server with the records of an order.
pub(crate) fn publish(sandbox: &Sandbox, order: &Value) {
    let methods = order["validation"]["other_methods"].as_object();
    for method in methods.unwrap_or_else(|| panic!("not an order: {order}")).values() {
        let text = |name: &str| method[name].as_str().expect("text");
        let (name, target) = (text("cname_validation_p1"), text("cname_validation_p2"));
        sandbox.add_record(name, "CNAME", target).expect("a record");
    }
}
