//! The curves as an event file of TensorBoard, beside our own.
//!
//! The two writers that exist as crates ask for a protobuf compiler at build time or drag an old
//! picture library along, so the few fields of a scalar are written here: a record is its length,
//! the length's checksum, the message, the message's checksum (TFRecord).

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use crc::CRC_32_ISCSI;
use crc::Crc;
use prost::Message;

use super::DistillError;
use super::RunPoint;

/// `tensorflow.Event`, the fields that a scalar has.
#[derive(Clone, PartialEq, Message)]
pub struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    #[prost(int64, tag = "2")]
    pub step: i64,
    #[prost(string, optional, tag = "3")]
    pub file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    pub summary: Option<Summary>,
}

/// `tensorflow.Summary`.
#[derive(Clone, PartialEq, Message)]
pub struct Summary {
    #[prost(message, repeated, tag = "1")]
    pub value: Vec<Value>,
}

/// `tensorflow.Summary.Value` with a number.
#[derive(Clone, PartialEq, Message)]
pub struct Value {
    #[prost(string, tag = "1")]
    pub tag: String,
    #[prost(float, tag = "2")]
    pub simple_value: f32,
}

/// An event file that grows with the curve.
pub struct EventFile {
    path: PathBuf,
    file: File,
}

impl EventFile {
    /// A new file in `folder`; TensorBoard reads all of them together, by step.
    pub fn create(folder: &Path) -> Result<Self, DistillError> {
        let now = since_1970();
        let path = folder.join(format!(
            "events.out.tfevents.{:010}.copylens.{}.{}",
            now as u64,
            std::process::id(),
            (now.fract() * 1e6) as u32,
        ));
        let file = std::fs::create_dir_all(folder).and_then(|()| File::create_new(&path));
        let file = file.map_err(|source| DistillError::Folder {
            path: path.clone(),
            source,
        })?;
        let mut events = Self { path, file };
        events.write(&Event {
            wall_time: now,
            file_version: Some("brain.Event:2".to_owned()),
            ..Event::default()
        })?;
        Ok(events)
    }

    /// All values of one point of the curves.
    pub fn add(&mut self, point: &RunPoint) -> Result<(), DistillError> {
        let values = point.values.iter().map(|(tag, value)| Value {
            tag: tag.clone(),
            simple_value: *value,
        });
        self.write(&Event {
            wall_time: since_1970(),
            step: point.step as i64,
            summary: Some(Summary {
                value: values.collect(),
            }),
            ..Event::default()
        })
    }

    fn write(&mut self, event: &Event) -> Result<(), DistillError> {
        let written = self.file.write_all(&record(&event.encode_to_vec()));
        written.map_err(|source| DistillError::Folder {
            path: self.path.clone(),
            source,
        })
    }
}

fn since_1970() -> f64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0.0, |elapsed| elapsed.as_secs_f64())
}

fn record(message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(message.len() + 16);
    record.extend(length);
    record.extend(masked_checksum(&length).to_le_bytes());
    record.extend(message);
    record.extend(masked_checksum(message).to_le_bytes());
    record
}

/// CRC-32C, turned and shifted so that the checksum of a checksum stays one.
fn masked_checksum(bytes: &[u8]) -> u32 {
    let checksum = Crc::<u32>::new(&CRC_32_ISCSI).checksum(bytes);
    checksum.rotate_right(15).wrapping_add(0xA282_EAD8)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Messages of a file whose checksums hold.
    fn messages(bytes: &[u8]) -> Vec<Event> {
        let mut rest = bytes;
        let mut events = Vec::new();
        while !rest.is_empty() {
            let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
            let message = &rest[12..12 + length];
            let whole = record(message);
            assert_eq!(whole, rest[..whole.len()]);
            events.push(Event::decode(message).unwrap());
            rest = &rest[whole.len()..];
        }
        events
    }

    #[test]
    fn the_checksum_is_tensorflows() {
        // What TensorBoard's own writer puts behind the length of its first record (24 bytes).
        assert_eq!(masked_checksum(&24_u64.to_le_bytes()), 0x224B_7FA3);
    }

    #[test]
    fn points_come_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = EventFile::create(folder.path()).unwrap();
        for step in [1, 2] {
            let point = RunPoint {
                step,
                values: BTreeMap::from([("loss".to_owned(), step as f32 / 2.0)]),
                ..RunPoint::default()
            };
            file.add(&point).unwrap();
        }
        let events = messages(&std::fs::read(&file.path).unwrap());
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].file_version.as_deref(), Some("brain.Event:2"));
        let last = events[2].summary.clone().unwrap().value;
        assert_eq!((events[2].step, last[0].simple_value), (2, 1.0));
        assert_eq!(last[0].tag, "loss");
    }
}
