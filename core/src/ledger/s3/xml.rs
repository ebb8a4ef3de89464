//! Reading an element of XML.

use roxmltree::Node;

/// The text of a child element.
pub(super) fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    let child = node.children().find(|child| child.tag_name().name() == name)?;
    Some(child.text().unwrap_or_default().to_owned())
}
