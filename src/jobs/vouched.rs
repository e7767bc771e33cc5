//! The word of an application about a user, as the directory takes it: `callout` knows no directory, and that no callout.

use crate::callout::Vouched;
use crate::directory::profile::Profile;

impl From<Vouched> for Profile {
    fn from(said: Vouched) -> Profile {
        Profile {
            name: said.name,
            email: said.email,
            avatar: said.avatar,
            title: said.title,
            locale: said.locale,
            timezone: said.timezone,
            ..Profile::new(said.id)
        }
    }
}
