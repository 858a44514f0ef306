//! The one way into a page: elements that show something, and nothing that runs or asks a network.

use std::borrow::Cow;

use ammonia::Builder;

pub(super) fn clean(html: &str) -> String {
    let mut builder = Builder::default();
    builder
        .add_tags(["input", "figure", "figcaption", "section"])
        .add_generic_attributes(["class"])
        .add_tag_attributes("input", ["type", "checked", "disabled"])
        .add_url_schemes(["data"])
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            // SVG in a picture has no scripts and loads nothing.
            ("img", "src") => value.starts_with("data:image/").then_some(Cow::Borrowed(value)),
            ("input", "type") => (value == "checkbox").then_some(Cow::Borrowed(value)),
            _ => (!value.trim_start().starts_with("data:")).then_some(Cow::Borrowed(value)),
        });
    builder.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_or_asks_a_network_is_left() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<img src=\"https://example.com/a.png\" srcset=\"https://example.com/b.png\">",
            "<style>@import 'https://example.com'</style>",
            "<p style=\"background:url(https://example.com)\">x</p>",
            "<iframe src=\"https://example.com\"></iframe><object data=x></object>",
            "<link rel=stylesheet href=https://example.com><base href=https://example.com>",
            "<svg><script>alert(1)</script><image href=https://example.com></svg>",
            "<a href=\"javascript:alert(1)\">x</a><a href=\"data:text/html,x\">y</a>",
            "<form action=https://example.com><input type=text><button>x</button></form>",
            "<video src=https://example.com></video><table background=https://example.com></table>",
            "</main></body><meta http-equiv=refresh content=\"0;url=https://example.com\">",
        ] {
            let left = clean(hostile);
            for bad in
                ["script", "onerror", "example.com", "style", "javascript:", "data:", "type=\"text"]
            {
                assert!(!left.contains(bad), "{hostile} leaves {left}");
            }
        }
    }

    #[test]
    fn tables_pictures_and_check_boxes_stay() {
        for kept in [
            "<table><tbody><tr><td class=\"n\">1</td></tr></tbody></table>",
            "<img src=\"data:image/png;base64,AAAA\" alt=\"a\">",
            "<input type=\"checkbox\" checked=\"\" disabled=\"\">",
        ] {
            assert_eq!(clean(kept), kept);
        }
    }
}
