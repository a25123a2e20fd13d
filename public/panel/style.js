// The panel's look. A constructed sheet holds under a strict CSP, on whatever page it is.

import { theme } from './theme.js';

export const style = new CSSStyleSheet();

style.replaceSync(`
${theme}:host { display: flex; flex-direction: column; container-type: inline-size; }
* { box-sizing: border-box; margin: 0; }

article {
  --tone: var(--running);
  display: flex;
  flex: 1;
  flex-direction: column;
  min-inline-size: 0;
  gap: 1em;
  padding: clamp(1em, 3vw, 1.75em);
  background: var(--background);
  border: 1px solid var(--line);
  border-radius: var(--pulse-radius, .75em);
  font-variant-numeric: tabular-nums;
}
[data-tone=idle] { --tone: var(--muted); }
[data-tone=done] { --tone: var(--done); }
[data-tone=error] { --tone: var(--error); }
[data-tone=warning] { --tone: var(--warning); }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: .4em .75em; }
[part=message], [part=reason], [part=label], dd { overflow-wrap: anywhere; }

header { margin-block-end: -.75em; }
[part=hint] { font-size: .85em; color: var(--muted); }
[part=label] { flex: 1; font-size: .95em; font-weight: 500; color: var(--muted); }
p svg { inline-size: 1.6em; flex: none; background: var(--tone); border-radius: 50%; }
[part=icon] { fill: none; stroke: var(--background); stroke-width: 2.5; stroke-linecap: round; }
[part=state] { flex: 1; font-size: 1.4em; line-height: 1.2; color: var(--tone); }
[part=connection] { display: flex; align-items: center; gap: .45em; font-size: .85em; color: var(--muted); }
[part=connection]::before { content: ''; box-sizing: border-box; inline-size: 1em; block-size: 1em; border: .15em solid; border-radius: 50%; }
/* A disc when live, a ring otherwise: of borders, which forced colours keep. */
[data-link=live]::before { inline-size: 0; block-size: 0; border-width: .5em; }
article:not([data-frozen]) [data-link=live]::before { color: var(--done); }

[part=notice] {
  display: grid; gap: .35em; padding: .75em 1em;
  border-inline-start: .3em solid var(--tone); border-radius: .3em;
  background: color-mix(in srgb, var(--tone) 11%, var(--background));
}
[part=notice] .row:not(:has(> :not([hidden]))) { display: none; }
[part=reason] { font: .92em ui-monospace, monospace; }

[part=percent] { font-size: 3.25em; font-weight: 650; line-height: 1; }
[part=aside] { color: var(--tone); border: 1px solid; border-radius: 1em; padding: 0 .7em; font-size: .85em; }
[part=bar] { block-size: .85em; border-radius: .5em; background: var(--line); contain: strict; }
[part=fill] { block-size: 100%; background: var(--tone); }
[part=bar]:not([aria-valuenow]) > *, [data-frozen] [part=fill] {
  background: repeating-linear-gradient(-45deg, var(--tone) 0 .4em, transparent 0 .8em);
}
[data-tone=idle] [part=fill] { background: none; }
[data-frozen] :is([part=percent], dd, [part=message]) { color: var(--muted); }
[data-frozen] [part=plot] { filter: grayscale(1); }
[part=message] { white-space: pre-wrap; max-block-size: 7.4em; overflow: auto; }
[data-verdict=error] [part=message] { color: var(--error); font-weight: 600; }

/* Four in a row, or two: never three and one. */
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(clamp(20%, (40em - 100%) * 999, 45%), 1fr)); gap: 1em; }
dt, dt ~ dd ~ dd, [part=readout] { font-size: .85em; color: var(--muted); }
dt + dd { font-size: 1.2em; font-weight: 600; }
/* Less important, and in one line where there is room. */
[part=details] { display: flex; flex-wrap: wrap; gap: .25em 1.5em; }
[part=details] div { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .5em; min-inline-size: 0; }
[part=details] dd { font-size: .95em; }
[part=details]:not(:has(dd:not([hidden]))), [part=details] :has([hidden]) { display: none; }

h3 { font-size: 1em; }
[part=readout] { flex: 1; min-inline-size: min(24em, 100%); }
[part=chart] { flex: 1; display: flex; flex-direction: column; gap: .5em; }
/* At least so high; more where the element has a height to fill. What it holds never makes it higher. */
[part=plot] { flex: 1 0 clamp(11em, 28vh, 24em); position: relative; touch-action: pan-y; font-size: .8em; user-select: none; }
[part=plot] > svg { position: absolute; inline-size: 100%; block-size: 100%; overflow: visible; }
[part=area] { overflow: hidden; }
section line { stroke: var(--line); }
section text { fill: var(--muted); text-anchor: middle; }
section [dx] { text-anchor: end; }
section path { fill: none; stroke: var(--tone); stroke-width: .16em; stroke-linejoin: round; }
[data-faint] { opacity: .35; }
[part=ruler] { stroke: var(--muted); }
[part=resume] { stroke: var(--muted); stroke-dasharray: 2 3; }
[part=outlier] { fill: var(--tone); stroke: none; }
/* A legend and a choice in one; of very many a part is seen. */
[part=metrics] { display: flex; flex-wrap: wrap; gap: 0 1.25em; max-block-size: 7em; overflow: auto; }
[part=metrics] label { gap: .45em; padding-inline: .2em; }
[part=metrics] label:has(:focus-visible) { outline-offset: -2px; }
[part=metrics] svg { inline-size: 2em; block-size: .7em; }
[part=metrics] input:not(:checked) ~ svg { display: none; }
[part=metrics] span { color: var(--muted); }
[part=metrics] input { inline-size: 1.2em; block-size: 1.2em; margin: 0; }
section [part=metric], [part=metrics] path { stroke: var(--series); stroke-linecap: round; }
[part=selection] { fill: var(--tone); fill-opacity: .15; stroke: var(--tone); }
[part=outside] { font-size: .85em; color: var(--muted); }
[part=point] { r: .3em; fill: var(--tone); }

button, select, label { font: inherit; font-size: .85em; color: inherit; min-block-size: 2.2em; }
button, select { background: none; border: 1px solid var(--muted); border-radius: .4em; padding: .1em .8em; }
label select { font-size: 1em; padding: .1em .3em; border-radius: .4em; border: 1px solid var(--muted); }
option { background: var(--background); color: var(--text); }
[aria-pressed=true] { background: var(--text); color: var(--background); }
[aria-pressed=true]::before { content: '✓ ' / ''; }
input { inline-size: 7em; accent-color: var(--running); }
:focus-visible { outline: 2px solid var(--running); outline-offset: 2px; }
[part=announcement] { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }

/* A window that is wide and low: the chart beside the figures. */
@media (max-height: 32em) {
  @container (min-width: 44em) {
    article { display: grid; grid-template: repeat(10, auto) 1fr / 2fr 3fr; gap: .5em 1.5em; padding: 1em; font-size: .875em; }
    [part=plot] { flex-basis: 9em; }
    header { margin-block-end: -.25em; }
    article > * { grid-column: 1; }
    [part=chart] { grid-area: 1 / 2 / -1 / 3; min-inline-size: 0; }
    [part=percent] { font-size: 2.25em; }
    dl { gap: .5em 1em; }
  }
}

@media (forced-colors: active) {
  [part=bar], [part=notice] { border: 1px solid; }
  [part=fill], p svg { background: Highlight; forced-color-adjust: none; }
  [part=icon] { stroke: HighlightText; }
  [aria-pressed=true] { background: Highlight; color: HighlightText; border-color: Highlight; forced-color-adjust: none; }
  section path, section [part=metric], [part=metrics] path { stroke: CanvasText; }
  section line { stroke: GrayText; }
  section text, [part=point], [part=outlier] { fill: CanvasText; }
}

/* On paper: all of the curve, in colours that are printed, and nothing to press. */
@media print {
  :host { color-scheme: light; }
  :is([part=bar], [part=fill], [part=notice], p svg) { print-color-adjust: exact; }
  article { border: 0; padding: 0; }
  article > * { break-inside: avoid; }
  [part=tools], button, ::slotted(button) { display: none !important; }
  [part=plot] { flex: none; }
  [part=metrics] { max-block-size: none; }
  [part=metrics] label:has(input:not(:checked)), [part=metrics] input { display: none; }
  [part=plot] > svg { display: block; position: static; block-size: auto; }
  [part=message] { max-block-size: none; }
}
`);
