//! What rooms above remember on the writer's thread from one piece of work to the next, so that a question that was just
//! answered is not asked of the database again. Forgotten whenever something is written that it could depend on.

use std::any::{Any, TypeId};
use std::collections::HashMap;

#[derive(Default)]
pub struct Memo(HashMap<TypeId, Box<dyn Any + Send>>);

impl Memo {
    /// The one remembered value of this type; its default where nothing is remembered.
    pub fn of<T: Any + Send + Default>(&mut self) -> Option<&mut T> {
        self.0.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default())).downcast_mut()
    }

    pub fn forget(&mut self) {
        if !self.0.is_empty() {
            self.0.clear();
        }
    }
}
