//! Ops of `zerossl_run` that a `longjmp` out of a callback has left behind. It is forbidden, and nothing notices it: the
//! thread's next call does.

use std::cell::RefCell;
use std::ptr;
use std::sync::Arc;

use zerossl::Op;

thread_local! {
    /// What runs on this thread.
    static RUNNING: RefCell<Vec<Run>> = const { RefCell::new(Vec::new()) };
}

/// An op of `zerossl_run`, and the place on the stack of the frame that it belongs to.
struct Run {
    frame: usize,
    op: Arc<Op>,
}

impl Drop for Run {
    fn drop(&mut self) {
        self.op.cancel();
    }
}

/// Stacks of coroutines are further apart.
const SAME_STACK: usize = 1 << 20;

/// Notes an op of `zerossl_run` as long as this value exists.
pub(crate) struct Running;

impl Running {
    pub(crate) fn enter(op: &Arc<Op>) -> Self {
        let frame = place();
        // Made inside: in a handler of `exit` the list is gone, and a run that is dropped cancels its op.
        let _ = RUNNING.try_with(|running| running.borrow_mut().push(Run { frame, op: Arc::clone(op) }));
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = RUNNING.try_with(|running| running.borrow_mut().pop());
    }
}

/// Ends the ops whose `zerossl_run` a `longjmp` has left: their frames are gone when a later one is above them.
pub(crate) fn end_what_was_left() {
    let _ = RUNNING.try_with(|running| {
        let here = place();
        let is_left = |run: &mut Run| run.frame < here && here - run.frame < SAME_STACK;
        while running.borrow_mut().pop_if(is_left).is_some() {}
    });
}

/// Where the stack is now. It grows downwards.
#[inline(never)]
fn place() -> usize {
    let here = 0_u8;
    ptr::from_ref(std::hint::black_box(&here)).addr()
}
