/// The fingerprint of a file: 64 bits of FNV-1a, in hexadecimal.
///
/// It detects that a document was edited; it does not protect against manipulation.
/// The build script of `chift-api` and `xtask` share this file, so that neither
/// needs a dependency for it.
pub(crate) fn fingerprint(text: &[u8]) -> String {
    let hash = text
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}
