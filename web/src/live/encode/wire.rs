//! The bytes of one WebSocket frame with one JSON object in it, written into one buffer.

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

/// Room for the longest header of an unmasked frame (RFC 6455, section 5.2).
const HEADER: usize = 10;
const FIN: u8 = 0x80;
const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

/// Writes `{"type":…,"ref":…, the fields of body}` as a text frame. `body` must serialise as an object.
pub(crate) fn text<B: Serialize>(kind: &str, reference: Option<&str>, body: &B, room: usize) -> Bytes {
    let mut buffer = BytesMut::with_capacity(HEADER + room);
    buffer.put_bytes(0, HEADER);
    buffer.put_slice(b"{\"type\":\"");
    // The names of frames are our own and need no escaping.
    buffer.put_slice(kind.as_bytes());
    buffer.put_u8(b'"');
    if let Some(reference) = reference {
        buffer.put_slice(b",\"ref\":");
        json(&mut buffer, reference);
    }
    let start = buffer.len();
    json(&mut buffer, body);
    debug_assert_eq!(buffer[start], b'{', "the body of a frame is an object");
    if buffer.len() == start + 2 {
        buffer.truncate(start);
        buffer.put_u8(b'}');
    } else {
        buffer[start] = b',';
    }
    finish(buffer)
}

fn json<T: Serialize + ?Sized>(buffer: &mut BytesMut, value: &T) {
    serde_json::to_writer(buffer.writer(), value).expect("plain values with text keys, into memory");
}

/// Puts the header in front of the payload, which stands behind [`HEADER`] free bytes.
fn finish(mut buffer: BytesMut) -> Bytes {
    let length = buffer.len() - HEADER;
    let mut header = [0_u8; HEADER];
    header[0] = FIN | TEXT;
    let used = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(small), _) if small < 126 => {
            header[1] = small;
            2
        }
        (_, Ok(medium)) => {
            header[1] = 126;
            header[2..4].copy_from_slice(&medium.to_be_bytes());
            4
        }
        _ => {
            header[1] = 127;
            header[2..10].copy_from_slice(&(length as u64).to_be_bytes());
            10
        }
    };
    buffer[HEADER - used..HEADER].copy_from_slice(&header[..used]);
    let mut frame = buffer.freeze();
    bytes::Buf::advance(&mut frame, HEADER - used);
    frame
}

/// A ping without payload.
pub(crate) fn ping() -> Bytes {
    Bytes::from_static(&[FIN | PING, 0])
}

/// The answer to a ping. A control frame's payload has at most 125 bytes, which the decoder has checked.
pub(crate) fn pong(payload: &[u8]) -> Bytes {
    control(PONG, payload)
}

/// A close frame with its code and a word.
pub(crate) fn close(code: u16, reason: &str) -> Bytes {
    let mut payload = code.to_be_bytes().to_vec();
    payload.extend_from_slice(reason.as_bytes());
    control(CLOSE, &payload)
}

fn control(opcode: u8, payload: &[u8]) -> Bytes {
    let payload = &payload[..payload.len().min(125)];
    let mut frame = BytesMut::with_capacity(2 + payload.len());
    frame.put_u8(FIN | opcode);
    frame.put_u8(u8::try_from(payload.len()).unwrap_or(125));
    frame.put_slice(payload);
    frame.freeze()
}

/// How many frames stand in these bytes, which are whole unmasked frames.
pub(crate) fn count(bytes: &[u8]) -> u64 {
    let (mut at, mut frames) = (0, 0);
    while let (Some(_), Some(second)) = (bytes.get(at), bytes.get(at + 1)) {
        let be =
            |n: usize| bytes[at + 2..].iter().take(n).fold(0_usize, |sum, b| (sum << 8) | usize::from(*b));
        at += match second & 0x7f {
            126 => 4 + be(2),
            127 => 10 + be(8),
            small => 2 + usize::from(small),
        };
        frames += 1;
    }
    frames
}

/// The JSON inside a text frame, for tests.
#[cfg(test)]
pub(crate) fn payload(frame: &[u8]) -> &[u8] {
    match frame[1] {
        126 => &frame[4..],
        127 => &frame[10..],
        _ => &frame[2..],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Body {
        text: String,
    }

    #[derive(Serialize)]
    struct Nothing {}

    #[test]
    fn headers_fit_their_payload_at_every_border() {
        for length in [0, 90, 91, 92, 93, 94, 95, 65_400, 65_500, 65_501, 65_502, 65_503, 65_504, 70_000] {
            let frame = text("t", None, &Body { text: "x".repeat(length) }, 64);
            assert_eq!(frame[0], 0x81);
            let stated = match frame[1] {
                126 => usize::from(u16::from_be_bytes([frame[2], frame[3]])),
                127 => usize::try_from(u64::from_be_bytes(frame[2..10].try_into().unwrap())).unwrap(),
                small => usize::from(small),
            };
            let payload = payload(&frame);
            assert_eq!(stated, payload.len());
            assert!((frame[1] == 127) == (stated > 65_535) && (frame[1] < 126) == (stated < 126));
            let read: serde_json::Value = serde_json::from_slice(payload).unwrap();
            assert_eq!(read["text"].as_str().map(str::len), Some(length));
            assert_eq!(count(&[&frame[..], &ping(), &frame[..]].concat()), 3);
        }
    }

    #[test]
    fn the_type_comes_first_and_the_reference_is_escaped() {
        assert_eq!(payload(&text("ack", None, &Nothing {}, 64)), br#"{"type":"ack"}"#);
        assert_eq!(payload(&text("ack", Some("a\"b"), &Nothing {}, 64)), br#"{"type":"ack","ref":"a\"b"}"#);
    }

    #[test]
    fn control_frames_are_short() {
        assert_eq!(&close(1001, "going-away")[..4], [0x88, 12, 0x03, 0xe9]);
        assert_eq!(&pong(b"hi")[..], [0x8a, 2, b'h', b'i']);
        assert_eq!(pong(&[0; 300]).len(), 127);
    }
}
