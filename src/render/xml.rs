//! What the XML outputs share: values that XML can hold.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::Writer;

use super::visible::visible;

/// A document that begins with whatever is written into it first.
pub(super) struct Document {
    /// The tag that opens it.
    root: &'static str,
    begun: bool,
}

impl Document {
    /// A document in the element that a tag opens.
    pub(super) fn new(root: &'static str) -> Self {
        Self { root, begun: false }
    }

    /// Opens the document, unless it is open.
    pub(super) fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", self.root)
    }
}

/// A writer for a piece of a document, indented by itself.
pub(super) fn writer(out: &mut dyn Write) -> Writer<&mut dyn Write> {
    Writer::new_with_indent(out, b' ', 2)
}

/// A text with symbols and escapes in the place of what XML 1.0 has no spelling for, not even
/// `&#27;`: control characters and two that are no characters. The writer escapes the rest.
pub(super) fn legal(text: &str) -> Cow<'_, str> {
    let shown = visible(text);
    if !shown.contains(['\u{fffe}', '\u{ffff}']) {
        return shown;
    }
    Cow::Owned(shown.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}"))
}

/// Writes an empty element with attributes.
pub(super) fn empty(
    writer: &mut Writer<&mut dyn Write>,
    name: &str,
    attributes: &[(&str, &str)],
) -> io::Result<()> {
    let element = writer.create_element(name);
    element.with_attributes(attributes.iter().copied()).write_empty().map(drop)
}
