//! The queue of jobs and its workers.

use std::fmt;

use model::job::Worker;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, gauge::ConstGauge},
    registry::Unit,
};
use store::QueueStatistics;

/// The queue at the moment of a request.
#[derive(Debug)]
pub(super) struct Queue {
    statistics: QueueStatistics,
    workers: Vec<Worker>,
}

impl Queue {
    pub(super) fn new((statistics, workers): (QueueStatistics, Vec<Worker>)) -> Self {
        Self { statistics, workers }
    }
}

impl Collector for Queue {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let it = &self.statistics;
        let states = [
            ("waiting", it.waiting),
            ("scheduled", it.scheduled),
            ("held", it.held),
            ("ready", it.ready),
            ("leased", it.leased),
            ("running", it.running),
        ];
        let help = "Jobs that have not ended, by how far they are";
        let mut jobs = encoder.encode_descriptor("jobs", help, None, MetricType::Gauge)?;
        for (state, count) in states {
            let labels = [("state", state)];
            ConstGauge::new(gauge(count)).encode(jobs.encode_family(&labels)?)?;
        }
        let help = "How long the longest-waiting job that is ready has been due";
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of years are exact")]
        let oldest = ConstGauge::new(it.oldest_ms as f64 / 1000.0);
        let unit = Unit::Seconds;
        oldest.encode(encoder.encode_descriptor(
            "job_oldest_wait",
            help,
            Some(&unit),
            MetricType::Gauge,
        )?)?;
        let sum = |of: fn(&Worker) -> u32| self.workers.iter().map(|it| u64::from(of(it))).sum();
        let figures = [
            ("jobs_ended_last_minute", "Jobs that ended within a minute", it.ended_last_minute),
            ("workers", "Processes that take jobs", self.workers.len() as u64),
            ("worker_slots", "Jobs that they take at once", sum(|it| it.slots)),
            ("worker_slots_free", "Of these, those that are free", sum(|it| it.free)),
        ];
        for (name, help, value) in figures {
            let descriptor = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(gauge(value)).encode(descriptor)?;
        }
        Ok(())
    }
}

fn gauge(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
