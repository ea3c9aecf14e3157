//! Many deliveries at once.

use testkit::endpoint::Endpoint;

use crate::support::{Folder, LONG, until};

const DELIVERIES: usize = 2_000;

#[tokio::test(flavor = "multi_thread")]
async fn each_success_of_a_burst_is_recorded_and_none_happens_twice() {
    let folder = Folder::new();
    let endpoint = Endpoint::new(folder.open(), LONG);
    let deliveries = (0..DELIVERIES).map(|number| {
        let endpoint = endpoint.clone();
        tokio::spawn(async move { endpoint.until_answered(&format!("evt_{number}")).await })
    });
    for delivery in deliveries.collect::<Vec<_>>() {
        delivery.await.expect("no panic");
    }
    assert_eq!(endpoint.handled(), DELIVERIES);
    let application = folder.connection();
    until("each success is recorded", || {
        let sql = "SELECT count(*) FROM tower_loops_events WHERE token IS NULL";
        application.query_row(sql, [], |row| row.get(0)) == Ok(DELIVERIES as i64)
    })
    .await;
}
