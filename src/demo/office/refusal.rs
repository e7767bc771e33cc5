//! What the office says when it does not do what was asked. Drawn as a page in `guard`.

use super::language::{Sentence, sentence};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;

#[derive(Clone, Debug)]
pub enum Refusal {
    /// Nobody is signed in; where to go on afterwards.
    SignIn { next: String },
    /// Not there, or not for this person: the same answer.
    NotFound,
    /// The form does not come from a page of ours.
    Foreign,
    /// Something in a form is wrong.
    Invalid(Sentence),
    /// Too many attempts.
    TooMany,
    /// Our own trouble; the reason is for the log.
    Broken(String),
}

impl Refusal {
    pub fn invalid(english: &str, chinese: &str) -> Self {
        Self::Invalid(sentence(english, chinese))
    }

    pub fn sentence(&self) -> Sentence {
        match self {
            Self::Invalid(sentence) => sentence.clone(),
            Self::SignIn { .. } => sentence("Please sign in first.", "请先登录。"),
            Self::NotFound => sentence("There is no such page, or it is not meant for you.", "没有这个页面，或者它不对您开放。"),
            Self::Foreign => sentence(
                "This form has expired. Please go back, load the page again and repeat what you did.",
                "表单已过期。请返回、刷新页面后重试。",
            ),
            Self::TooMany => sentence("Too many attempts. Please wait a minute.", "尝试次数过多，请等一分钟再试。"),
            Self::Broken(_) => sentence("The office could not do that. Please try again.", "操作没有成功，请重试。"),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(reason) => to.write_str(reason),
            other => to.write_str(&other.sentence().english),
        }
    }
}

impl actix_web::ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Self::SignIn { next } = self {
            let next = super::parlour::encode(next);
            response.insert_header((LOCATION, format!("/sign-in?next={next}")));
        }
        response.finish()
    }
}
