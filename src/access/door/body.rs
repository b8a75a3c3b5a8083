//! Bodies of requests: no larger than allowed, and no slower.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::problem::Problem;
use crate::error::{Fault, Kind};

/// The body did not arrive in time.
#[derive(Debug, thiserror::Error)]
#[error("the body took too long to arrive")]
struct Late;

/// A body that has to be whole by a certain time.
struct Patient {
    inner: Limited<Body>,
    deadline: Pin<Box<Sleep>>,
}

/// The same body, which fails when it is too large or too slow.
pub(super) fn bounded(body: Body, most: usize, patience: Duration) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::new(Patient { inner: Limited::new(body, most), deadline: Box::pin(sleep(patience)) })
}

impl hyper::body::Body for Patient {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(context) {
            return Poll::Ready(frame);
        }
        self.deadline.as_mut().poll(context).map(|()| Some(Err(Late.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The whole body of a request behind a door.
///
/// # Errors
/// 413 when it is too large, 408 when it took too long, 400 when it broke off.
pub async fn read(body: Body) -> Result<Bytes, Problem> {
    match body.collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(why) if caused_by::<LengthLimitError>(&why) => Err(too_large()),
        Err(why) if caused_by::<Late>(&why) => {
            let fault = Fault::new(Kind::Timeout, "the body of the request did not arrive in time");
            Err(Problem::of(fault.code("body_late"), StatusCode::REQUEST_TIMEOUT))
        }
        Err(_) => {
            let fault = Fault::usage("the body of the request broke off");
            Err(Problem::of(fault.code("body_broken"), StatusCode::BAD_REQUEST))
        }
    }
}

pub(super) fn too_large() -> Problem {
    let fault = Fault::usage("the body of the request is larger than this service takes");
    Problem::of(fault.code("body_too_large"), StatusCode::PAYLOAD_TOO_LARGE)
}

fn caused_by<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        cause = error.source();
    }
    false
}
