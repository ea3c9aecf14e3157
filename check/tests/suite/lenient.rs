//! Receivers that verify by themselves, each with one rule that is too lenient: the checks of that
//! rule fail, and no other.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{service_fn, util::BoxCloneService};
use tower_loops::{SIGNATURE_HEADER, Signer};
use tower_loops_check::{Concern, Suite};

use crate::receiver::{failures, secret};

#[derive(Clone, Copy)]
struct Rules {
    /// Reads `t`; what it cannot read is rejected.
    time: fn(&str) -> Option<i64>,
    /// Compares a digest with the right one.
    is_same: fn(&str, &str) -> bool,
    /// Chooses from all `t`.
    one_time: for<'a> fn(&[&'a str]) -> Option<&'a str>,
    /// Chooses from all `v1`.
    digests: for<'a> fn(Vec<&'a str>) -> Vec<&'a str>,
    /// Chooses from all header lines.
    one_line: for<'a> fn(Vec<&'a str>) -> Option<&'a str>,
}

const STRICT: Rules = Rules {
    time: digits,
    is_same: |sent, right| sent.eq_ignore_ascii_case(right),
    one_time: |all| match all {
        [one] => Some(one),
        _ => None,
    },
    digests: |all| all,
    one_line: |all| match all[..] {
        [one] => Some(one),
        _ => None,
    },
};

fn digits(t: &str) -> Option<i64> {
    let is_plain = t.bytes().all(|byte| byte.is_ascii_digit());
    t.parse().ok().filter(|_| is_plain)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs().cast_signed()
}

impl Rules {
    fn accept(self, headers: &HeaderMap, body: &[u8]) -> Option<()> {
        let lines = headers.get_all(SIGNATURE_HEADER).iter();
        let lines = lines
            .map(|line| line.to_str().ok())
            .collect::<Option<_>>()?;
        let line = (self.one_line)(lines)?;
        let of = |key: &str| {
            let pairs = line.split(',').filter_map(|part| part.split_once('='));
            let values = pairs.filter(|(name, _)| *name == key);
            values.map(|(_, value)| value).collect::<Vec<_>>()
        };
        let t = (self.one_time)(&of("t"))?;
        if now().abs_diff((self.time)(t)?) > 300 {
            return None;
        }
        let right = Signer::new(secret()).sign_text(body, t).ok()?;
        let (_, right) = right.to_str().ok()?.rsplit_once("v1=")?;
        let digests = (self.digests)(of("v1"));
        let is_same = |sent: &&str| (self.is_same)(sent, right);
        digests.iter().any(is_same).then_some(())
    }

    async fn failures(self) -> Vec<&'static str> {
        let service = service_fn(move |request: Request<Full<Bytes>>| async move {
            let (head, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            let mut response = Response::new(Full::<Bytes>::default());
            if self.accept(&head.headers, &body.to_bytes()).is_none() {
                *response.status_mut() = StatusCode::UNAUTHORIZED;
            }
            Ok(response.map(BodyExt::boxed_unsync))
        });
        let concerns = [
            Concern::Signature,
            Concern::Timestamp,
            Concern::Header,
            Concern::Body,
        ];
        let suite = concerns.into_iter().fold(Suite::new(secret()), Suite::only);
        let failures = failures(suite, BoxCloneService::new(service)).await;
        failures.into_iter().map(|(_, check)| check).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn each_lenient_rule_fails_its_checks() {
    let timed = |time| Rules { time, ..STRICT };
    let compared = |is_same| Rules { is_same, ..STRICT };
    let digests = |digests| Rules { digests, ..STRICT };
    let one_time = |one_time| Rules { one_time, ..STRICT };
    let one_line = |one_line| Rules { one_line, ..STRICT };
    let cases: [(Rules, &[&str]); 18] = [
        (STRICT, &[]),
        (
            compared(|sent, right| right.starts_with(sent)),
            &["digest-prefix", "digest-truncated", "digest-empty"],
        ),
        (
            compared(|sent, right| sent.starts_with(right)),
            &["digest-extended"],
        ),
        (
            compared(|sent, right| sent.get(..63) == right.get(..63)),
            &["digest-truncated", "digest-extended", "digest-head"],
        ),
        (
            compared(|sent, right| sent.get(1..) == right.get(1..)),
            &["digest-tail"],
        ),
        (
            digests(|all| all.into_iter().take(1).collect()),
            &["rotation"],
        ),
        (timed(|t| digits(t.trim())), &["sign"]),
        (
            timed(|t| Some(t.parse::<i64>().ok()?.saturating_abs())),
            &["sign"],
        ),
        (
            timed(|t| Some(t.parse::<f64>().ok()? as i64)),
            &["sign", "fraction", "exponent"],
        ),
        (timed(|t| digits(&t.replace('_', ""))), &["underscores"]),
        (
            timed(|t| match t.strip_prefix("0x") {
                Some(hex) => i64::from_str_radix(hex, 16).ok(),
                None => digits(t),
            }),
            &["hexadecimal"],
        ),
        (
            timed(|t| digits(t).map(|t| if t > 1 << 36 { t / 1000 } else { t })),
            &["milliseconds"],
        ),
        (timed(|t| Some(digits(t)? & 0xffff_ffff)), &["overflow"]),
        (
            timed(|t| digits(t.split(|char: char| !char.is_ascii_digit()).next()?)),
            &["tail", "fraction", "exponent", "boundary-shift"],
        ),
        (
            timed(|t| digits(t).or_else(|| t.is_empty().then_some(now()))),
            &["no-number"],
        ),
        (one_time(|all| all.first().copied()), &["two-t-fresh-first"]),
        (one_time(|all| all.last().copied()), &["two-t-fresh-last"]),
        (
            one_line(|all| all.last().copied()),
            &["two-lines-forged-first"],
        ),
    ];
    for (at, (rules, expected)) in cases.into_iter().enumerate() {
        assert_eq!(rules.failures().await, expected, "case {at}");
    }
}
