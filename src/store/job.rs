//! One piece of work for the writer, with what is to be done with its answer.

use crate::error::{Error, Result};
use crate::store::tx::Tx;
use crate::wire::news::SocketNo;

pub type Job = Box<dyn Work>;

/// Run on the writer's thread, finished on the teller's after the commit.
pub trait Work: Send {
    fn origin(&self) -> Option<SocketNo>;
    /// Whether it succeeded.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Replaces the answer.
    fn fail(&mut self, error: Error);
    fn finish(self: Box<Self>);
}

struct Piece<F, D, T> {
    origin: Option<SocketNo>,
    work: Option<F>,
    done: D,
    result: Result<T>,
}

pub fn job<T, F, D>(origin: Option<SocketNo>, work: F, done: D) -> Job
where
    T: Send + 'static,
    F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    D: FnOnce(Result<T>) + Send + 'static,
{
    Box::new(Piece { origin, work: Some(work), done, result: Err(Error::Internal("this work was never run".into())) })
}

impl<T, F, D> Work for Piece<F, D, T>
where
    T: Send,
    F: FnOnce(&mut Tx) -> Result<T> + Send,
    D: FnOnce(Result<T>) + Send,
{
    fn origin(&self) -> Option<SocketNo> {
        self.origin
    }

    fn run(&mut self, tx: &mut Tx) -> bool {
        if let Some(work) = self.work.take() {
            self.result = work(tx);
        }
        self.result.is_ok()
    }

    fn fail(&mut self, error: Error) {
        self.result = Err(error);
    }

    fn finish(self: Box<Self>) {
        (self.done)(self.result);
    }
}
