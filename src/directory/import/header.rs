//! The first line of a table: which of its columns is which, in English or Chinese, as people and their programs call them.

use crate::error::{Error, Result};
use serde_json::{Map, Value};

/// The names that a table may have.
pub const COLUMNS: [&str; 9] = ["id", "name", "kind", "email", "avatar", "title", "locale", "timezone", "suspended"];

/// What else the same is called. Blanks, underscores, hyphens and capitals make no difference.
const NAMES: [(&str, &str); 9] = [
    ("id", "userid username user login account 编号 工号 学号 账号 帐号 账户 用户名 用户id 用户编号 员工编号 员工号 登录名"),
    ("name", "fullname displayname 姓名 名字 名称 显示名 显示名称 真实姓名 昵称"),
    ("kind", "type 类型 用户类型"),
    ("email", "mail emailaddress 邮箱 邮件 电子邮箱 电子邮件 邮箱地址 邮件地址 电子邮件地址"),
    ("avatar", "photo picture image 头像 照片"),
    ("title", "position jobtitle job 职位 职务 岗位 职称 头衔"),
    ("locale", "language lang 语言"),
    ("timezone", "tz 时区"),
    ("suspended", "disabled blocked 停用 禁用 已停用 是否停用"),
];

/// What a department is called, in a table of a whole organisation.
const GROUP: &str = "group department dept team division unit orgunit 部门 所属部门 部门名称 所在部门 组织 单位 科室 分组";

/// Columns in their order: what each means, and what it is called in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header(Vec<(&'static str, String)>);

impl Header {
    /// Columns without a name at the end are none.
    pub fn parse(mut cells: Vec<String>) -> Result<Header> {
        while cells.last().is_some_and(|written| written.trim().is_empty()) {
            cells.pop();
        }
        let mut columns: Vec<(&'static str, String)> = Vec::with_capacity(cells.len());
        for written in cells {
            let meant = meaning(&written).ok_or_else(|| unknown(&written))?;
            if columns.iter().any(|(known, _)| *known == meant) {
                return Err(Error::invalid("", format!("the first line names the column `{meant}` twice")));
            }
            columns.push((meant, written.trim().into()));
        }
        match columns.iter().any(|(meant, _)| *meant == "id") {
            true => Ok(Header(columns)),
            false => Err(Error::invalid("", "the first line names no column `id`")),
        }
    }

    /// Of a table that was made for something else: what it calls some columns is said, and those that nobody needs are passed
    /// over. A department (`group`) is known too.
    pub fn chosen(cells: Vec<String>, chosen: &[(&'static str, &str)]) -> Result<Header> {
        let mut columns: Vec<(&'static str, String)> = Vec::with_capacity(cells.len());
        for written in cells {
            let written = written.trim();
            let named = chosen.iter().find(|(_, name)| name.eq_ignore_ascii_case(written)).map(|(meant, _)| *meant);
            let usual = meaning(written).or_else(|| is_one_of(GROUP, &plain(written)).then_some("group"));
            let usual = usual.filter(|usual| !chosen.iter().any(|(meant, _)| meant == usual));
            let meant = named.or(usual).filter(|meant| !columns.iter().any(|(known, _)| known == meant));
            columns.push((meant.unwrap_or_default(), written.into()));
        }
        let has = |meant: &str| columns.iter().any(|(known, _)| *known == meant);
        let missing = chosen.iter().find(|(meant, _)| !has(meant)).map(|(_, name)| *name).or((!has("id")).then_some("id"));
        match missing {
            Some(name) => Err(Error::invalid("", format!("the first line names no column `{name}`"))),
            None => Ok(Header(columns)),
        }
    }

    /// A record as the members of an object.
    pub fn members(&self, cells: Vec<String>) -> Result<Map<String, Value>> {
        let surplus = cells.iter().skip(self.0.len()).any(|cell| !cell.trim().is_empty());
        if cells.len() < self.0.len() || surplus {
            let reason = format!("{} cells, and the first line names {}", cells.len(), self.0.len());
            return Err(Error::invalid("", reason));
        }
        let members = self.0.iter().map(|(meant, _)| meant.to_string()).zip(cells.into_iter().map(Value::String));
        Ok(members.filter(|(meant, _)| !meant.is_empty()).collect())
    }

    /// What the file calls this column.
    pub fn written<'a>(&'a self, column: &'a str) -> &'a str {
        self.0.iter().find(|(meant, _)| *meant == column).map_or(column, |(_, written)| written)
    }
}

fn meaning(written: &str) -> Option<&'static str> {
    let plain = plain(written);
    let known = |(meant, others): &&(&'static str, &str)| *meant == plain || is_one_of(others, &plain);
    NAMES.iter().find(known).map(|(meant, _)| *meant)
}

fn plain(written: &str) -> String {
    written.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_one_of(names: &str, plain: &str) -> bool {
    names.split(' ').any(|name| name == plain)
}

fn unknown(written: &str) -> Error {
    let shown: String = written.chars().take(40).collect();
    Error::invalid("", format!("there is no column `{shown}`; the first line names some of {}", COLUMNS.join(", ")))
}

/// Yes or no, as a cell says it.
pub fn flag(word: &str) -> Option<bool> {
    match word.trim().to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "是" | "停用" | "禁用" => Some(true),
        "false" | "no" | "n" | "0" | "否" | "正常" | "启用" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(names: &[&str]) -> Result<Header> {
        Header::parse(names.iter().map(|name| name.to_string()).collect())
    }

    #[test]
    fn columns_are_known_by_many_names() {
        let header = parse(&["User ID", "Display name", "E-Mail", " 职位 ", "time_zone"]).unwrap();
        let meant: Vec<&str> = header.0.iter().map(|(meant, _)| *meant).collect();
        assert_eq!(meant, ["id", "name", "email", "title", "timezone"]);
        assert_eq!(header.written("title"), "职位");
        for (bad, said) in [(&["id", "salary"][..], "`salary`"), (&["id", "工号"], "twice"), (&["name"], "no column `id`")] {
            assert!(parse(bad).unwrap_err().sentence().contains(said), "{bad:?}");
        }
    }

    #[test]
    fn a_table_made_for_something_else_is_read_as_far_as_it_is_needed() {
        let cells = || ["Nr", "工号", "姓名", "部门", "Salary"].map(String::from).to_vec();
        let read = |chosen: &[(&'static str, &str)]| {
            let header = Header::chosen(cells(), chosen)?;
            header.members(["1", "7", "刘洋", "研发", "9"].map(String::from).to_vec()).map(Value::Object)
        };
        assert_eq!(read(&[]).unwrap(), serde_json::json!({ "id": "7", "name": "刘洋", "group": "研发" }));
        assert_eq!(read(&[("id", "nr"), ("group", "姓名")]).unwrap(), serde_json::json!({ "id": "1", "group": "刘洋" }));
        assert!(read(&[("title", "Rank")]).unwrap_err().sentence().contains("no column `Rank`"));
        assert!(Header::chosen(vec!["姓名".into()], &[]).unwrap_err().sentence().contains("no column `id`"));
    }

    #[test]
    fn a_record_may_have_empty_cells_more_and_none_less() {
        let header = parse(&["id", "name"]).unwrap();
        let members = |cells: &[&str]| header.members(cells.iter().map(|cell| cell.to_string()).collect());
        assert!(members(&["a", "b", "", " "]).is_ok());
        assert!(members(&["a"]).is_err() && members(&["a", "b", "c"]).is_err());
    }
}
