//! The address of a file: for one user, in one session, of one message, for a short time. Who has it may look, as long as that
//! user may; a picture's element in a page cannot send a token. The key lives as long as the process: clients ask anew.

use crate::chat::file::{self, File};
use crate::chat::message;
use crate::directory::caller::Caller;
use crate::directory::session;
use crate::error::{Error, Result};
use crate::http::file::Part;
use crate::id::{AppNo, MessageId, UserNo};
use crate::secret::{self, Fingerprint};
use crate::store::Db;
use crate::time::Moment;
use std::time::Duration;

/// How long an address is good.
const LIFE: Duration = Duration::from_secs(3600);
/// Bytes of what it says, and of its seal.
const SAID: usize = 6 * 8 + 1;
const SEAL: usize = 16;

/// Signs addresses.
pub struct Sealer(Fingerprint);

/// Who may look at what, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub app: AppNo,
    pub user: UserNo,
    pub session: i64,
    /// The message that has it; none: the user sent it, and has not used it yet.
    pub message: Option<MessageId>,
    pub file: i64,
    pub part: Part,
    pub until: Moment,
}

impl Sealer {
    pub fn fresh() -> Sealer {
        Sealer(secret::random())
    }

    /// The path of the address.
    pub fn path(&self, grant: &Grant) -> Result<String> {
        let numbers = [grant.app.0, grant.user.0, grant.session, grant.message.map_or(0, |id| id.0), grant.file, grant.until.0];
        let mut said: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        said.push(u8::from(grant.part == Part::Preview));
        let seal = secret::hmac(&self.0, &said)?;
        said.extend(&seal[..SEAL]);
        Ok(format!("/files/{}", secret::encode_url(&said)))
    }

    /// What an address says, if it was made here and is good `now`.
    pub fn open(&self, text: &str, now: Moment) -> Option<Grant> {
        let bytes = secret::decode_url(text).filter(|bytes| bytes.len() == SAID + SEAL)?;
        let (said, seal) = bytes.split_at(SAID);
        let sealed = secret::hmac(&self.0, said).ok()?;
        if !secret::same(seal, &sealed[..SEAL]) {
            return None;
        }
        let number = |at: usize| said[at * 8..at * 8 + 8].try_into().map(i64::from_be_bytes).ok();
        let grant = Grant {
            app: AppNo(number(0)?),
            user: UserNo(number(1)?),
            session: number(2)?,
            message: number(3).filter(|id| *id != 0).map(MessageId),
            file: number(4)?,
            until: Moment(number(5)?),
            part: if said[SAID - 1] == 1 { Part::Preview } else { Part::Whole },
        };
        (grant.until > now).then_some(grant)
    }
}

impl Grant {
    /// For whoever asks now; `to` says for which file.
    pub fn of(caller: &Caller, message: Option<MessageId>) -> Grant {
        let until = Moment::now().plus(LIFE);
        Grant { app: caller.app, user: caller.user, session: caller.session, message, file: 0, part: Part::Whole, until }
    }

    pub fn to(&self, file: i64, part: Part) -> Grant {
        Grant { file, part, ..self.clone() }
    }

    /// The file, if this user may still look at it: signed in, in the conversation, and the message stands.
    pub fn file(&self, db: &Db) -> Result<File> {
        let missing = || Error::NotFound("file");
        let held = session::find_no(db, self.app, self.user, self.session)?.ok_or_else(missing)?;
        let found = file::get(db, self.app, self.file)?;
        let may_look = match self.message {
            Some(id) => message::require(db, &held.caller, id).map_err(|_| missing())?.files.contains(&self.file),
            None => found.uploader == self.user,
        };
        if may_look { Ok(found) } else { Err(missing()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_was_made_for_until_its_time_is_over() {
        let sealer = Sealer::fresh();
        let until = Moment(1_000_000);
        let grant = Grant {
            app: AppNo(1),
            user: UserNo(7),
            session: 2,
            message: Some(MessageId(9)),
            file: 5,
            part: Part::Preview,
            until,
        };
        let path = sealer.path(&grant).unwrap();
        let text = path.strip_prefix("/files/").unwrap();
        assert_eq!(sealer.open(text, Moment(999_999)), Some(grant));
        assert_eq!(sealer.open(text, until), None);
        assert_eq!(Sealer::fresh().open(text, Moment(0)), None);
        let bytes = secret::decode_url(text).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(sealer.open(&secret::encode_url(&changed), Moment(0)), None, "byte {at}");
        }
        assert_eq!((sealer.open("", Moment(0)), sealer.open("§", Moment(0))), (None, None));
    }
}
