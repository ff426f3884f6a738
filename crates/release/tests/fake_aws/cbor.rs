//! CloudWatch in CBOR, as Smithy's `rpcv2Cbor` has it: metrics of versions, and alarms. Only what releases ask for.

use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;
use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;

use crate::fake_aws::http::Shared;

/// The answer to a call.
pub(crate) fn answer(shared: &mut Shared, path: &str, body: &[u8]) -> Response<Full<Bytes>> {
    let bytes = match path.rsplit('/').next() {
        Some("GetMetricData") => metric_data(shared, body),
        Some("DescribeAlarms") => alarms(shared),
        _ => return with_status(400, error("InvalidAction")),
    };
    with_status(200, bytes)
}

fn with_status(status: u16, bytes: Vec<u8>) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("smithy-protocol", "rpc-v2-cbor")
        .header("content-type", "application/cbor")
        .body(Full::new(Bytes::from(bytes)))
        .unwrap()
}

fn error(code: &str) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(1).str("__type").str(code);
    encoder.into_writer()
}

/// One value a minute for each series that was asked for, of the version that was named, or of all; with the statuses
/// that are set, one answer after the other.
fn metric_data(shared: &mut Shared, body: &[u8]) -> Vec<u8> {
    let asked = Asked::read(body);
    let version = asked.version.clone().unwrap_or_default();
    let (calls, errors) = match asked.version {
        Some(_) => shared.traffic.get(&version).copied().unwrap_or((0.0, 0.0)),
        None => shared.traffic.values().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1)),
    };
    let all: Vec<i64> = (asked.from..asked.until).step_by(60).collect();
    // The second page has what the first has not.
    let is_paged = shared.is_paged && all.len() > 1;
    let (minutes, has_more) = match (is_paged, asked.is_next_page) {
        (true, false) => (&all[..1], true),
        (true, true) => (&all[1..], false),
        _ => (&all[..], false),
    };
    let values = |id: &str| match id {
        "invocations" => calls,
        "errors" => errors,
        "p99" => 20.0,
        "requests" => 100.0,
        _ => 0.0,
    };
    let mut answers = Vec::new();
    for id in &asked.series {
        let status = match shared.statuses.get_mut(id.as_str()) {
            Some(statuses) if statuses.len() > 1 => statuses.remove(0),
            Some(statuses) => statuses[0],
            None if has_more => "PartialData",
            None => "Complete",
        };
        if status != "Absent" {
            answers.push((id, status));
        }
    }
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(if has_more { 2 } else { 1 }).str("MetricDataResults").array(answers.len());
    for (id, status) in answers {
        let value = values(id);
        // What did not happen is not filed, and what is not answered has no values.
        let is_filed = value > 0.0 && calls > 0.0 && matches!(status, "Complete" | "PartialData");
        let shown: &[i64] = if is_filed { minutes } else { &[] };
        encoder.map(4).str("Id").str(id).str("StatusCode").str(status).str("Timestamps").array(shown.len());
        shown.iter().for_each(|minute| {
            encoder.timestamp(&DateTime::from_secs(*minute));
        });
        encoder.str("Values").array(shown.len());
        shown.iter().for_each(|_| {
            encoder.double(value);
        });
    }
    if has_more {
        encoder.str("NextToken").str("more");
    }
    encoder.into_writer()
}

fn alarms(shared: &Shared) -> Vec<u8> {
    let state = |rings: &bool| if *rings { "ALARM" } else { "OK" };
    shown_alarms(shared.alarms.iter().map(|(name, rings)| (name.as_str(), state(rings))).collect())
}

/// Alarms with their states, as `DescribeAlarms` answers.
pub(crate) fn shown_alarms(alarms: Vec<(&str, &str)>) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(1).str("MetricAlarms").array(alarms.len());
    for (name, state) in alarms {
        encoder.map(2).str("AlarmName").str(name).str("StateValue").str(state);
    }
    encoder.into_writer()
}

/// The parts of `GetMetricData` that matter here.
#[derive(Default)]
struct Asked {
    version: Option<String>,
    /// The ids of the series.
    series: Vec<String>,
    is_next_page: bool,
    from: i64,
    until: i64,
}

impl Asked {
    fn read(body: &[u8]) -> Self {
        let mut asked = Self::default();
        let mut decoder = Decoder::new(body);
        let mut last = (String::new(), String::new());
        asked.walk(&mut decoder, &mut last, "");
        asked
    }

    /// Walks over any item; `last` holds the name of a dimension until its value comes.
    fn walk(&mut self, decoder: &mut Decoder<'_>, last: &mut (String, String), key: &str) {
        use aws_smithy_cbor::data::Type;
        match decoder.datatype().unwrap() {
            Type::Map | Type::MapIndef => {
                let length = decoder.map().unwrap();
                self.entries(decoder, last, length);
            }
            Type::Array | Type::ArrayIndef => {
                let length = decoder.list().unwrap();
                let mut seen = 0;
                while length.is_none_or(|length| seen < length) {
                    if decoder.datatype().unwrap() == Type::Break {
                        decoder.skip().unwrap();
                        break;
                    }
                    self.walk(decoder, last, key);
                    seen += 1;
                }
            }
            Type::String | Type::StringIndef => {
                let text = decoder.string().unwrap();
                match key {
                    "Id" => self.series.push(text),
                    "NextToken" => self.is_next_page = true,
                    "Name" => last.0 = text,
                    "Value" if last.0 == "ExecutedVersion" => self.version = Some(text),
                    _ => {}
                }
            }
            Type::Tag => {
                let moment = decoder.timestamp().unwrap().secs();
                match key {
                    "StartTime" => self.from = moment,
                    "EndTime" => self.until = moment,
                    _ => {}
                }
            }
            _ => decoder.skip().unwrap(),
        }
    }

    fn entries(&mut self, decoder: &mut Decoder<'_>, last: &mut (String, String), length: Option<u64>) {
        use aws_smithy_cbor::data::Type;
        let mut seen = 0;
        while length.is_none_or(|length| seen < length) {
            if decoder.datatype().unwrap() == Type::Break {
                decoder.skip().unwrap();
                break;
            }
            let key = decoder.string().unwrap();
            self.walk(decoder, last, &key);
            seen += 1;
        }
    }
}
