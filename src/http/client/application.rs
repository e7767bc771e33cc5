//! What a sign-in page shows before anybody is known.

use crate::apps::application::{self, Application, SignIn};
use crate::apps::oidc;
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::problem::Answer;
use crate::id::AppId;
use crate::store::Db;
use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub struct Which {
    app: Option<String>,
}

/// An application as anybody may see it.
#[derive(Serialize)]
struct Brand {
    id: AppId,
    name: String,
    colour: Option<String>,
    icon: Option<String>,
    sign_in: Vec<SignIn>,
    /// What its users call the identity provider with which they can sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
}

/// `GET /client/application?app=`; without `app` the only one that there is.
pub async fn show(house: Data<House>, which: Query<Which>) -> Answer {
    let id = which.app.as_deref().map(AppId::parse).transpose()?;
    let look = move |db: &Db| {
        let found = id.map_or_else(|| only(db), |id| active(db, &id))?;
        let provider = if found.opens(SignIn::Oidc) { oidc::find(db, found.no)?.map(|set| set.provider) } else { None };
        Ok((found, provider))
    };
    let (Application { id, name, colour, icon, sign_in, .. }, provider) = house.store.read(look).await?;
    let brand = Brand { id, name, colour, icon, sign_in, provider };
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-cache")).json(brand))
}

/// An application that lets its users in now; one that is suspended is as if it were not there.
pub fn active(db: &Db, id: &AppId) -> Result<Application> {
    application::find(db, id)?.filter(|found| found.suspended_at.is_none()).ok_or(Error::NotFound("application"))
}

/// The only application that there is.
pub fn only(db: &Db) -> Result<Application> {
    let mut all = application::list(db)?;
    all.retain(|found| found.suspended_at.is_none());
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(Error::NotFound("application")),
    }
}
