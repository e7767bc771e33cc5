//! All routes of the server in one table: method, path, who may use it, what answers.

use crate::error::Error;
use crate::http::body::field;
use crate::http::guard::origin;
use crate::http::problem::{Answer, Problem};
use crate::http::route::{Policy, Route};
use crate::http::{api, assets, client, console, example, health, socket};
use actix_web::guard::fn_guard;
use actix_web::http::Method;
use actix_web::web::{PathConfig, QueryConfig};
use actix_web::{HttpRequest, web};

#[rustfmt::skip]
pub fn routes() -> Vec<Route> {
    use Policy::*;
    let mut table = vec![
        Route::new(Method::GET, "/healthz", Health, health::live),
        Route::new(Method::GET, "/readyz",  Health, health::ready),

        Route::new(Method::GET, "/",                 Public, client::page::index),
        Route::new(Method::GET, "/sign-in/{app}",    Public, client::page::arrival),
        Route::new(Method::GET, "/widget",           Public, client::page::widget),
        Route::new(Method::GET, "/widget.js",        Public, client::page::script),
        Route::new(Method::GET, "/parlour.js",       SignIn, client::library::script),
        Route::new(Method::GET, "/parlour.d.ts",     Public, client::library::declaration),
        Route::new(Method::GET, "/api/docs",         Public, api::docs::show),
        Route::new(Method::GET, "/assets/{path:.*}", Public, assets::show),
        Route::new(Method::GET, "/examples/{name}",  Public, example::show),

        Route::new(Method::GET,    "/client/application",    SignIn, client::application::show),
        Route::new(Method::POST,   "/client/oidc",           SignIn, client::oidc::begin),
        Route::new(Method::POST,   "/client/session",        SignIn, client::session::create),
        Route::new(Method::DELETE, "/client/session",        Client, client::session::destroy),
        Route::new(Method::POST,   "/client/session/socket", Client, client::session::socket),
        Route::new(Method::POST,   "/client/files",          Client, client::file::create),
        Route::new(Method::DELETE, "/client/files/{id}",     Client, client::file::destroy),
        Route::new(Method::GET,    "/client/messages/{id}/files", Client, client::file::index),
        Route::new(Method::GET,    "/files/{link}",          Public, client::file::show),

        Route::new(Method::GET, "/ws", SignIn, socket::open),
    ];
    table.extend(api::table::routes());
    table.extend(console::table::routes());
    table
}

/// Puts the table into an application: one resource for each path, which refuses methods that the table does not have.
pub fn configure(config: &mut web::ServiceConfig) {
    config.app_data(QueryConfig::default().error_handler(|error, _| unread(&error, "Query deserialize error: ")));
    config.app_data(PathConfig::default().error_handler(|_, _| Problem::from(Error::NotFound("address")).into()));
    let mut rest = routes();
    // A path without a parameter is found by comparing it, and no pattern has to be tried before.
    rest.sort_by_key(|route| route.path.contains('{'));
    while let Some(path) = rest.first().map(|route| route.path) {
        let (same, others): (Vec<Route>, Vec<Route>) = rest.into_iter().partition(|route| route.path == path);
        let methods: Vec<Method> = same.iter().map(|route| route.method.clone()).collect();
        let resource = resource(path, same);
        // What a word of ours has no method for is somebody's whose id is that word.
        config.service(match others.iter().any(|route| is_also(path, route.path)) {
            true => resource.guard(fn_guard(move |context| methods.contains(&context.head().method))),
            false => resource,
        });
        rest = others;
    }
}

/// Whether a path without a parameter is one of this pattern, too.
fn is_also(path: &str, pattern: &str) -> bool {
    let (words, parts): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), pattern.split('/').collect());
    let fits = |(word, part): (&&str, &&str)| word == part || part.starts_with('{');
    !path.contains('{') && words.len() == parts.len() && words.iter().zip(&parts).all(fits)
}

fn resource(path: &'static str, routes: Vec<Route>) -> actix_web::Resource {
    let methods: Vec<Method> = routes.iter().map(|route| route.method.clone()).collect();
    let for_pages = routes.iter().any(|route| route.policy.is_for_pages());
    let other = move |request: HttpRequest| {
        let methods = methods.clone();
        async move {
            match *request.method() {
                Method::OPTIONS if for_pages => origin::preflight(&request, &methods).await,
                _ => Err(Problem::not_offered(request.method(), origin::list(&methods))),
            }
        }
    };
    let resource = routes.into_iter().fold(web::resource(path), |resource, route| resource.route(route.into_handler()));
    resource.default_service(web::to(other))
}

/// A query that a handler cannot take.
fn unread(error: &dyn std::error::Error, before: &str) -> actix_web::Error {
    let reason = error.to_string();
    let reason = reason.strip_prefix(before).unwrap_or(&reason);
    Problem::from(Error::invalid(field(reason), format!("the query was not understood: {reason}"))).into()
}

/// For every address that the table does not have. Where an id stands in it that may have a slash, that is what is wrong most often.
pub async fn nothing_here(request: HttpRequest) -> Answer {
    let parts: Vec<&str> = request.path().strip_prefix("/api/v1/").map_or(Vec::new(), |rest| rest.split('/').collect());
    match parts.as_slice() {
        ["users" | "groups" | "topics", _, _, ..] => Err(Error::NotFound("address; a / in an id is written %2F").into()),
        _ => Err(Error::NotFound("address").into()),
    }
}
