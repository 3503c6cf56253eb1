/** The whole style of the page: no script, no font, no picture from anywhere. */
export const handbookStyle = `
:root { --ink: #1d2733; --soft: #5a6673; --line: #d7dde3; --paper: #fff; --wash: #f4f6f8; --mark: #0b5d5b; color-scheme: light; }
* { box-sizing: border-box; }
html { font-size: 100%; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--wash); color: var(--ink); line-height: 1.65;
  font-family: system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem 1rem; }
.sheet { max-width: 60rem; margin: 0 auto; background: var(--paper); padding: 2.5rem clamp(1rem, 5vw, 4rem); }
header { border-bottom: 3px solid var(--mark); padding-bottom: 1rem; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; color: var(--mark); margin: 2.5rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p, ul { margin: .5rem 0; }
ul { padding-left: 1.4rem; }
a { color: var(--mark); }
a:focus-visible, .wide:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.about { color: var(--soft); margin: 0; }
.flag { display: inline-block; background: #fff4d6; color: #6b4a00; border: 1px solid #e5c97a; border-radius: .25rem; padding: .1rem .6rem; margin: .75rem .5rem 0 0; }
nav ol { columns: 2; padding-left: 1.4rem; margin: .5rem 0 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { border: 1px solid var(--line); padding: .45rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--wash); white-space: nowrap; }
tbody th { font-weight: 600; min-width: 11rem; }
td { font-variant-numeric: tabular-nums; }
small { display: block; font-weight: 400; color: var(--soft); font-size: .8rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) { nav ol { columns: 1; } }
@media print {
  @page { margin: 18mm; }
  body { background: none; font-size: 10.5pt; }
  .sheet { max-width: none; padding: 0; }
  .skip, .other { display: none; }
  .wide { overflow: visible; }
  h2, h3 { break-after: avoid; }
  tr, li { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;
