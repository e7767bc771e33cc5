//! Who is told what was committed. A closure is one that needs to know nothing but the news.

use crate::wire::News;

/// Called on the teller's thread, in commit order.
pub trait Listener: Send + 'static {
    /// What one commit has to tell, news and answers, comes between `begin` and `end`.
    fn begin(&mut self) {}
    fn hear(&mut self, news: News);
    fn end(&mut self) {}
}

impl<F: FnMut(News) + Send + 'static> Listener for F {
    fn hear(&mut self, news: News) {
        self(news);
    }
}
