//! The identity provider: whether its document, its keys and its clock serve, and whether it knows our client, its secret and the
//! address to which it sends browsers back.

use super::{Exchange, Finding, mend};
use crate::apps::application::{Application, SignIn};
use crate::apps::oidc::Oidc;
use crate::apps::oidc::proof::Keys;
use crate::callout::Callout;
use crate::callout::oidc::{Examination, Look, Whose, refusal};
use crate::error::Result;
use crate::time::Moment;
use serde_json::Value;
use std::time::Duration;

const CHECK: &str = "provider";
/// How far its clock may be off before what it signs is refused.
const TOLERANCE: Duration = Duration::from_secs(60);
/// From here on it is said.
const NOTICED: Duration = Duration::from_secs(30);
/// What a provider says to a browser of somebody whom it does not know and must not ask (OpenID Connect Core 1.0 §3.1.2.6).
const UNASKED: [&str; 4] = ["login_required", "interaction_required", "consent_required", "account_selection_required"];

/// Members of its document: addresses, and lists of what it takes.
const NEEDED: [&str; 3] = ["authorization_endpoint", "token_endpoint", "jwks_uri"];
const FLOWS: &str = "response_types_supported";
const PKCE: &str = "code_challenge_methods_supported";
const SCOPES: &str = "scopes_supported";

/// An identity provider under examination.
struct Patient<'a> {
    application: &'a Application,
    settings: &'a Oidc,
    has_secret: bool,
    /// Where it sends browsers back to.
    back: &'a str,
}

/// Nothing where no provider is set and none is needed.
pub async fn look(
    callout: &Callout,
    application: &Application,
    set: Option<&(Oidc, Option<String>)>,
    back: &str,
) -> Result<Vec<Finding>> {
    let id = &application.id;
    let Some((settings, secret)) = set else {
        let mend = format!("parlour app oidc {id} --provider NAME --issuer URL --client ID --secret-stdin, or another --sign-in");
        let missing = Finding::wrong(CHECK, "users sign in with an identity provider, and none is set", mend);
        return Ok(if application.opens(SignIn::Oidc) { vec![missing] } else { Vec::new() });
    };
    let patient = Patient { application, settings, has_secret: secret.is_some(), back };
    let whose = Whose { app: application.no, settings, secret: secret.as_deref(), approved: &application.approved, back };
    let found = callout.examine_provider(&whose, id).await?;
    let mut findings = vec![patient.document(&found)];
    findings.extend(clock(&found.document));
    if findings[0].mend.is_some() {
        return Ok(findings);
    }
    let part = |names: &[&str]| part(&found, names);
    findings.push(patient.endpoints(&found).seen(part(&[&NEEDED[..], &[FLOWS]].concat())));
    findings.push(pkce(&found.said).seen(part(&[PKCE])));
    findings.extend(patient.scopes(&found.said).map(|finding| finding.seen(part(&[SCOPES]))));
    findings.extend(found.keys.as_ref().map(|look| patient.keys(look, &found.said).seen(seen(look))));
    findings.extend(found.sent.as_ref().map(|look| patient.sent(look).seen(seen(look))));
    findings.extend(found.brought.as_ref().map(|look| patient.brought(look).seen(seen(look))));
    Ok(findings)
}

fn seen(look: &Look) -> Exchange {
    Exchange::got(&look.request, (look.status, &look.kind, &look.text), look.ms)
}

/// Of its document, what matters here.
fn part(found: &Examination, names: &[&str]) -> Exchange {
    let look = &found.document;
    let said = names.iter().filter_map(|name| Some((name.to_string(), found.said.get(name)?.clone())));
    let text = Value::Object(said.collect()).to_string();
    Exchange::got(&look.request, (look.status, &look.kind, &text), look.ms)
}

fn clock(look: &Look) -> Option<Finding> {
    let (date, now) = (look.date?, Moment::now());
    let (off, word) = if date > now { (date.since(now), "ahead of") } else { (now.since(date), "behind") };
    let detail = format!("its clock is {} s {word} this machine's", off.as_secs() / 10 * 10);
    let mend = "set both by NTP: what it signs counts for a minute around its time";
    Some(match off {
        off if off >= TOLERANCE => Finding::wrong("provider clock", detail, mend),
        off if off >= NOTICED => Finding::advice("provider clock", detail, mend),
        _ => Finding::good("provider clock", "the same as this machine's"),
    })
}

