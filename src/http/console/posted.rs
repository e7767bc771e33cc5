//! A form as it was posted: read with a bound, and of this session's own pages only.

use crate::error::{Error, Result};
use crate::http::House;
use crate::http::body;
use crate::http::console::form::Form;
use crate::http::guard::Operator;
use crate::http::problem::Problem;
use crate::secret;
use actix_web::dev::Payload;
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::Future;
use std::pin::Pin;

/// Enough for a group of a thousand and some settings.
const MOST: usize = 512 * 1024;

impl FromRequest for Form {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Form, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            body::require_type(&request, "application/x-www-form-urlencoded")?;
            let form = parse(&body::read(&request, payload, MOST).await?)?;
            require_key(&request, &form)?;
            let house = request.app_data::<Data<House>>().ok_or_else(|| Error::internal("no house"))?;
            Ok(form.after(house.once.taken()))
        })
    }
}

fn parse(body: &[u8]) -> Result<Form> {
    let wrong = || Error::invalid("", "the form was not understood");
    let text = std::str::from_utf8(body).map_err(|_| wrong())?;
    let fields = Query::<Vec<(String, String)>>::from_query(text).map_err(|_| wrong())?;
    Ok(Form::new(fields.into_inner()))
}

/// The key of the session, where there is one. Before signing in, that the page is ours has to be enough.
pub fn require_key(request: &HttpRequest, form: &Form) -> Result<()> {
    let held = request.extensions().get::<Operator>().cloned();
    match held {
        Some(operator) if !secret::same(operator.0.csrf.as_bytes(), form.value("form_key").as_bytes()) => {
            Err(Error::Forbidden("this form is of another session; load its page again".into()))
        }
        _ => Ok(()),
    }
}
