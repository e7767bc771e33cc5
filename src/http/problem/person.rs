//! The page that tells a person what went wrong, in that person's language.

use crate::http::console::language::Language;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "problem.html")]
pub struct Page<'a> {
    language: &'static str,
    title: &'static str,
    /// What it means and what to do.
    text: &'static str,
    /// The error's own sentence, which is in English; blank where it says no more than the text.
    sentence: String,
    home: &'static str,
    number: &'static str,
    request_id: &'a str,
}

/// A status, its title and what it means, in English and in Chinese.
type Words = (u16, [&'static str; 2], [&'static str; 2]);

const WORDS: &[Words] = &[
    (401, ["Sign in first", "请先登录"], ["This page is only for people who are signed in.", "只有登录后才能查看此页面。"]),
    (403, ["This is not allowed", "没有权限"], ["The server refused this.", "服务器拒绝了这个请求。"]),
    (
        404,
        ["Nothing is here", "找不到页面"],
        ["The address may be mistyped, or what it led to is gone.", "地址可能有误，或者内容已不存在。"],
    ),
    (
        409,
        ["This does not fit any more", "内容已发生变化"],
        ["Something changed meanwhile. Go back and look again.", "内容在此期间已被更改，请返回后重试。"],
    ),
    (413, ["This is too large", "内容过大"], ["Send less at once.", "请减少一次提交的内容。"]),
    (429, ["Too much at once", "请求过于频繁"], ["Wait a moment, then try again.", "请稍候再试。"]),
    (500, ["Something went wrong here", "服务器出错了"], ["It has been noted. Try again later.", "错误已被记录，请稍后再试。"]),
    (503, ["Not available just now", "暂时无法使用"], ["Try again in a moment.", "请稍后再试。"]),
];

const OTHER: Words = (
    400,
    ["This was not understood", "无法处理该请求"],
    ["The server could not do anything with this request.", "服务器无法处理这个请求。"],
);

impl<'a> Page<'a> {
    pub fn new(request: &HttpRequest, status: StatusCode, sentence: &str, request_id: &'a str) -> Page<'a> {
        let language = Language::of(request);
        let (_, titles, texts) = WORDS.iter().find(|(known, ..)| *known == status.as_u16()).unwrap_or(&OTHER);
        let place = match language {
            Language::English => 0,
            Language::Chinese => 1,
        };
        let says_more = !matches!(status.as_u16(), 404 | 500);
        Page {
            language: language.tag(),
            title: titles[place],
            text: texts[place],
            sentence: if says_more { language.say(sentence) } else { String::new() },
            home: ["Back to the start page", "返回首页"][place],
            number: ["Request number", "请求编号"][place],
            request_id,
        }
    }
}
