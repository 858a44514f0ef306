//! A zip archive of one uncompressed file, from which Python can import.
//!
//! The layout is that of PKWARE's APPNOTE 6.3.3, sections 4.3.7, 4.3.12 and 4.3.16.

/// 2.0, the version that knows directories; nothing newer is used.
const VERSION: u16 = 20;
/// 1980-01-01, the first date there is.
const DATE: u16 = 0x21;

pub(super) fn of_one_file(name: &str, content: &[u8]) -> Vec<u8> {
    let length = |it: usize| u32::try_from(it).expect("stubs are some kilobytes");
    let name_length = u16::try_from(name.len()).expect("names of stubs are short");
    // What the file's own header and its entry in the directory have in common.
    let mut common = Vec::new();
    // Flags and method: none, stored. Then time and date.
    for word in [VERSION, 0, 0, 0, DATE] {
        common.extend(word.to_le_bytes());
    }
    for word in [crc32(content), length(content.len()), length(content.len())] {
        common.extend(word.to_le_bytes());
    }
    // The second is that of an extra field.
    for word in [name_length, 0] {
        common.extend(word.to_le_bytes());
    }
    let local = [b"PK\x03\x04".as_slice(), &common, name.as_bytes(), content].concat();
    // After the common part: comment, disk, two kinds of attributes, and where the file begins.
    let made_by = VERSION.to_le_bytes();
    let directory =
        [b"PK\x01\x02".as_slice(), &made_by, &common, &[0; 14], name.as_bytes()].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend(length(directory.len()).to_le_bytes());
    end.extend(length(local.len()).to_le_bytes());
    end.extend([0; 2]);
    [local, directory, end].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    /// Of IEEE 802.3, its bits reversed.
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_zip() {
        // The check value of CRC-32/ISO-HDLC in every catalogue of checksums.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
