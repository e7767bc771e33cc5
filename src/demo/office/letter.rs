//! What the office writes to people through Parlour, in each reader's language, as Markdown.

use super::language::Language;
use super::leave::Leave;
use super::notice::Notice;
use super::person::Person;
use super::state::State;

/// Text of a person inside our Markdown: shown as it was written.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !",.;:?'\"/%&=".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

pub fn quote(text: &str) -> String {
    let lines = text.lines().map(|line| format!("> {}", plain(line)));
    lines.collect::<Vec<_>>().join("\n")
}

/// To the one who asked: it is decided.
pub fn decided(address: &str, state: &State, leave: &Leave, reader: &Person) -> Option<String> {
    let decision = leave.decision.as_ref()?;
    use Language::{Chinese, English};
    let l = &reader.language;
    let (by, span) = (plain(&state.name_of(&decision.by)), l.span(&leave.first, &leave.last));
    let link = format!("{}/leave/{}", address, leave.id);
    let mut text = match (l, decision.approved) {
        (English, true) => format!("✅ {by} **approved** your [leave request]({link}): {span}."),
        (English, false) => format!("❌ {by} **rejected** your [leave request]({link}): {span}."),
        (Chinese, true) => format!("✅ {by} **批准**了您的[请假申请]({link})：{span}。"),
        (Chinese, false) => format!("❌ {by} **拒绝**了您的[请假申请]({link})：{span}。"),
    };
    if !decision.comment.is_empty() {
        text.push_str(&format!("\n\n{}", quote(&decision.comment)));
    }
    Some(text)
}

/// To everyone.
pub fn notice(address: &str, notice: &Notice) -> String {
    let lines: Vec<String> = notice.text.lines().map(plain).collect();
    format!("📌 **{}**\n\n{}\n\n[{}]({}/notices)", plain(&notice.title), lines.join("  \n"), "Notices · 公告", address)
}

/// To a new person.
pub fn welcome(address: &str, reader: &Person) -> String {
    let name = plain(&reader.name);
    match reader.language {
        Language::English => format!(
            "Welcome to Harbour, {name}! I am the office. Write **help** to see what I can answer, \
             or go to [your page]({address}/)."
        ),
        Language::Chinese => format!(
            "{name}，欢迎加入 Harbour！我是办公系统。发送 **帮助** 可查看我能回答的问题，也可打开\
             [您的主页]({address}/)。"
        ),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_persons_text_cannot_become_markup() {
        assert_eq!(super::plain("a*b_[c](d)`"), r"a\*b\_\[c\]\(d\)\`");
        assert_eq!(super::quote("one\n<b>"), "> one\n> \\<b\\>");
    }
}
