//! How fast and how much at once each personal token, and each user who signed in, may ask.
//!
//! A request over a limit is answered at once with 429 and when to come back. Answers tell where the
//! caller stands, in the fields of draft-ietf-httpapi-ratelimit-headers (`RateLimit-Policy` and
//! `RateLimit`). Whoever shows no credential that counts learns nothing. All sign-ins of a user count
//! together: signing in again gives nobody more.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use engine::Verified;
use futures_util::StreamExt;
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};
use model::{
    id::{TokenId, UserId},
    token::TokenLimits,
};

use crate::{
    App,
    auth::{Place, credential},
    problem::{Code, Problem},
};

pub(crate) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(crate) const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// Callers whose requests are counted before those that have nothing under way are forgotten.
const MAX_METERS: usize = 10_000;

/// When to come back if too much is under way: some of it may have ended by then.
const CONCURRENT_RETRY_SECONDS: u64 = 1;

/// The limits of each user who signed in, and of each token that has none of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// Requests a second, on average.
    pub rate: NonZeroU32,
    /// Requests that may come at once after a rest.
    pub burst: NonZeroU32,
    /// Requests under way at the same time, streams included.
    pub concurrent: NonZeroU32,
}

impl Default for RequestLimits {
    /// More than one machine runs programs, so that they stop only what runs wild.
    fn default() -> Self {
        let number = |it| NonZeroU32::new(it).unwrap_or(NonZeroU32::MIN);
        Self { rate: number(1000), burst: number(2000), concurrent: number(256) }
    }
}

impl RequestLimits {
    fn with(self, own: TokenLimits) -> Self {
        let or = |own: Option<u32>, general| own.and_then(NonZeroU32::new).unwrap_or(general);
        Self {
            rate: or(own.rate, self.rate),
            burst: or(own.burst, self.burst),
            concurrent: or(own.concurrent, self.concurrent),
        }
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Counted {
    Token(TokenId),
    SignIns(UserId),
}

impl Counted {
    fn noun(self) -> &'static str {
        match self {
            Self::Token(_) => "this token",
            Self::SignIns(_) => "this user",
        }
    }
}

/// Counts the requests of callers.
#[derive(Debug, Default)]
pub(crate) struct Meters(Mutex<HashMap<Counted, Arc<Meter>>>);

type Bucket = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

#[derive(Debug)]
struct Meter {
    of: Counted,
    limits: RequestLimits,
    bucket: Bucket,
    under_way: AtomicU32,
}

/// A request that is under way until this is dropped.
#[derive(Debug)]
struct UnderWay(Arc<Meter>);

impl Meters {
    fn of(&self, counted: Counted, limits: RequestLimits) -> Arc<Meter> {
        let mut meters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(meter) = meters.get(&counted).filter(|it| it.limits == limits) {
            return Arc::clone(meter);
        }
        if meters.len() >= MAX_METERS {
            meters.retain(|_, it| Arc::strong_count(it) > 1);
        }
        let meter = Arc::new(Meter::new(counted, limits));
        meters.insert(counted, Arc::clone(&meter));
        meter
    }
}

impl Meter {
    fn new(of: Counted, limits: RequestLimits) -> Self {
        let quota = Quota::per_second(limits.rate).allow_burst(limits.burst);
        let bucket = RateLimiter::direct(quota).with_middleware::<StateInformationMiddleware>();
        Self { of, limits, bucket, under_way: AtomicU32::new(0) }
    }

