//! What the demo prints when it is ready.

use super::folder::Folder;
use super::office::{Office, password_of};
use crate::server::Running;

/// id and role of those who enter by a link
const GUESTS: [(&str, &str); 5] = [
    ("ben", "Ben Okafor, employee"),
    ("anna", "Anna Liu, manager"),
    ("dalia", "Dalia Haddad, administration"),
    ("wei", "Chen Wei, engineer (his messages come in Chinese)"),
    ("emil", "Emil Novák, support"),
];

/// The lines that `parlour serve` prints too.
pub fn first(parlour: &Running) -> String {
    let set_up = parlour.setup_link.as_ref().map(|link| format!("set up at {link}\n"));
    format!("parlour listening on http://{}\n{}", parlour.address, set_up.unwrap_or_default())
}

pub fn printed(office: &Office, parlour: &Running, folder: &Folder) -> String {
    let mut text = format!(
        "office listening on {}\n\nHarbour, a small office, is open. Each of these links works once:\n\n",
        office.address
    );
    for (id, who) in GUESTS {
        text.push_str(&format!("  {who}\n    {}\n", office.entry(id)));
    }
    text.push_str(&format!(
        "\nAfter that, sign in with a name and its password: ben and {}, anna and {}, and so on.\n\
         Open two of them in two windows, one of which is private, and let them talk.\n\n",
        password_of("ben"),
        password_of("anna"),
    ));
    let home = parlour.house.own.link("/");
    text.push_str(&format!("  The full messenger, with the same names and passwords\n    {home}\n"));
    let console = parlour.setup_link.clone().unwrap_or_else(|| parlour.house.own.link("/console"));
    text.push_str(&format!("  Parlour's console\n    {console}\n\n"));
    text.push_str(&match folder.is_kept {
        true => format!("Everything is kept in {}. Ctrl-C ends the demo.\n", folder.path().display()),
        false => "Ctrl-C ends the demo and removes everything.\n".to_owned(),
    });
    text
}
