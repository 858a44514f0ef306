//! The medians as bars on a logarithmic scale: contenders differ by factors of a thousand.

use std::fmt::Write;

use crate::{
    program,
    report::{Report, Row},
};

const WIDTH: f64 = 760.0;
const LABEL: f64 = 170.0;
const BAR: f64 = 18.0;
const HEAD: f64 = 34.0;
/// Milliseconds at the left edge, and how many powers of ten fit.
const FROM: f64 = 0.1;
const DECADES: f64 = 4.5;

/// An SVG that reads on light and on dark pages.
pub(crate) fn draw(report: &Report) -> String {
    let height = report.rows.len() as f64 * (BAR + 4.0) + program::ALL.len() as f64 * HEAD + 30.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" \
         role=\"img\" aria-label=\"Median time of a run by technique\">\n\
         <style>text{{font:13px system-ui,sans-serif;fill:#57606a}}.ours{{fill:#0a7d5a}}\
         .bare{{fill:#8b949e}}.peer{{fill:#c4722a}}.head{{font-weight:600}}\
         @media(prefers-color-scheme:dark){{text{{fill:#9da7b3}}}}</style>\n"
    );
    let mut top = 0.0;
    for program in program::ALL {
        let rows = report.of(&program);
        if rows.is_empty() {
            continue;
        }
        top += HEAD;
        let _ = writeln!(
            svg,
            "<text class=\"head\" x=\"0\" y=\"{:.0}\">{}, median of a run (logarithmic)</text>",
            top - 10.0,
            program.language
        );
        for row in rows {
            svg.push_str(&bar(row, top));
            top += BAR + 4.0;
        }
    }
    let _ =
        writeln!(svg, "<text x=\"0\" y=\"{:.0}\">{}</text>\n</svg>", top + 22.0, report.machine);
    svg
}

fn bar(row: &Row, top: f64) -> String {
    let value = row.sparse.median().value;
    let room = WIDTH - LABEL - 90.0;
    let length = ((value / FROM).log10() / DECADES * room).clamp(2.0, room);
    format!(
        "<text x=\"0\" y=\"{base:.0}\">{}</text>\
         <rect class=\"{}\" x=\"{LABEL}\" y=\"{top:.0}\" width=\"{length:.0}\" height=\"{BAR}\" rx=\"3\"/>\
         <text x=\"{:.0}\" y=\"{base:.0}\">{value:.2} ms</text>\n",
        row.contender.name(),
        row.contender.kind(),
        LABEL + length + 6.0,
        base = top + 14.0,
    )
}
