//! A batch of any size in as many requests as the service's limits take.

use serde_json::{Map, Value};

use super::hooks::Scene;
use super::pages::Gathered;
use super::request::Request;
use super::{Engine, Pages};
use crate::catalogue::operation::Batch;
use crate::catalogue::{Operation, Service};
use crate::error::{Fault, Kind, SideEffect};

/// Room for what is added on sending: the time, the credential, punctuation.
const ADDED_ON_SENDING: usize = 512;

/// The requests that a request for a batch becomes; none when it is not too large for one.
pub(super) fn parts(
    service: &Service,
    operation: &Operation,
    request: &Request,
) -> Option<Vec<Request>> {
    let batch = service.batch.as_ref().filter(|batch| batch.operation == operation.name)?;
    let body = request.body.as_ref()?;
    let events = body.get(&batch.list)?.as_array()?;
    let around: Map<String, Value> =
        body.iter().filter(|(key, _)| **key != batch.list).map(own).collect();
    let room = batch.bytes.saturating_sub(ADDED_ON_SENDING + written(&around));
    let cuts = cuts(batch, events, room);
    if cuts.len() < 2 {
        return None;
    }
    let part = |cut: &std::ops::Range<usize>| {
        let mut body = Map::new();
        body.insert(batch.list.clone(), events[cut.clone()].into());
        body.extend(around.clone());
        Request { body: Some(body), ..request.clone() }
    };
    Some(cuts.iter().map(part).collect())
}

fn own((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

fn written(value: &impl serde::Serialize) -> usize {
    serde_json::to_vec(value).map_or(0, |bytes| bytes.len())
}

/// Where to cut a list, so that each piece is within the limits.
fn cuts(batch: &Batch, events: &[Value], room: usize) -> Vec<std::ops::Range<usize>> {
    let (mut cuts, mut begin, mut bytes) = (Vec::new(), 0, 0);
    for (index, event) in events.iter().enumerate() {
        let more = written(event) + 1;
        if index > begin && (index - begin >= batch.most || bytes + more > room) {
            cuts.push(begin..index);
            (begin, bytes) = (index, 0);
        }
        bytes += more;
    }
    cuts.push(begin..events.len());
    cuts
}

impl Engine {
    /// The main answer: of one request, or of all the requests that a batch takes.
    pub(super) async fn gather_all(
        &self,
        scene: Scene<'_>,
        wanted: &Pages,
    ) -> Result<Gathered, Fault> {
        let service = &scene.provider.services[&scene.route.service];
        let Some(parts) = parts(service, scene.operation, scene.request) else {
            return self.gather(scene, scene.request, wanted).await;
        };
        let of = parts.len();
        let mut last = None;
        for (done, request) in parts.iter().enumerate() {
            let part = Scene { request, ..scene };
            let answer = self.gather(part, request, wanted).await;
            last = Some(answer.map_err(|fault| halfway(fault, done, of))?);
        }
        last.ok_or_else(|| Fault::new(Kind::Internal, "a batch without a request"))
    }
}

/// A failure after some of the requests were taken.
fn halfway(mut fault: Fault, done: usize, of: usize) -> Fault {
    if done > 0 {
        fault.message = format!("{} ({done} of {of} requests were taken)", fault.message);
        fault.kind = Kind::Partial;
        fault.extra.effect = SideEffect::Done;
        fault.hint = Some(
            "send all of it again with the same `messageId`s, or with --delivery outbox".into(),
        );
    }
    fault
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn a_batch_is_cut_by_number_and_by_size() {
        let catalogue = Catalogue::new(Vec::new());
        let service = &catalogue.provider("segment").unwrap().services["tracking"];
        let mut batch = service.batch.clone().unwrap();
        batch.most = 3;
        let events: Vec<Value> = (0..7).map(|n| json!({ "n": n })).collect();
        assert_eq!(cuts(&batch, &events, 1000), [0..3, 3..6, 6..7]);
        assert_eq!(cuts(&batch, &events, 17), [0..2, 2..4, 4..6, 6..7]);
        assert_eq!(cuts(&batch, &events, 1).len(), 7, "one is always sent");
        assert_eq!(cuts(&batch, &[], 1).len(), 1);
    }
}
