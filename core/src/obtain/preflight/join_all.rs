//! Runs several futures at once.

use std::future::poll_fn;
use std::task::Poll;

/// Runs all at once. The results are in the order of the input.
pub(super) async fn join_all<T>(work: impl IntoIterator<Item: Future<Output = T>>) -> Vec<T> {
    let mut tasks: Vec<_> = work.into_iter().map(|work| (Box::pin(work), None)).collect();
    poll_fn(move |context| {
        for (work, result) in tasks.iter_mut().filter(|(_, result)| result.is_none()) {
            if let Poll::Ready(value) = work.as_mut().poll(context) {
                *result = Some(value);
            }
        }
        if tasks.iter().any(|(_, result)| result.is_none()) {
            return Poll::Pending;
        }
        Poll::Ready(tasks.drain(..).filter_map(|(_, result)| result).collect())
    })
    .await
}
