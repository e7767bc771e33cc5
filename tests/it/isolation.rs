//! No byte of one application reaches a principal of another. Made from the server's own table of routes and list of frames:
//! a route or a frame that nothing here covers is a failure.
//!
//! Each call is made with credentials that prove nothing, and with ids of another application in each of its places: the
//! answer has to be, byte for byte, that of an id which is nowhere.

mod client;
mod credential;
mod frame;
mod office;
mod page;
mod rest;
mod same;

use parlour::http::route::{Policy, Route};
use parlour::http::router;

/// Every route of the server, as `METHOD /path`.
fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

fn routes(wanted: impl Fn(Policy) -> bool) -> Vec<Route> {
    router::routes().into_iter().filter(|route| wanted(route.policy)).collect()
}

#[test]
fn every_route_is_covered_here() {
    for route in router::routes() {
        let name = name(&route);
        let covered = match route.policy {
            Policy::Application(_) => rest::covers(&name),
            Policy::Client | Policy::SignIn => client::covers(&name),
            _ => page::covers(&route),
        };
        assert!(covered, "{name} ({:?}) was added without being covered", route.policy);
    }
}
