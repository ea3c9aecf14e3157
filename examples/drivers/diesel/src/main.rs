//! Each event once, in a transaction of diesel on PostgreSQL.

use diesel::{
    Connection, PgConnection, QueryDsl, RunQueryDsl,
    connection::SimpleConnection,
    dsl::count_star,
    sql_query,
    sql_types::{Double, Integer, Nullable, Text},
};
use engine::Postgres;
use tower_loops::{BoxError, idempotency::EventKey};
use tower_loops_sql::postgres::{MARK, Statements, TableName};

diesel::table! {
    payments (amount) {
        amount -> Integer,
    }
}

/// Marks the event and records its payment, both or neither. Returns whether the event is fresh.
fn handle(connection: &mut PgConnection, key: &EventKey, amount: i32) -> Result<bool, BoxError> {
    connection.transaction(|connection| {
        let mark = sql_query(MARK)
            .bind::<Text, _>(key.namespace())
            .bind::<Text, _>(key.id())
            .bind::<Nullable<Double>, _>(None::<f64>);
        let is_fresh = mark.execute(connection)? == 1;
        if is_fresh {
            let payment = sql_query("INSERT INTO payments VALUES ($1)").bind::<Integer, _>(amount);
            payment.execute(connection)?;
        }
        Ok(is_fresh)
    })
}

fn start() -> Result<(Postgres, PgConnection), BoxError> {
    let server = Postgres::start();
    let mut connection = PgConnection::establish(&server.url())?;
    connection.batch_execute(&Statements::new(&TableName::default()).schema)?;
    connection.batch_execute("CREATE TABLE payments (amount integer CHECK (amount > 0))")?;
    Ok((server, connection))
}

fn payments(connection: &mut PgConnection) -> Result<i64, BoxError> {
    Ok(payments::table.select(count_star()).first(connection)?)
}

fn main() -> Result<(), BoxError> {
    let (_server, mut connection) = start()?;
    let key = EventKey::new("billing", "evt_1");
    for delivery in 1..=3 {
        let is_fresh = handle(&mut connection, &key, 1999)?;
        let payments = payments(&mut connection)?;
        println!("delivery {delivery}: fresh: {is_fresh}, payments: {payments}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn one_of_64_racers_has_an_effect() {
        let (server, mut connection) = start().unwrap();
        let racers: Vec<_> = (0..64)
            .map(|_| PgConnection::establish(&server.url()).unwrap())
            .map(|mut connection| {
                let key = EventKey::new("billing", "evt_1");
                thread::spawn(move || handle(&mut connection, &key, 1999).unwrap())
            })
            .collect();
        let fresh = racers
            .into_iter()
            .filter_map(|racer| racer.join().unwrap().then_some(()));
        assert_eq!((fresh.count(), payments(&mut connection).unwrap()), (1, 1));
    }

    #[test]
    fn a_rollback_leaves_no_mark() {
        let (_server, mut connection) = start().unwrap();
        let key = EventKey::new("billing", "evt_1");
        handle(&mut connection, &key, -1).unwrap_err();
        assert!(handle(&mut connection, &key, 1999).unwrap());
        assert!(!handle(&mut connection, &key, 1999).unwrap());
        assert_eq!(payments(&mut connection).unwrap(), 1);
    }
}
