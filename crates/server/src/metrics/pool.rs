//! The sandboxes that wait, by backend.

use std::{fmt, iter};

use engine::{KindStatistics, PoolStatistics, REFILL_BUCKETS, RefillTimes};
use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

/// A family of counters: its name, its help, and what it counts.
type Counter = (&'static str, &'static str, fn(&KindStatistics) -> u64);

const COUNTERS: [Counter; 5] = [
    ("pool_hits", "Sandboxes that were ready when asked for", |it| it.hits),
    ("pool_misses", "Sandboxes that had to be started when asked for", |it| it.misses),
    ("pool_failed_starts", "Sandboxes that could not be started ahead", |it| it.failed_starts),
    ("pool_failed_standbys", "Interpreters that did not boot ahead", |it| it.failed_standbys),
    ("pool_lost", "Ready sandboxes that ended by themselves", |it| it.lost),
];

pub(super) fn encode(
    pools: &[(String, PoolStatistics)],
    encoder: &mut DescriptorEncoder<'_>,
) -> Result<(), fmt::Error> {
    let kinds = || {
        pools
            .iter()
            .flat_map(|(backend, pool)| pool.kinds.iter().map(move |kind| (backend.as_str(), kind)))
    };
    let labels = |backend, kind: &KindStatistics| {
        [("backend", String::from(backend)), ("kind", kind.name.clone())]
    };
    let help = "Sandboxes that are ready";
    let mut family = encoder.encode_descriptor("pool_ready", help, None, MetricType::Gauge)?;
    for (backend, kind) in kinds() {
        let ready = ConstGauge::new(i64::try_from(kind.ready).unwrap_or(i64::MAX));
        ready.encode(family.encode_family(&labels(backend, kind))?)?;
    }
    let help = "Memory of the sandboxes that are ready";
    let mut family =
        encoder.encode_descriptor("pool_memory_bytes", help, None, MetricType::Gauge)?;
    for (backend, pool) in pools {
        let bytes = ConstGauge::new(i64::try_from(pool.memory_bytes).unwrap_or(i64::MAX));
        bytes.encode(family.encode_family(&[("backend", backend.as_str())])?)?;
    }
    for (name, help, count) in COUNTERS {
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (backend, kind) in kinds() {
            let counter = ConstCounter::new(count(kind));
            counter.encode(family.encode_family(&labels(backend, kind))?)?;
        }
    }
    let help = "How long it took to make a sandbox ready";
    let name = "pool_refill_seconds";
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
    for (backend, kind) in kinds() {
        histogram(&kind.refills, family.encode_family(&labels(backend, kind))?)?;
    }
    Ok(())
}

fn histogram(times: &RefillTimes, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
    let bounds = REFILL_BUCKETS.into_iter().chain(iter::once(f64::INFINITY));
    let buckets: Vec<_> = bounds.zip(times.buckets).collect();
    encoder.encode_histogram::<[(&str, &str); 0]>(
        times.sum.as_secs_f64(),
        times.count,
        &buckets,
        None,
    )
}
