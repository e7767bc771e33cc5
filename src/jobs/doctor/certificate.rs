//! The certificates of an application's addresses: until when they are in force.

use super::Finding;
use crate::apps::application::Application;
use crate::apps::origin;
use crate::callout::Callout;
use crate::time::Moment;
use std::collections::BTreeMap;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// From here on it is said that one ends.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);
const CHECK: &str = "certificate";

/// Of each host once. One that gives none is told of by whoever calls it.
pub async fn look(callout: &Callout, application: &Application, addresses: &[String]) -> Vec<Finding> {
    let hosts: BTreeMap<String, &String> = addresses.iter().map(|address| (origin::host_port(address), address)).collect();
    let mut findings = Vec::new();
    for (host, address) in hosts {
        if let Ok(Some(end)) = callout.certificate(address, &application.approved).await {
            findings.push(judge(&host, end, Moment::now()));
        }
    }
    findings
}

fn judge(host: &str, end: Moment, now: Moment) -> Finding {
    let mend = "renew it, and let what renews it reload the server that has it";
    let date = end.to_string()[..10].to_string();
    if end <= now {
        return Finding::wrong(CHECK, format!("that of {host} has ended on {date}"), mend);
    }
    let left = end.since(now);
    match left {
        left if left < SOON => {
            let days = left.as_secs() / DAY.as_secs();
            Finding::advice(CHECK, format!("that of {host} ends on {date}, in {days} days"), mend)
        }
        _ => Finding::good(CHECK, format!("that of {host} is in force until {date}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_certificate_is_complained_of_two_weeks_before_it_ends() {
        let now = Moment::now();
        let judged = |end| judge("oa.example:443", end, now).state;
        let states = [now.minus(DAY), now, now.plus(13 * DAY), now.plus(15 * DAY)].map(judged);
        assert_eq!(states, [State::Wrong, State::Wrong, State::Advice, State::Good]);
    }
}
