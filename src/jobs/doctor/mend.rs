//! What to do about a call that failed, by what came back.

use crate::apps::application::Application;
use crate::callout::Probe;

pub fn call(application: &Application, probe: &Probe) -> String {
    let id = &application.id;
    match (probe.status, probe.fault.as_deref().unwrap_or_default()) {
        (Some(401 | 403), _) => format!(
            "it refuses a true signature: let it compute the HMAC over webhook-id.webhook-timestamp.body with the raw body, as it came, and \
             the secret decoded from base64. Is its secret the present one? A new one: parlour app secret rotate {id} callback"
        ),
        (Some(404 | 405), _) => format!("is that its address, and does it take POST? parlour app update {id} --callback URL"),
        (Some(300..=399), _) => match &probe.head.location {
            Some(location) => {
                let location = for_shell(location);
                format!("redirects are not followed; if that is the right address: parlour app update {id} --callback {location}")
            }
            None => "redirects are not followed: give the address to which it redirects".into(),
        },
        (Some(500..), _) => "look into the application's own log, at this time".into(),
        (Some(_), _) => "look into what the application answers".into(),
        (None, fault) => silence(id.as_str(), fault),
    }
}

pub fn silence(id: &str, fault: &str) -> String {
    let has = |word: &str| fault.contains(word);
    if has("is this server itself") {
        return format!("is that the address of the application, and not Parlour's? parlour app update {id} --callback URL");
    }
    if has("never called") {
        return format!("is that where others reach the application? parlour app update {id} --callback URL");
    }
    if has("approved") || has("by https") {
        return format!("if you trust what answers there: parlour app update {id} --approve HOST:PORT");
    }
    if has("did not answer within") {
        return "let it answer first and do the work afterwards; a question has 5 s, everything else 15 s".into();
    }
    if has("certificate") || has("Certificate") {
        return "its certificate must be good for this name, in force, from an authority that browsers trust, and sent with its \
                intermediate certificates"
            .into();
    }
    if has("resolved") || has("stands for no address") {
        return format!("is the name right, and known to this machine? parlour app update {id} --callback URL");
    }
    "is the application running, does it listen on this port, and can this machine reach it?".into()
}

/// A word of a command that somebody copies: what an application's server said must not become another command.
fn for_shell(word: &str) -> String {
    match word.bytes().all(|b| b.is_ascii_alphanumeric() || b":/._-%~".contains(&b)) {
        true => word.into(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::{for_shell, silence};

    #[test]
    fn an_address_that_is_nobodys_application_is_to_be_another() {
        let own = silence("oa", "127.0.0.1:8080 is this server itself");
        assert!(own.contains("not Parlour's") && own.ends_with("parlour app update oa --callback URL"), "{own}");
        let never = silence("oa", "169.254.169.254 is a cloud's metadata service; it is never called");
        assert!(never.contains("others reach"), "{never}");
        assert!(silence("oa", "10.0.0.5 is not public; it is called only when 10.0.0.5:80 is approved").contains("--approve"));
    }

    #[test]
    fn what_a_server_said_stays_one_word_of_the_command() {
        assert_eq!(for_shell("https://oa.example/parlour/"), "https://oa.example/parlour/");
        assert_eq!(for_shell("https://x/;a'b|sh"), r"'https://x/;a'\''b|sh'");
    }
}