    /// Lets one more request through; also says where the caller stands.
    fn begin(self: Arc<Self>) -> (Result<UnderWay, Problem>, HeaderMap) {
        let most = self.limits.concurrent.get();
        let one_more = |it| (it < most).then_some(it + 1);
        let begun = self.under_way.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more);
        if begun.is_err() {
            let detail = format!(
                "{most} requests of {} are under way, which is as many as may; wait for one",
                self.of.noun()
            );
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, Code::TooManyAtOnce, detail);
            let standing = self.standing(None);
            return (Err(problem.retry_after(CONCURRENT_RETRY_SECONDS)), standing);
        }
        let under_way = UnderWay(Arc::clone(&self));
        match self.bucket.check() {
            Ok(snapshot) => {
                (Ok(under_way), self.standing(Some(snapshot.remaining_burst_capacity())))
            }
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                (Err(Problem::rate_limited(seconds)), self.standing(Some(0)))
            }
        }
    }

    /// The header fields that say where the caller stands, `remaining` of its burst being left.
    fn standing(&self, remaining: Option<u32>) -> HeaderMap {
        let RequestLimits { rate, burst, concurrent } = self.limits;
        let until_full = |left: u32| burst.get().saturating_sub(left).div_ceil(rate.get());
        let policy = format!(
            "\"requests\";q={burst};w={}, \"concurrency\";q={concurrent};qu=\"concurrent-requests\"",
            until_full(0)
        );
        let left = concurrent.get().saturating_sub(self.under_way.load(Ordering::Acquire));
        let mut standing = format!("\"concurrency\";r={left}");
        if let Some(remaining) = remaining {
            let seconds = until_full(remaining);
            standing = format!("\"requests\";r={remaining};t={seconds}, {standing}");
        }
        let value = |text: String| HeaderValue::try_from(text).expect("digits and ASCII names");
        HeaderMap::from_iter([(POLICY, value(policy)), (STANDING, value(standing))])
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What the extractor of callers leaves for [`meter`]: it alone knows whether a sign-in counts, and knows
/// it only once this has let the request through.
#[derive(Clone, Debug, Default)]
struct Left(Arc<Mutex<Option<Count>>>);

#[derive(Debug)]
struct Count {
    /// `None` where the request was refused.
    under_way: Option<UnderWay>,
    standing: HeaderMap,
}

/// Counts a request of somebody who signed in, until its answer is sent.
pub(crate) fn count_sign_in(app: &App, parts: &Parts, user: UserId) -> Result<(), Problem> {
    let Some(Left(left)) = parts.extensions.get::<Left>() else { return Ok(()) };
    let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
    if left.is_some() {
        // A route may ask twice who is there.
        return Ok(());
    }
    let meter = app.meters.of(Counted::SignIns(user), app.config.token_limits);
    let (begun, standing) = meter.begin();
    let (under_way, counted) = match begun {
        Ok(under_way) => (Some(under_way), Ok(())),
        Err(problem) => (None, Err(problem)),
    };
    *left = Some(Count { under_way, standing });
    counted
}

/// Verifies the token that a request shows, if it shows one, and counts the request.
pub(crate) async fn meter(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let verified = match verified(&app, request.headers()).await {
        Ok(Some(verified)) => verified,
        Ok(None) => return without_token(request, next).await,
        Err(problem) => return problem.into_response(),
    };
    let limits = app.config.token_limits.with(verified.token.limits);
    let (begun, standing) = app.meters.of(Counted::Token(verified.token.id), limits).begin();
    let mut response = match begun {
        Ok(under_way) => {
            request.extensions_mut().insert(verified);
            until_sent(next.run(request).await, under_way)
        }
        Err(problem) => problem.into_response(),
    };
    response.headers_mut().extend(standing);
    response
}

/// Keeps what was counted of a request without a token until its answer is sent.
async fn without_token(mut request: Request, next: Next) -> Response {
    let left = Left::default();
    request.extensions_mut().insert(left.clone());
    let response = next.run(request).await;
    let left = left.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(Count { under_way, standing }) = left else { return response };
    let mut response = match under_way {
        Some(under_way) => until_sent(response, under_way),
        None => response,
    };
    response.headers_mut().extend(standing);
    response
}

async fn verified(app: &App, headers: &HeaderMap) -> Result<Option<Arc<Verified>>, Problem> {
    if app.local.is_some() {
        return Ok(None);
    }
    // What is wrong with a credential is said by the routes that ask for one.
    match credential(headers) {
        Ok(Some((shown, Place::Header))) => Ok(app.engine.tokens().verify(shown).await?),
        Ok(Some((_, Place::Cookie)) | None) | Err(_) => Ok(None),
    }
}

/// A request is under way until its answer is sent, or whoever asked is gone.
fn until_sent(response: Response, under_way: UnderWay) -> Response {
    let (parts, body) = response.into_parts();
    if body.size_hint().exact().is_some() {
        // It is all there. Keeping its size known matters more than the moment it takes to send.
        return Response::from_parts(parts, body);
    }
    let sent = body.into_data_stream().map(move |it| {
        let _until_dropped = &under_way;
        it
    });
    Response::from_parts(parts, Body::from_stream(sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(rate: u32, burst: u32, concurrent: u32) -> Arc<Meter> {
        let number = |it| NonZeroU32::new(it).unwrap();
        let limits = RequestLimits {
            rate: number(rate),
            burst: number(burst),
            concurrent: number(concurrent),
        };
        Arc::new(Meter::new(Counted::SignIns(UserId::from_random(1)), limits))
    }

    #[test]
    fn answers_say_where_the_token_stands() {
        let meter = meter(1, 3, 2);
        let (first, headers) = Arc::clone(&meter).begin();
        assert_eq!(
            headers[POLICY],
            "\"requests\";q=3;w=3, \"concurrency\";q=2;qu=\"concurrent-requests\""
        );
        assert_eq!(headers[STANDING], "\"requests\";r=2;t=1, \"concurrency\";r=1");
        let (second, _) = Arc::clone(&meter).begin();
        let (refused, headers) = Arc::clone(&meter).begin();
        assert!(refused.is_err());
        assert_eq!(headers[STANDING], "\"concurrency\";r=0");
        drop((first, second));
        assert!(Arc::clone(&meter).begin().0.is_ok(), "what is refused is not counted");
        let (refused, headers) = Arc::clone(&meter).begin();
        assert!(refused.is_err());
        assert_eq!(headers[STANDING], "\"requests\";r=0;t=3, \"concurrency\";r=1");
        assert_eq!(meter.under_way.load(Ordering::Acquire), 0);
    }

    #[test]
    fn other_limits_begin_another_count() {
        let (meters, counted) = (Meters::default(), Counted::Token(TokenId::from_random(1)));
        let general = RequestLimits::default();
        let before = meters.of(counted, general);
        assert!(Arc::ptr_eq(&before, &meters.of(counted, general)));
        let own = TokenLimits { burst: Some(7), ..TokenLimits::default() };
        let after = meters.of(counted, general.with(own));
        assert_eq!(after.limits, RequestLimits { burst: NonZeroU32::new(7).unwrap(), ..general });
    }

    #[test]
    fn a_user_and_a_token_are_counted_apart() {
        let (meters, general) = (Meters::default(), RequestLimits::default());
        let of = |it| meters.of(it, general);
        let (user, token) =
            (Counted::SignIns(UserId::from_random(1)), Counted::Token(TokenId::from_random(1)));
        assert!(Arc::ptr_eq(&of(user), &of(user)));
        assert!(!Arc::ptr_eq(&of(user), &of(token)));
    }
}
