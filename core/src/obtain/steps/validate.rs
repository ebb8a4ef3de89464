//! Validates the names: our own checks, the verify call, and the wait until the certificate is issued.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::answers::Certificate;
use crate::endpoints::{GetCertificate, ValidationMethod, VerifyDomains};
use crate::error::{Error, FailedDomain, Kind, Result, codes};
use crate::obtain::challenge::Challenge;
use crate::obtain::events::{Stage, fact};
use crate::obtain::order_spec::PreflightLevel;
use crate::obtain::preflight::{Finding, Watching};
use crate::obtain::session::Session;

/// Verify is often too early. After this many failures it has another reason.
const MAX_VERIFY_CALLS: u32 = 6;
/// After this time without a change, or half of the time that is left, the reason for a pending order is searched.
const EXPLAIN_AFTER: Duration = Duration::from_secs(120);
/// Many certificates are issued this soon after the names were validated. Less than `poll_interval` usually is.
const EARLY_POLL: Duration = Duration::from_millis(250);
/// The time that this search needs. With less time it is skipped.
const TIME_TO_EXPLAIN: Duration = Duration::from_secs(5);
/// The time limit of a check if the call has no deadline.
const MAX_CHECK_TIME: Duration = Duration::from_secs(120);

/// How the wait ended.
pub(crate) enum Waited {
    Issued(Box<Certificate>),
    /// The deadline came first.
    Pending(Box<Certificate>),
}

