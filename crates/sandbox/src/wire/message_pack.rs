//! Values as MessagePack, as `docs/plugin-protocol/object-wire-format.md` of Terraform describes it.
//!
//! Markers are read with `rmp`; the tree is made here and not with `rmpv`, which takes the reserved byte 0xc1 for nil: what
//! is no value would pass for one that is null.

use rmp::Marker;
use rmp::decode;
use rmp::encode;
use thiserror::Error;

use crate::value::{Number, Object, Value};

/// Deeper values are refused, so that they cannot exhaust the stack.
const MAX_DEPTH: usize = 128;

/// Bytes that are not a value.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a value that Terraform sent cannot be read: {0}")]
pub(crate) struct DecodeError(&'static str);

impl Value {
    /// Reads a value.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        read(&mut &*bytes, 0)
    }

    /// Writes a value.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(self, &mut bytes);
        bytes
    }
}

fn read(from: &mut &[u8], depth: usize) -> Result<Value, DecodeError> {
    if depth > MAX_DEPTH {
        return Err(DecodeError("it is nested too deeply"));
    }
    let cut_off = |_| DecodeError("it is cut off");
    let mut peek = *from;
    let marker = decode::read_marker(&mut peek).map_err(|_| DecodeError("it is cut off"))?;
    Ok(match marker {
        Marker::Null => {
            *from = peek;
            Value::Null
        }
        Marker::True | Marker::False => {
            *from = peek;
            Value::Bool(marker == Marker::True)
        }
        Marker::F32 => Value::Number(Number::Float(decode::read_f32(from).map_err(cut_off)?.into())),
        Marker::F64 => Value::Number(Number::Float(decode::read_f64(from).map_err(cut_off)?)),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => Value::Text(read_text(from)?),
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => read_list(from, depth)?,
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => read_object(from, depth)?,
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => {
            // Whatever the extension is, the value is not known; refinements may be ignored.
            let meta = decode::read_ext_meta(from).map_err(cut_off)?;
            take(from, meta.size)?;
            Value::Unknown
        }
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 | Marker::Reserved => {
            return Err(DecodeError("it has bytes where a value should be"));
        }
        _ => Value::Number(read_integer(from)?),
    })
}

fn read_integer(from: &mut &[u8]) -> Result<Number, DecodeError> {
    let mut copy = *from;
    if let Ok(number) = decode::read_int::<i64, _>(&mut copy) {
        *from = copy;
        return Ok(Number::Integer(number));
    }
    let number: u64 = decode::read_int(from).map_err(|_| DecodeError("a number is malformed"))?;
    Ok(Number::Digits(number.to_string()))
}

fn read_text(from: &mut &[u8]) -> Result<String, DecodeError> {
    let length = decode::read_str_len(from).map_err(|_| DecodeError("a text is malformed"))?;
    let bytes = take(from, length)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError("a text is not UTF-8"))
}

fn read_list(from: &mut &[u8], depth: usize) -> Result<Value, DecodeError> {
    let length = decode::read_array_len(from).map_err(|_| DecodeError("a list is malformed"))?;
    // The type of a dynamic value comes as bytes, which nothing else does.
    if length == 2 && matches!(from.first(), Some(0xc4..=0xc6)) {
        let size = decode::read_bin_len(from).map_err(|_| DecodeError("a type is malformed"))?;
        let ty = take(from, size)?.to_vec();
        return Ok(Value::Typed(ty, Box::new(read(from, depth + 1)?)));
    }
    // The length is the sender's claim: nothing is reserved for it.
    let mut elements = Vec::new();
    for _ in 0..length {
        elements.push(read(from, depth + 1)?);
    }
    Ok(Value::List(elements))
}

fn read_object(from: &mut &[u8], depth: usize) -> Result<Value, DecodeError> {
    let length = decode::read_map_len(from).map_err(|_| DecodeError("a map is malformed"))?;
    let mut object = Object::new();
    for _ in 0..length {
        let name = read_text(from)?;
        object.insert(name, read(from, depth + 1)?);
    }
    Ok(Value::Object(object))
}

fn take<'b>(from: &mut &'b [u8], size: u32) -> Result<&'b [u8], DecodeError> {
    let size = usize::try_from(size).map_err(|_| DecodeError("it is too large"))?;
    let (bytes, rest) = from.split_at_checked(size).ok_or(DecodeError("it is cut off"))?;
    *from = rest;
    Ok(bytes)
}

/// Writing to memory cannot fail.
fn write(value: &Value, to: &mut Vec<u8>) {
    let written = match value {
        Value::Null => encode::write_nil(to).map_err(drop),
        // An extension of type 0, whose contents nobody reads.
        Value::Unknown => {
            to.extend([0xd4, 0, 0]);
            Ok(())
        }
        Value::Bool(value) => encode::write_bool(to, *value).map_err(drop),
        Value::Number(Number::Integer(number)) => encode::write_sint(to, *number).map(drop).map_err(drop),
        Value::Number(Number::Float(number)) => encode::write_f64(to, *number).map_err(drop),
        Value::Number(Number::Digits(text)) | Value::Text(text) => encode::write_str(to, text).map_err(drop),
        Value::List(elements) => {
            let written = encode::write_array_len(to, length(elements.len())).map(drop).map_err(drop);
            elements.iter().for_each(|element| write(element, to));
            written
        }
        Value::Object(object) => {
            let written = encode::write_map_len(to, length(object.len())).map(drop).map_err(drop);
            for (name, value) in object {
                write(&Value::Text(name.clone()), to);
                write(value, to);
            }
            written
        }
        Value::Typed(ty, value) => {
            to.push(0x92);
            let written = encode::write_bin(to, ty).map_err(drop);
            write(value, to);
            written
        }
    };
    debug_assert!(written.is_ok());
}

/// Terraform's own messages are limited to 64 MiB, so that no collection comes near the limit of the format.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_wire() {
        let object = Object::from([
            ("a".to_owned(), Value::Null),
            ("b".to_owned(), Value::Unknown),
            (
                "c".to_owned(),
                [Value::from(true), Value::integer(-3), Value::integer(i64::MAX)].into_iter().collect(),
            ),
            ("d".to_owned(), Value::Number(Number::Float(0.5))),
            ("e".to_owned(), Value::from("ü\u{0}".repeat(300))),
            ("f".to_owned(), Value::Typed(br#""string""#.to_vec(), Box::new(Value::from("x")))),
        ]);
        let value = Value::Object(object);
        assert_eq!(Value::decode(&value.encode()), Ok(value));
    }

    #[test]
    fn refined_unknowns_are_unknown_and_large_numbers_stay_exact() {
        assert_eq!(Value::decode(&[0xc7, 3, 12, 0x81, 0x01, 0xc2]), Ok(Value::Unknown));
        let bytes = [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let digits = Number::Digits("18446744073709551615".to_owned());
        assert_eq!(Value::decode(&bytes), Ok(Value::Number(digits)));
    }

    #[test]
    fn bytes_that_are_no_value_are_refused() {
        for bytes in [
            &[][..],
            &[0xdd, 0xff, 0xff, 0xff, 0xff],
            &[0xc4, 1, 0],
            &[0xd9, 9, b'a'],
            &[0xc1],
            &[0x81, 0x01],
        ] {
            assert!(Value::decode(bytes).is_err(), "{bytes:?}");
        }
        assert!(Value::decode(&[0x91; 4000]).is_err());
    }
}