/// The list of this name; none where it says nothing.
fn list<'a>(said: &'a Value, name: &str) -> Option<Vec<&'a str>> {
    said[name].as_array().map(|all| all.iter().filter_map(Value::as_str).collect())
}

fn pkce(said: &Value) -> Finding {
    match list(said, PKCE) {
        Some(all) if all.contains(&"S256") => Finding::good("pkce", "it takes S256"),
        Some(_) => Finding::wrong(
            "pkce",
            "it takes PKCE, and not by S256",
            "let the client there use PKCE with S256: another way protects nobody's sign-in",
        ),
        None => Finding::advice(
            "pkce",
            "it does not say that it takes PKCE with S256",
            "look into its documentation; a provider that passes over it lets a stolen code be used by others",
        ),
    }
}

impl Patient<'_> {
    fn silence(&self, fault: &str) -> String {
        let has = |word: &str| fault.contains(word);
        match fault {
            _ if has("approved") || has("ertificate") => mend::silence(self.application.id.as_str(), fault),
            _ if has("secret neither") => {
                "let the client there bring its secret by client_secret_basic or client_secret_post".into()
            }
            _ => "is that its address, is it running, and can this machine reach it?".into(),
        }
    }

    fn document(&self, found: &Examination) -> Finding {
        let (look, issuer) = (&found.document, &self.settings.issuer);
        let called = found.said["issuer"].as_str();
        let finding = match (look.status, &look.body, called) {
            (_, Err(fault), _) => Finding::wrong(CHECK, fault, self.silence(fault)),
            (Some(200), _, Some(called)) if called == issuer => {
                Finding::good(CHECK, format!("{} answered as {issuer} in {} ms", self.settings.provider, look.ms))
            }
            (Some(200), _, Some(called)) => Finding::wrong(
                CHECK,
                format!("it calls itself {called}, and {issuer} is set as its issuer"),
                "set it exactly as it calls itself, to the last slash, in the console: the command would set everything else anew",
            ),
            (Some(200), _, None) => Finding::wrong(
                CHECK,
                "what it answered is no discovery document",
                "is that its issuer? The document lies below it",
            ),
            (status, _, _) => Finding::wrong(
                CHECK,
                format!("it answered {}", status.unwrap_or_default()),
                "is that its issuer? With Keycloak it is https://HOST/realms/REALM, with Entra ID https://login.microsoftonline.com/TENANT/v2.0",
            ),
        };
        finding.seen(seen(look))
    }

    fn endpoints(&self, found: &Examination) -> Finding {
        let check = "endpoints";
        let missing: Vec<&str> = NEEDED.into_iter().filter(|name| !found.said[name].is_string()).collect();
        let has_code = list(&found.said, FLOWS).is_none_or(|all| all.contains(&"code"));
        match (missing.is_empty(), has_code) {
            (false, _) => Finding::wrong(
                check,
                format!("its document has no {}", missing.join(" and no ")),
                "a provider for signing in names all three; is it one, and is this its issuer?",
            ),
            (true, false) => Finding::wrong(
                check,
                "it does not offer the authorization code flow (response_type code)",
                "let it, and its client, use that flow: there is no other here",
            ),
            (true, true) => Finding::good(check, "all that are needed are named"),
        }
    }

    /// Said only where one is not offered.
    fn scopes(&self, said: &Value) -> Option<Finding> {
        let offered = list(said, SCOPES)?;
        let missing: Vec<&str> =
            self.settings.scopes.iter().map(String::as_str).filter(|scope| !offered.contains(scope)).collect();
        let detail = format!("it does not list the scope {}", missing.join(" and the scope "));
        let mend = "is it written as the provider writes it? Ask only for scopes whose claims are taken";
        (!missing.is_empty()).then(|| Finding::advice("scopes", detail, mend))
    }

    fn keys(&self, look: &Look, said: &Value) -> Finding {
        let check = "provider keys";
        let mend = "let it sign ID tokens for this client by RS256, PS256, ES256 or EdDSA";
        let body = match (&look.body, look.status) {
            (Err(fault), _) => return Finding::wrong(check, fault, self.silence(fault)),
            (Ok(body), Some(200)) => body,
            (Ok(_), status) => {
                let detail = format!("it answered {}", status.unwrap_or_default());
                return Finding::wrong(check, detail, "its jwks_uri has to answer its keys; look into its own log");
            }
        };
        let algorithms = list(said, "id_token_signing_alg_values_supported");
        let serves = |all: &Vec<&str>| ["RS256", "PS256", "ES256", "EdDSA"].iter().any(|known| all.contains(known));
        match Keys::parse(body).map(|keys| keys.usable()) {
            Err(error) => Finding::wrong(check, error.sentence(), "its jwks_uri has to answer a JWK Set (RFC 7517)"),
            Ok(0) => Finding::wrong(check, "none of them could have signed an ID token that is taken", mend),
            Ok(_) if !algorithms.as_ref().is_none_or(serves) => {
                let detail = format!("it signs by {} only", algorithms.unwrap_or_default().join(", "));
                Finding::wrong(check, detail, mend)
            }
            Ok(count) => Finding::good(check, format!("ID tokens can be signed by {count} of them")),
        }
    }

    fn sent(&self, look: &Look) -> Finding {
        let (check, client, back) = ("redirect", &self.settings.client, self.back);
        let known = look.location.as_deref().and_then(|address| address.strip_prefix(back));
        let said = known.and_then(|rest| rest.split(['?', '&', '#']).find_map(|pair| pair.strip_prefix("error=")));
        match (look.status, &look.body) {
            (_, Err(fault)) if look.status.is_none() => Finding::advice(
                check,
                format!("to be registered there: {back}; the page for signing in was not reached from here: {fault}"),
                "browsers have to reach it; where only they do, nothing is wrong",
            ),
            (Some(300..400), _) if known.is_some() => match said {
                Some(error) if !UNASKED.contains(&error) => Finding::wrong(
                    check,
                    format!("it sends browsers back with {error}"),
                    "look at the client's settings there: the authorization code flow, and the scopes that are asked for, have to be open to it",
                ),
                _ => Finding::good(check, format!("the client {client} may send browsers back to {back}")),
            },
            (Some(400 | 401 | 403), _) => Finding::wrong(
                check,
                format!("it knows no client {client} that may send browsers back to {back}"),
                format!("register this redirect URI with the client there, to the letter: {back}"),
            ),
            (Some(status @ 400..), _) => Finding::wrong(
                check,
                format!("its page for signing in answered {status}"),
                "look into the provider's own log, at this time",
            ),
            _ => Finding::good(check, format!("to be registered there: {back}; whether it is shows at the first sign-in")),
        }
    }

    fn brought(&self, look: &Look) -> Finding {
        let (check, client) = ("client", &self.settings.client);
        let body = match &look.body {
            Ok(body) => body,
            Err(fault) => return Finding::wrong(check, fault, self.silence(fault)),
        };
        let error = refusal(body).unwrap_or_else(|| "no error".into());
        let status = look.status.unwrap_or_default();
        let proof = if self.has_secret { "its secret" } else { "no secret" };
        match (status, error.as_str()) {
            (200..300, _) => Finding::wrong(
                check,
                "a made-up code was taken",
                "a provider that takes any code proves nothing: is that its token_endpoint?",
            ),
            (_, "invalid_grant") => {
                Finding::good(check, format!("the client {client} and {proof} are taken; a made-up code is refused"))
            }
            (401, _) | (_, "invalid_client" | "unauthorized_client") => Finding::wrong(
                check,
                format!("the client {client} with {proof} is not taken: {status}, {error}"),
                "are id and secret those of the client there? In the console the secret can be given anew by itself",
            ),
            (500.., _) => {
                Finding::wrong(check, format!("it answered {status}"), "look into the provider's own log, at this time")
            }
            _ => Finding::advice(
                check,
                format!("a made-up code is answered with {status}, {error}, where invalid_grant is expected"),
                "try a sign-in; if it fails, look into the provider's own log",
            ),
        }
    }
}
