//! What still has to be passed on, in the order in which it happened. While the program is away everything waits for it; a question
//! that it did not answer well is asked again, and only what came later in the same conversation waits behind it. Nothing is passed on
//! again that the program has taken.

use super::forward::{Came, Forward, carry};
use super::{Told, ask};
use crate::cli::answer;
use crate::cli::exit::{Code, Result};
use crate::config::Config;
use crate::id::AppId;
use serde_json::Value;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A program that is away is looked for this often: on the machine of a developer it comes and goes.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause before a question is asked again: somebody mends the program meanwhile.
const LONGEST: u64 = 10;

/// One event that waits to be passed on, or for the program's answer.
struct Turn {
    id: i64,
    /// As it came; none: it has to be read again, because a signature is good for five minutes only.
    fresh: Option<Told>,
    is_open: bool,
    conversation: Option<i64>,
    tries: u32,
    due: Instant,
    /// What the program answered, while the server was away.
    owed: Option<String>,
}

/// What becomes of a turn.
enum Next {
    Done,
    /// Again, when it is due.
    Later,
    /// The program or the server is away: nothing behind it goes on either.
    Stop,
}

pub struct Queue<'a> {
    config: &'a Config,
    app: &'a AppId,
    forward: Forward,
    turns: VecDeque<Turn>,
    /// The program is away, and looked for again at this moment.
    away: Option<Instant>,
}

impl<'a> Queue<'a> {
    pub fn open(config: &'a Config, app: &'a AppId, forward: Forward) -> Queue<'a> {
        Queue { config, app, forward, turns: VecDeque::new(), away: None }
    }

    /// Passes it on, or keeps it until its turn.
    pub fn take(&mut self, event: Told) -> Result<()> {
        let Some(id) = event.id else { return self.pass_by(&event) };
        let body: Value = serde_json::from_str(&event.body).unwrap_or_default();
        let of = |value: &Value| value["conversation"].as_i64();
        let conversation = of(&body["data"]["message"]).or_else(|| of(&body["data"]));
        let (is_open, due) = (event.is_open, Instant::now());
        self.turns.push_back(Turn { id, fresh: Some(event), is_open, conversation, tries: 0, due, owed: None });
        self.go_on()
    }

    /// How long nothing is due; none: nothing waits.
    pub fn pause(&self) -> Option<Duration> {
        let mut begun = BTreeSet::new();
        // What waits behind another of its conversation is due with that one.
        let first = self.turns.iter().filter(|turn| turn.conversation.is_none_or(|one| begun.insert(one)));
        let due = self.away.or_else(|| first.map(|turn| turn.due).min());
        (!self.turns.is_empty()).then_some(due)?.map(|due| due.saturating_duration_since(Instant::now()).max(PAUSE / 20))
    }

    /// Passes on whatever has its turn.
    pub fn go_on(&mut self) -> Result<()> {
        let (mut behind, mut kept) = (BTreeSet::new(), VecDeque::new());
        let mut stopped = self.away.is_some_and(|until| Instant::now() < until);
        for mut turn in std::mem::take(&mut self.turns) {
            let waits = stopped || turn.conversation.is_some_and(|one| behind.contains(&one)) || Instant::now() < turn.due;
            match if waits { Next::Later } else { self.attempt(&mut turn)? } {
                Next::Done => continue,
                Next::Later => {}
                Next::Stop => stopped = true,
            }
            behind.extend(turn.conversation);
            // What waits is read again: its signature grows old, and somebody else may answer it.
            turn.fresh = None;
            kept.push_back(turn);
        }
        self.turns = kept;
        Ok(())
    }

    /// What is told at the moment only is no turn: nobody wants it later.
    fn pass_by(&mut self, event: &Told) -> Result<()> {
        if self.away.is_none() {
            let (Came::Taken { how, .. } | Came::Refused(how) | Came::Away(how)) = self.forward.pass(event);
            say(&format!("{} {how}", self.forward));
        }
        Ok(())
    }

    fn attempt(&mut self, turn: &mut Turn) -> Result<Next> {
        let late = if turn.fresh.is_some() { String::new() } else { format!("event {}: ", turn.id) };
        if let Some(body) = turn.owed.take() {
            return Ok(self.bring(turn, &late, body));
        }
        let event = match turn.fresh.take() {
            Some(event) => event,
            None => match self.again(turn) {
                Ok(Some(event)) => event,
                Ok(None) => {
                    say(&format!("{late}nobody waits for an answer any more"));
                    return Ok(Next::Done);
                }
                Err(failure) if failure.code == Code::NoAnswer => return Ok(self.server_away(turn)),
                Err(failure) => return Err(failure),
            },
        };
        let came = self.forward.pass(&event);
        if self.away.is_some() && !matches!(came, Came::Away(_)) {
            self.away = None;
            say(&format!("{} is there again", self.forward));
        }
        Ok(match came {
            Came::Away(how) => self.program_away(&how),
            Came::Taken { body, .. } if turn.is_open => self.bring(turn, &late, body),
            Came::Refused(how) if turn.is_open => self.again_later(turn, &format!("{late}{} {how}", self.forward)),
            Came::Taken { how, .. } | Came::Refused(how) => {
                say(&format!("{late}{} {how}", self.forward));
                Next::Done
            }
        })
    }

    /// The event once more, with a signature of now. None where it is gone, or was a question that is answered.
    fn again(&self, turn: &Turn) -> Result<Option<Told>> {
        let happened = ask(self.config, self.app, Some(turn.id - 1), Duration::ZERO)?;
        let event = happened.events.into_iter().find(|event| event.id == Some(turn.id) && event.kind != "reset");
        Ok(event.filter(|event| event.is_open || !turn.is_open))
    }

    /// Gives the program's answer to the server.
    fn bring(&mut self, turn: &mut Turn, late: &str, body: String) -> Next {
        match carry(self.config, self.app, turn.id, body.clone()) {
            Ok(said) => {
                say(&format!("{late}{} answered; {said}", self.forward));
                Next::Done
            }
            Err(failure) if matches!(failure.code, Code::NoAnswer | Code::Failed) => {
                turn.owed = Some(body);
                self.server_away(turn)
            }
            Err(failure) if failure.code == Code::Usage => {
                let how = format!("{late}{}: the answer does not count: {}", self.forward, failure.sentence);
                self.again_later(turn, &how)
            }
            Err(failure) => {
                say(&format!("{late}{}: the answer does not count: {}", self.forward, failure.sentence));
                Next::Done
            }
        }
    }

    /// Or it cannot write at the moment.
    fn server_away(&self, turn: &mut Turn) -> Next {
        turn.due = Instant::now() + PAUSE;
        Next::Stop
    }

    fn program_away(&mut self, how: &str) -> Next {
        if self.away.is_none() {
            say(&format!("{} {how}; what happens waits for it, and it is tried every second", self.forward));
        }
        self.away = Some(Instant::now() + PAUSE);
        Next::Stop
    }

    fn again_later(&self, turn: &mut Turn, how: &str) -> Next {
        if turn.tries == 0 {
            say(&format!("{how}; the question is asked again until it is answered, and its conversation waits behind it"));
        }
        let pause = LONGEST.min(1 << turn.tries.min(8));
        (turn.tries, turn.due) = (turn.tries + 1, Instant::now() + Duration::from_secs(pause));
        Next::Later
    }
}

/// One line, below the event or later than it. What programs answer must not move the cursor either.
fn say(sentence: &str) {
    eprintln!("  {}", answer::plain(&sentence.replace('\n', " ")));
}
