//! A connection that listens for the events of other processes.

use std::{future::poll_fn, sync::Weak, time::Duration};

use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_postgres::{
    AsyncMessage, Config, Connection, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};
use tower_loops_sql::postgres::inbox::CHANNEL;

/// The pause before the listener connects again, and between checks whether the inbox is gone.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens until nobody waits for arrivals any more.
pub(super) async fn listen<T>(arrivals: Weak<Notify>, config: Config, tls: T)
where
    T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    T::Stream: Send,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    while arrivals.strong_count() > 0 {
        if let Ok(Ok((client, connection))) = timeout(PAUSE * 5, config.connect(tls.clone())).await
        {
            let listening = async {
                client
                    .batch_execute(&format!("LISTEN {CHANNEL}"))
                    .await
                    .ok()?;
                // Events may have arrived before `LISTEN` took effect.
                arrivals.upgrade()?.notify_one();
                std::future::pending::<Option<()>>().await
            };
            run(connection, &arrivals, listening).await;
        }
        sleep(PAUSE).await;
    }
}

/// Drives the connection until it ends, `listening` fails, or the inbox is gone.
async fn run<S, T>(
    mut connection: Connection<S, T>,
    arrivals: &Weak<Notify>,
    listening: impl Future<Output = Option<()>>,
) where
    Connection<S, T>: Unpin,
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut listening = std::pin::pin!(listening);
    while arrivals.strong_count() > 0 {
        let message = poll_fn(|cx| {
            if listening.as_mut().poll(cx).is_ready() {
                return std::task::Poll::Ready(None);
            }
            connection.poll_message(cx)
        });
        match timeout(PAUSE, message).await {
            Ok(Some(Ok(AsyncMessage::Notification(_)))) => {
                if let Some(arrived) = arrivals.upgrade() {
                    arrived.notify_one();
                }
            }
            Ok(Some(Ok(_))) | Err(_) => {}
            Ok(Some(Err(_)) | None) => return,
        }
    }
}
