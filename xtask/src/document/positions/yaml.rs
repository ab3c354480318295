//! The places of YAML, from the events of its parser.

use granit_parser::{Event, Parser, ScalarStyle, Span, options};

use super::tree::{Node, Tree};

/// Finds the places of the tree in a YAML text, which starts at the offset `start` of the whole text. Where the parser
/// refuses what libyaml accepts, the rest of the places is not found.
pub(super) fn find(text: &str, start: usize, tree: &mut Tree<'_>) {
    tree.start(start);
    let mut events = Events { text, start, tree, open: Vec::new() };
    // As libyaml reads a byte order mark.
    let options = options! { bom_inside_document_as_content: true };
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((Event::DocumentEnd, _)) | Err(_) => return,
            Ok((event, span)) => events.read(&event, span),
        }
    }
}

/// What was read so far.
struct Events<'a, 'wanted> {
    text: &'a str,
    start: usize,
    tree: &'a mut Tree<'wanted>,
    /// The lists and objects around the next event, from the outermost.
    open: Vec<Open>,
}

/// A list or an object that has started and not ended. Nothing inside of it is wanted if it is no node of the tree.
enum Open {
    List {
        node: Option<Node>,
        /// The index of the next item.
        index: usize,
    },
    Object {
        node: Option<Node>,
        next: Next,
    },
}

/// What the next event in an object is.
enum Next {
    Key,
    Value(Option<Node>),
}

impl Events<'_, '_> {
    fn read(&mut self, event: &Event<'_>, span: Span) {
        match event {
            Event::Scalar(text, style, ..) => drop(self.node(Some(text), self.offset(span, Some(*style)))),
            Event::Alias(_) | Event::UnresolvedAlias(_) => drop(self.node(None, self.offset(span, None))),
            Event::SequenceStart(..) => {
                let node = self.node(None, self.offset(span, None));
                self.open.push(Open::List { node, index: 0 });
            }
            Event::MappingStart(..) => {
                let node = self.node(None, self.offset(span, None));
                self.open.push(Open::Object { node, next: Next::Key });
            }
            Event::SequenceEnd | Event::MappingEnd => drop(self.open.pop()),
            _ => {}
        }
    }

    /// Records the key, item or value that starts at `offset`, and returns the node of an item or a value. `text` is
    /// that of a scalar.
    fn node(&mut self, text: Option<&str>, offset: usize) -> Option<Node> {
        match self.open.last_mut() {
            None => Some(Tree::ROOT),
            Some(Open::List { node, index }) => {
                let token = *index;
                *index += 1;
                self.tree.found((*node)?, &token.to_string(), offset)
            }
            Some(Open::Object { node, next }) => match std::mem::replace(next, Next::Key) {
                Next::Key => {
                    let field = node.zip(text).and_then(|(node, text)| self.tree.found(node, text, offset));
                    *next = Next::Value(field);
                    None
                }
                Next::Value(field) => field,
            },
        }
    }

    /// Where a key, item or value starts in the whole text.
    fn offset(&self, span: Span, style: Option<ScalarStyle>) -> usize {
        let offset = span.start.byte_offset().unwrap_or_default();
        let offset = match style {
            // The parser reports where the lines of the block start, not its `|` or `>`.
            Some(ScalarStyle::Literal | ScalarStyle::Folded) => {
                self.text.get(..offset).and_then(|before| before.rfind(['|', '>'])).unwrap_or(offset)
            }
            _ => offset,
        };
        self.start + offset
    }
}
