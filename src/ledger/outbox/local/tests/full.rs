//! Segments do not grow without end, however much is appended at once.

use super::*;

#[tokio::test]
async fn a_segment_that_is_full_is_followed_by_another() {
    let home = tempfile::tempdir().unwrap();
    let outbox = at(home.path());
    // Two frames an append, over two lanes: written as pending first, then marked.
    let group = |n: usize| -> Vec<Item> {
        let body = format!("\"{}\"", "x".repeat(30_000)).into_bytes();
        let item = |k: u8| Item { message_id: format!("{n}-{k}"), lane: k % 2, body: body.clone() };
        (0..40).map(item).collect()
    };
    for n in 0..30 {
        outbox.append(&place("m"), group(n)).await.unwrap();
    }
    assert_eq!(outbox.appended(), 1_200);
    let files = files(home.path());
    assert_eq!(files.len(), 6, "8 MB each for 36 MB in two lanes");
    for file in files {
        assert!(fs::metadata(&file).unwrap().len() < 10 << 20, "{}", file.display());
    }
    let mut seen = Vec::new();
    for _ in 0..2 {
        let claim = take(&outbox).await.unwrap();
        seen.extend(ids(&outbox, &claim).await);
    }
    assert_eq!(seen.len(), 1_200, "all of it is there, in every segment");
    assert!(seen.contains(&"0-0".to_owned()) && seen.contains(&"29-39".to_owned()));
}
