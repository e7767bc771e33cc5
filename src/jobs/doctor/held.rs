//! Contact lists that were not taken because they would lose most of their people: nobody sees it before somebody looks.

use super::Finding;
use crate::apps::application::Application;
use crate::directory::held;
use crate::error::Result;
use crate::store::Store;

const CHECK: &str = "held lists";
/// Users who are named.
const NAMED: usize = 3;

pub async fn look(store: &Store, application: &Application) -> Result<Option<Finding>> {
    let no = application.no;
    let (lists, count) = store.read(move |db| held::list(db, no, NAMED)).await?;
    if lists.is_empty() {
        return Ok(None);
    }
    let named: Vec<String> = lists.iter().map(|one| format!("{} {} of {}", one.user, one.gone, one.had)).collect();
    let more = if count as usize > named.len() { ", …" } else { "" };
    let detail = match count {
        1 => format!("1 contact list would lose most of its people and is held: {}", named.join(", ")),
        _ => format!("{count} contact lists would lose most of their people and are held: {}{more}", named.join(", ")),
    };
    let mend = format!(
        "is what it answers to contacts.list whole? If it is meant, take it at /console/@{}/held, or by POST \
         /api/v1/contacts/refresh with {{\"confirm\": true}}",
        application.id
    );
    Ok(Some(Finding::wrong(CHECK, detail, mend)))
}
