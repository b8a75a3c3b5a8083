//! The body of an answer, which breaks off before its promised end where a scripted fault asks for it.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Bytes, Frame};

use super::Dropped;

/// A body that may break off before its promised end.
pub(super) struct Payload {
    rest: Option<Bytes>,
    broken: bool,
    flushed: bool,
}

impl Payload {
    /// A body of these bytes, which breaks off after them if it is `broken`.
    pub(super) fn new(bytes: Bytes, broken: bool) -> Self {
        Self { rest: Some(bytes), broken, flushed: false }
    }
}

impl hyper::body::Body for Payload {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        if let Some(bytes) = self.rest.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !self.broken {
            return Poll::Ready(None);
        }
        // One turn of waiting lets hyper flush what it has; an error at once would discard it.
        if !std::mem::replace(&mut self.flushed, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Dropped)))
    }

    fn is_end_stream(&self) -> bool {
        !self.broken && self.rest.as_ref().is_none_or(Bytes::is_empty)
    }
}
