//! What stands around every page: who is here, where, in which language, and what there is to say once.

use crate::apps::application::Application;
use crate::http::assets;
use crate::http::console::address;
use crate::http::console::language::{Language, en, number};
use crate::http::console::part::{Icon, Mark, Stamp};
use crate::http::console::visit::Visit;
use crate::time::Moment;

/// A place of the console: its name in code, its address, its drawing, what it is called.
pub type Place = (&'static str, &'static str, &'static str, &'static str);

pub const PLACES: [Place; 4] = [
    ("overview", "/console", "overview", en("Overview")),
    ("applications", "/console/applications", "applications", en("Applications")),
    ("operators", "/console/operators", "operators", en("Administrators")),
    ("audit", "/console/audit", "audit", en("Audit log")),
];

/// The rooms of one application, below its own address.
pub const ROOMS: [Place; 7] = [
    ("summary", "", "summary", en("Summary")),
    ("users", "/users", "users", en("Users")),
    ("groups", "/groups", "groups", en("Groups")),
    ("messages", "/messages", "messages", en("Messages")),
    ("deliveries", "/deliveries", "deliveries", en("Callbacks")),
    ("keys", "/keys", "keys", en("Keys and secrets")),
    ("settings", "/edit", "settings", en("Settings")),
];

/// What is said on one page after something was done.
#[derive(Debug, Clone)]
pub struct Flash {
    pub good: bool,
    pub sentence: String,
}

#[derive(Debug, Clone)]
pub struct Frame {
    pub l: Language,
    pub place: &'static str,
    /// The name of who is signed in; blank before.
    pub who: String,
    /// What every form of this session carries.
    pub form_key: String,
    /// This page's address, to come back to.
    pub here: String,
    pub flash: Option<Flash>,
    pub tenant: Option<Tenant>,
    /// Whether what is secret asks for the password once more.
    pub must_confirm: bool,
}

/// The application in whose rooms a page stands.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub id: String,
    pub name: String,
    pub mark: Mark,
    pub path: String,
    pub is_suspended: bool,
    room: &'static str,
}

impl Tenant {
    pub fn is_in(&self, room: &&str) -> bool {
        self.room == *room
    }
}

impl Frame {
    /// Of a page before the console.
    pub fn outside(l: Language, here: &str) -> Frame {
        Frame {
            l,
            place: "",
            who: String::new(),
            form_key: String::new(),
            here: here.into(),
            flash: None,
            tenant: None,
            must_confirm: false,
        }
    }

    pub fn of(visit: &Visit, place: &'static str) -> Frame {
        Frame {
            place,
            who: visit.name().into(),
            form_key: visit.form_key().into(),
            flash: visit.take_flash(),
            must_confirm: visit.must_confirm(),
            ..Frame::outside(visit.l, &visit.here)
        }
    }

    /// Of a page in a room of an application.
    pub fn within(visit: &Visit, application: &Application, room: &'static str) -> Frame {
        let tenant = Tenant {
            id: application.id.as_str().into(),
            name: application.name.clone(),
            mark: Mark::of_application(application),
            path: address::application(&application.id),
            is_suspended: application.suspended_at.is_some(),
            room,
        };
        Frame { tenant: Some(tenant), ..Frame::of(visit, "applications") }
    }

    pub fn is_at(&self, place: &&str) -> bool {
        self.place == *place && self.tenant.is_none()
    }

    /// The address of the application's rooms; blank outside of one.
    pub fn path(&self) -> &str {
        self.tenant.as_ref().map_or("", |tenant| &tenant.path)
    }

    pub fn t(&self, english: &'static str) -> &'static str {
        self.l.t(english)
    }

    pub fn with(&self, english: &'static str, thing: &str) -> String {
        self.l.with(english, &[thing])
    }

    pub fn n(&self, english: &'static str, count: &i64) -> String {
        self.l.n(english, *count)
    }

    pub fn number(&self, count: &i64) -> String {
        number(*count)
    }

    pub fn say(&self, english: &str) -> String {
        self.l.say(english)
    }

    pub fn icon(&self, name: &'static str) -> Icon {
        Icon(name)
    }

    pub fn time(&self, moment: &Moment) -> Stamp {
        Stamp(*moment)
    }

    pub fn asset(&self, path: &str) -> String {
        assets::link(path)
    }

    pub fn sheet(&self, name: &str) -> String {
        assets::link(&format!("css/console/{name}.css"))
    }
}
