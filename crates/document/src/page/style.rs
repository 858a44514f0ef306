//! How an exported page looks: light and dark, on screen and on paper.

pub(super) const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1c1b19;--soft:#57544e;--line:#e4e1da;--paper:#fdfcfa;--sunken:#f5f3ef;--accent:#2f5bd0;--k:#7a3ea8;--s:#1d6f42;--n:#a3470b;--c:#6c6963;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#eceae6;--soft:#b3afa7;--line:#35332f;--paper:#171614;--sunken:#211f1c;--accent:#8fb0ff;--k:#c9a0f0;--s:#86d1a3;--n:#f0b07a;--c:#9d988f;--bad:#ff8f86}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.65 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}
main{max-width:46rem;margin:0 auto;padding:3rem 1.25rem 5rem;overflow-wrap:break-word}
h1,h2,h3,h4{line-height:1.25;letter-spacing:-.015em;margin:2em 0 .6em}h1{font-size:2rem;margin-top:0}h2{font-size:1.4rem}h3{font-size:1.15rem}
a{color:var(--accent)}img{max-width:100%;height:auto}hr{border:0;border-top:1px solid var(--line);margin:2.5rem 0}
blockquote{margin:1.2em 0;padding:.1em 1.1em;border-left:3px solid var(--line);color:var(--soft)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
:not(pre)>code{background:var(--sunken);border-radius:.3em;padding:.1em .35em}
pre{background:var(--sunken);border:1px solid var(--line);border-radius:.6rem;padding:.85rem 1rem;margin:1.2em 0;overflow-x:auto;line-height:1.5;tab-size:4}
pre code{font-size:1em}
.block{margin:1.4em 0}.block pre{margin:0}.label{margin:0 0 .3rem;font-size:.8rem;color:var(--soft)}
.output{border-left:2px solid var(--line);margin:.5rem 0 0 .5rem;padding-left:.9rem}
.output pre{background:none;border:0;padding:.25rem 0;white-space:pre-wrap;word-break:break-word}
.output img{background:#fff;border-radius:.4rem;margin:.4rem 0;display:block}.html{overflow-x:auto}
.err{color:var(--bad)}.ended{margin:.35rem 0;font-size:.8rem;color:var(--bad)}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--soft);font-size:.875rem}
table{border-collapse:collapse;margin:1.2em 0;font-size:.9em;display:block;overflow-x:auto}th,td{border-bottom:1px solid var(--line);padding:.35rem .75rem;text-align:left}th{font-weight:600}
.k{color:var(--k)}.s{color:var(--s)}.n{color:var(--n)}.c{color:var(--c)}
.b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}
.f1,.f9{color:#c62f26}.f2,.f10{color:#2c7a3f}.f3,.f11{color:#9a6700}.f4,.f12{color:#2f5bd0}.f5,.f13{color:#8a3fa8}.f6,.f14{color:#0e7490}.f8{color:var(--c)}
.g1,.g9{background:#f3c9c5}.g2,.g10{background:#c6e8cf}.g3,.g11{background:#f5e2b0}.g4,.g12{background:#c9d8ff}.g5,.g13{background:#ead1f3}.g6,.g14{background:#c3e8ee}
@media (prefers-color-scheme:dark){.f1,.f9{color:#ff8f86}.f2,.f10{color:#86d1a3}.f3,.f11{color:#e6c06a}.f4,.f12{color:#8fb0ff}.f5,.f13{color:#d7a6ee}.f6,.f14{color:#7fd4e3}.g1,.g9{background:#5c2622}.g2,.g10{background:#204a2d}.g3,.g11{background:#51400f}.g4,.g12{background:#22356f}.g5,.g13{background:#48235a}.g6,.g14{background:#124850}}
@media print{body{background:#fff;color:#000;font-size:11pt}main{max-width:none;padding:0}pre,.output,img,table{break-inside:avoid}.output pre,pre{white-space:pre-wrap}a{color:inherit}}
";
