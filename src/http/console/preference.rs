//! The language in which the console is read, kept in a cookie of this browser.

use crate::error::Error;
use crate::http::House;
use crate::http::console::address::within;
use crate::http::console::form::Form;
use crate::http::console::language::{COOKIE, Language};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::Data;

pub async fn create(house: Data<House>, form: Form) -> Answer {
    let wanted = Language::parse(form.value("language"));
    let language = wanted.ok_or_else(|| Error::invalid("language", "expected en or zh-CN"))?;
    let cookie = Cookie::build(COOKIE, language.tag()).path("/console").http_only(true).same_site(SameSite::Lax);
    let cookie = cookie.secure(house.own.is_secure()).max_age(Duration::days(365)).finish();
    let mut answer = see_other(within(form.value("to")));
    answer.add_cookie(&cookie).map_err(Error::internal)?;
    Ok(answer)
}