impl Session<'_> {
    /// Publishes, lets the service validate, and waits.
    pub(crate) fn validated(&mut self, order: Certificate) -> Result<Waited> {
        if order.is_issued() {
            return Ok(Waited::Issued(Box::new(order)));
        }
        let challenges = self.publish(&order)?;
        let is_by_mail = self.spec.method == ValidationMethod::Email;
        let order = match (self.is_under_way(&order)?, is_by_mail) {
            (false, true) => self.verified_by_mail(&order)?,
            (false, false) => self.verified(&order, &challenges)?,
            (true, true) => order,
            (true, false) => self.reverify(order)?,
        };
        self.wait(order)
    }

    /// Whether the service is validating already, with the requested method.
    fn is_under_way(&mut self, order: &Certificate) -> Result<bool> {
        let spec = Arc::clone(&self.spec);
        let is_mailed = self.order()?.mailed == spec.emails;
        Ok(order.is_open() && !order.is_draft() && self.is_by_our_method(order) && is_mailed)
    }

    fn is_by_our_method(&self, order: &Certificate) -> bool {
        order.validation_type.as_deref().is_none_or(|method| method == self.spec.method.as_str())
    }

    /// An order that an earlier call left pending may have had a problem that is fixed now.
    fn reverify(&self, order: Certificate) -> Result<Certificate> {
        match self.send(&VerifyDomains::new(&order.id, self.spec.method)) {
            Ok(now) => Ok(now),
            Err(error) if matches!(error.kind(), Kind::Cancelled | Kind::Timeout) => Err(error),
            Err(error) => {
                let message = format!("the service does not check again now ({error})");
                self.progress(Stage::Verify, &message, [("id", order.id.as_str().into())]);
                Ok(order)
            }
        }
    }

    /// Lets the service validate, after our own checks.
    fn verified(&mut self, order: &Certificate, challenges: &[Challenge]) -> Result<Certificate> {
        let findings = self.preflight(challenges)?;
        let mut pauses = self.spec.polls();
        let mut attempt = 1;
        let mut last = None;
        loop {
            let facts = [("attempt", attempt.into()), ("id", order.id.as_str().into())];
            self.progress(Stage::Verify, "asking the service to validate", facts);
            let verify = VerifyDomains::new(&order.id, self.spec.method);
            let error = match self.send(&verify).or_else(|error| self.settled(order, error)) {
                Ok(certificate) => return Ok(certificate),
                Err(error) => error,
            };
            // The deadline came first: the earlier error says more.
            let error = match last.take() {
                Some(before) if error.kind() == Kind::Timeout && self.time_left() == Some(Duration::ZERO) => {
                    return Err(with_findings(before, &findings));
                }
                _ => error,
            };
            if !is_early(&error) || attempt == MAX_VERIFY_CALLS {
                return Err(with_findings(error, &findings));
            }
            let pause = pauses.pause();
            let message = format!("the service could not validate yet ({error}); trying again");
            self.progress(Stage::Verify, &message, [("next_poll", pause.as_secs_f64().into())]);
            if !self.pause(pause)? {
                return Err(with_findings(error, &findings));
            }
            attempt += 1;
            last = Some(error);
        }
    }

    /// A failed verify call may have worked, or an earlier one may have. So the certificate's status decides.
    fn settled(&self, order: &Certificate, error: Error) -> Result<Certificate> {
        if !may_have_worked(&error) {
            return Err(error);
        }
        let now = match self.send(&GetCertificate::new(&order.id)) {
            Ok(now) => now,
            Err(cancelled) if cancelled.kind() == Kind::Cancelled => return Err(cancelled),
            // The error of verify says more.
            Err(_) => return Err(error),
        };
        let has_worked = !now.is_draft() && (now.is_issued() || self.is_by_our_method(&now));
        if has_worked { Ok(now) } else { Err(error) }
    }

    /// Lets the service send its mails. A retry does not do it again: only an order that is still a draft gets the
    /// mails once more, in a later call.
    fn verified_by_mail(&mut self, order: &Certificate) -> Result<Certificate> {
        let spec = Arc::clone(&self.spec);
        self.order()?.mailed.clone_from(&spec.emails);
        self.save()?;
        let mut verify = VerifyDomains::new(&order.id, ValidationMethod::Email);
        verify.validation_email = Some(spec.emails.clone());
        let message = format!("having mails sent to {}", spec.emails.join(", "));
        self.progress(Stage::Verify, &message, [("id", order.id.as_str().into())]);
        self.send(&verify).or_else(|error| self.settled(order, error))
    }

    /// Polls until the certificate is issued: once soon, then with growing pauses.
    fn wait(&mut self, mut order: Certificate) -> Result<Waited> {
        let mut pauses = self.spec.polls();
        // Who gets a mail is not that fast.
        let mut early =
            (self.spec.method != ValidationMethod::Email).then(|| EARLY_POLL.min(self.spec.poll_interval));
        let explain_after = self.time_left().map_or(EXPLAIN_AFTER, |left| EXPLAIN_AFTER.min(left / 2));
        let mut explain_at =
            (explain_after >= TIME_TO_EXPLAIN).then(|| self.env.clock.instant() + explain_after);
        loop {
            match order.status.as_deref() {
                Some("issued") => return Ok(Waited::Issued(Box::new(order))),
                Some("cancelled" | "expired" | "revoked") => return self.is_over(&order),
                _ => {}
            }
            if explain_at.is_some_and(|at| self.env.clock.instant() >= at) {
                explain_at = None;
                self.explain(&order)?;
            }
            let pause = early.take().unwrap_or_else(|| pauses.pause());
            let facts = [("id", order.id.as_str().into()), ("next_poll", pause.as_secs_f64().into())];
            self.progress(Stage::Wait, "waiting for the certificate to be issued", facts);
            if !self.pause(pause)? {
                return Ok(Waited::Pending(Box::new(order)));
            }
            order = match self.send(&GetCertificate::new(&order.id)) {
                Ok(now) => now,
                // The service is not reachable for a while, but the order still exists.
                Err(error) if error.is_retryable() && error.kind() != Kind::Cancelled => {
                    self.warn(Stage::Wait, &format!("the order could not be looked at ({error})"), []);
                    order
                }
                Err(error) => return Err(error),
            };
        }
    }

    fn is_over(&mut self, order: &Certificate) -> Result<Waited> {
        self.forbid_key_if_revoked(order)?;
        self.forget_order()?;
        let status = order.status.as_deref().unwrap_or_default();
        let message = format!("order {} is {status}; call again to order anew", order.id);
        Err(Error::new(Kind::Api, message).retryable(true))
    }

    /// Our own checks, before the service's.
    fn preflight(&self, challenges: &[Challenge]) -> Result<Vec<Finding>> {
        if self.spec.preflight_level == PreflightLevel::Off {
            return Ok(Vec::new());
        }
        self.progress(Stage::Preflight, "looking at what was published", []);
        let findings = self.spec.preflight.check(&self.watching(), challenges)?;
        self.report(&findings);
        if self.spec.preflight_level == PreflightLevel::Strict
            && let Some(first) = findings.iter().find(|finding| finding.certain)
        {
            let message =
                format!("our own check found that {first}; so the service was not asked to validate");
            return Err(Error::new(Kind::Validation, message).with_domains(failed(&findings)));
        }
        Ok(findings)
    }

    /// Searches the reason for a pending order. CAA records come first, because the service does not report them.
    fn explain(&self, order: &Certificate) -> Result<()> {
        if order.brand_validation == Some(true) {
            let message = "a person at the service reviews the name; that may take days";
            self.warn(Stage::Wait, message, [("id", order.id.as_str().into())]);
        }
        if self.spec.preflight_level == PreflightLevel::Off {
            return Ok(());
        }
        let mut findings = self.spec.preflight.check_caa(&self.watching(), &self.terms.domains)?;
        if let Ok(challenges) =
            crate::obtain::challenge::challenges(order, self.spec.method, &self.terms.domains)
        {
            for finding in self.spec.preflight.check(&self.watching(), &challenges)? {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
        self.report(&findings);
        Ok(())
    }

    fn report(&self, findings: &[Finding]) {
        for finding in findings {
            let facts = [("domain", finding.domain.as_str().into()), ("finding", fact(finding))];
            self.warn(Stage::Preflight, &finding.to_string(), facts);
        }
    }

    pub(crate) fn watching(&self) -> Watching<'_> {
        let time = self.time_left().map_or(MAX_CHECK_TIME, |left| left.min(MAX_CHECK_TIME));
        Watching { cancel: self.context.cancel, deadline: Instant::now() + time }
    }
}

/// Whether the service may be validating in spite of this error.
fn may_have_worked(error: &Error) -> bool {
    let is_refusal = error.kind() == Kind::Validation || error.is(&codes::CERTIFICATE_NOT_READY_TO_VALIDATE);
    error.kind() != Kind::Cancelled && (is_refusal || error.is_uncertain())
}

/// Errors of a call that may only be too early. CAA records that forbid the CA do not change by waiting.
fn is_early(error: &Error) -> bool {
    may_have_worked(error) && !error.is(&codes::INVALID_CAA_RECORDS_DETECTED)
}

fn failed(findings: &[Finding]) -> impl Iterator<Item = (String, FailedDomain)> {
    findings.iter().filter(|finding| finding.certain).map(|finding| {
        let failed = FailedDomain {
            location: Some(finding.location.clone()),
            expected: Some(finding.expected.clone()),
            found: Some(finding.found.clone()),
            reason: Some(finding.what.to_owned()),
        };
        (finding.domain.clone(), failed)
    })
}

/// The service says little. Our findings may say more.
fn with_findings(error: Error, findings: &[Finding]) -> Error {
    match findings.iter().find(|finding| finding.certain) {
        Some(first) => error.and_say(&format!("our own check found that {first}")),
        None => error,
    }
}
