//! The little of the protobuf wire format that a made ONNX file needs.

/// Appends a field of bytes of the protobuf wire format.
pub fn field(message: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    varint(message, (number << 3) | 2);
    varint(message, bytes.len() as u64);
    message.extend(bytes);
}

pub fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}
