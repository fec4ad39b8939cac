//! Words for the `[blanks]` of templates, so that a grammar checker reads what will be sent.

/// Every blank that a rewrite of the embedded pack may have, and what an agent might write
/// there. A blank is known by its words, so each must mean the same kind of words, a name,
/// a clause, wherever it stands.
const FILLED: [(&str, &str); 22] = [
    ("date", "Friday"),
    ("fact", "two failed payments"),
    ("item", "your proof of purchase"),
    ("link", "example.com/help"),
    ("name", "Sam"),
    ("next step", "I will call you"),
    ("one plain question", "which light is on"),
    ("plain words", "the deposit comes back to you"),
    ("policy", "to refund within thirty days"),
    ("reason", "the seals expire"),
    ("rule", "to open a box only once"),
    ("team", "billing team"),
    ("the answer", "the refund takes five days"),
    ("the answer in one sentence", "the refund takes five days"),
    ("time", "noon"),
    ("what it cost", "a whole morning"),
    ("what we can do", "sending you a new one"),
    ("what we did", "we sent the wrong size"),
    ("what we do", "to refund within thirty days"),
    ("what we know", "the driver has your parcel"),
    ("what went wrong", "we sent the wrong size"),
    ("what you cover", "the repair and the delivery"),
];

/// The text with all its blanks filled.
///
/// # Errors
/// The first blank that [`FILLED`] has no words for.
pub fn fill(text: &str) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, blank, after)) = next_blank(rest) {
        let (_, words) =
            FILLED.iter().find(|(name, _)| *name == blank).ok_or_else(|| blank.to_owned())?;
        filled.push_str(before);
        filled.push_str(words);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Splits a text at its first blank.
fn next_blank(text: &str) -> Option<(&str, &str, &str)> {
    let (before, opened) = text.split_once('[')?;
    let (blank, after) = opened.split_once(']')?;
    Some((before, blank, after))
}
