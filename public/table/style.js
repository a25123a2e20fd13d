// The list's look. Rows are as high as `--row` says, so that those out of sight need no element.

import { theme } from '../panel/theme.js';

export const style = new CSSStyleSheet();

style.replaceSync(`
${theme}
:host {
  container: runs / inline-size;
}
* { box-sizing: border-box; margin: 0; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: .4em .75em; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }

article {
  display: grid; grid-template-columns: minmax(0, 1fr); gap: 1em;
  padding: clamp(.75em, 2vw, 1.5em);
  background: var(--background);
  border: 1px solid var(--line);
  border-radius: var(--pulse-radius, .75em);
  font-variant-numeric: tabular-nums;
}
h2 { flex: none; font-size: 1.25em; }
h3 { flex: 1; font-size: 1em; }
[part=count] { flex: 1; color: var(--muted); white-space: nowrap; }
[part=connection] { display: flex; align-items: center; gap: .45em; font-size: .85em; color: var(--muted); }
[part=connection]::before { content: ''; inline-size: .7em; block-size: .7em; border: .15em solid; border-radius: 50%; }
[data-link=live]::before { background: currentColor; color: var(--done); }
[part=notice] {
  display: flex; flex-wrap: wrap; gap: .2em .6em; padding: .6em 1em;
  border-inline-start: .3em solid var(--warning); border-radius: .3em;
  background: color-mix(in srgb, var(--warning) 11%, var(--background));
}

button, select, input, label { font: inherit; color: inherit; }
button, select, [type=search] {
  min-block-size: 2.2em; padding: .1em .7em; font-size: .85em;
  background: var(--background); border: 1px solid var(--muted); border-radius: .4em;
}
[type=search] { flex: 1 1 14em; min-inline-size: 0; max-inline-size: 26em; }
[part=filter] { gap: .35em; }
[part=filter] button { display: flex; align-items: center; gap: .35em; padding-inline-start: .4em; }
.number { color: var(--muted); }
[aria-pressed=true], [aria-pressed=true] .number { background: var(--text); color: var(--background); }
[part=sorting] { font-size: .85em; flex: none; }
[part=sorting] > * { font-size: 1em; }
:focus-visible { outline: 2px solid var(--running); outline-offset: 2px; }

[data-state=running] { --tone: var(--running); }
[data-state=stale] { --tone: var(--warning); }
[data-state=done] { --tone: var(--done); }
[data-state=error] { --tone: var(--error); }
[data-state=waiting], [data-state=replaced] { --tone: var(--muted); }
[part=filter] svg, .state svg { flex: none; inline-size: 1.35em; block-size: 1.35em; background: var(--tone); border-radius: 50%; }
[part=filter] path, [part=icon] { fill: none; stroke: var(--background); stroke-width: 2.5; stroke-linecap: round; }

[role=row] {
  display: grid; align-items: center; column-gap: 1em; padding-inline: .5em;
  grid-template-columns: 2.6em minmax(9em, 1.5fr) minmax(7.5em, .8fr) minmax(8.5em, 1fr) minmax(5.5em, .6fr)
    minmax(10.5em, .9fr) minmax(5em, .5fr) minmax(6.5em, .6fr) minmax(8em, .7fr);
}
.head { position: sticky; inset-block-start: 0; z-index: 1; background: var(--background); border-block-end: 1px solid var(--muted); }
.head button {
  display: flex; gap: .3em; inline-size: 100%; padding: 0; border: 0; background: none;
  font-weight: 600; color: var(--muted); text-align: start;
}
[aria-sort] button { color: var(--text); }
[aria-sort=ascending] button::after { content: '↑' / ''; }
[aria-sort=descending] button::after { content: '↓' / ''; }

[part=rows] {
  --row: 3.5em;
  position: relative; block-size: calc(var(--row) * var(--count, 0));
}
[part=row] {
  position: absolute; inset-inline: 0; inset-block-start: calc(var(--row) * var(--at)); block-size: var(--row);
  border-block-end: 1px solid var(--line); contain: layout style;
}
[part=row]:hover { background: color-mix(in srgb, var(--text) 4%, var(--background)); }
[part=row][data-slot] { background: color-mix(in srgb, var(--series) 9%, var(--background)); }
[role=cell], [role=rowheader] { min-inline-size: 0; }
[part=row] span, [part=row] strong, [part=name] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.choice label { display: flex; align-items: center; gap: .3em; min-block-size: 2em; }
.choice input { inline-size: 1.15em; block-size: 1.15em; accent-color: var(--running); margin: 0; }
.choice svg { inline-size: 1em; visibility: hidden; }
[data-slot] .choice svg { visibility: visible; }
.name { display: grid; }
[part=name] { inline-size: fit-content; max-inline-size: 100%; font-weight: 600; color: inherit; padding-block: .1em; }
[part=sub] { font-size: .8em; color: var(--muted); }
.state { display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: center; column-gap: .45em; color: var(--tone); }
[part=fault] { grid-column: 2; font-size: .8em; color: var(--warning); }
.progress { display: flex; align-items: center; gap: .6em; }
[part=bar] { flex: 1; block-size: .5em; border-radius: .3em; background: var(--line); contain: strict; }
[part=fill] { block-size: 100%; background: var(--tone); }
[data-endless] [part=fill], [data-state=stale] [part=fill], [data-frozen] [part=fill] {
  background: repeating-linear-gradient(-45deg, var(--tone) 0 .4em, transparent 0 .8em);
}
[part=percent] { flex: none; min-inline-size: 3.6em; text-align: end; }
.loss { display: flex; align-items: center; gap: .6em; }
.loss span { min-inline-size: 3.5em; flex: none; }
.spark { flex: 0 1 6em; min-inline-size: 0; block-size: 1.75em; }
/* A number that is cut is another number. */
[part=row] :is(.epoch, .loss, .best) span { white-space: normal; overflow-wrap: anywhere; line-height: 1.2; }
.curve { fill: none; stroke: var(--series, var(--tone)); stroke-width: 1.5; stroke-linejoin: round; }
.mark { fill: var(--series); }
[data-state=stale] :is(.loss, .epoch, .progress, .left), [data-frozen] [part=row] { color: var(--muted); }
[part=updated] { color: var(--muted); }

[part=empty] { display: grid; gap: .6em; justify-items: center; padding: 2em 1em; text-align: center; }
[part=empty] p { color: var(--muted); }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; user-select: all; }

[data-slot='0'] { --series: var(--series-0); }
[data-slot='1'] { --series: var(--series-1); }
[data-slot='2'] { --series: var(--series-2); }
[data-slot='3'] { --series: var(--series-3); }
[data-slot='4'] { --series: var(--series-4); }
[data-slot='5'] { --series: var(--series-5); }
[data-slot='6'] { --series: var(--series-6); }
[data-slot='7'] { --series: var(--series-7); }
[data-slot='8'] { --series: var(--series-8); }
[data-slot='9'] { --series: var(--series-9); }
:is([part=plot], [part=legend]) :is([data-slot='5'], [data-slot='6'], [data-slot='7'], [data-slot='8'], [data-slot='9']) .curve { stroke-dasharray: 5 3; }

[part=comparison] { display: grid; gap: .5em; font-size: .9em; }
[part=comparison][hidden] { display: none; }
[part=plot] { block-size: clamp(12em, 34vh, 30em); touch-action: pan-y; font-size: .9em; }
[part=plot] svg { inline-size: 100%; block-size: 100%; overflow: visible; }
.grid line { stroke: var(--line); }
.grid text { fill: var(--muted); text-anchor: middle; }
.grid [dx] { text-anchor: end; }
[part=ruler] { stroke: var(--muted); }
[part=readout] { min-block-size: 1.45em; color: var(--muted); }
[part=legend] { padding: 0; list-style: none; gap: .3em 1.25em; }
[part=legend] li { display: flex; align-items: center; gap: .45em; max-inline-size: 100%; }
[part=legend] svg { flex: none; inline-size: 2.2em; block-size: 1.1em; }
[part=legend] a { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: inherit; }
[part=legend] span { color: var(--muted); }
[part=legend] button { min-inline-size: 2em; padding: 0; border: 0; background: none; }

[part=opened] { display: grid; gap: .75em; }
training-panel { max-inline-size: 72em; margin-inline: auto; font-size: 1em; }
training-panel::part(plot) { block-size: max(15em, 100vh - 52em); }
[part=back] { justify-self: start; margin-inline-start: max(0px, (100% - 72em) / 2); color: var(--running); padding: .2em 0; }
[part=unknown] { padding: 1em; border: 1px solid var(--line); border-radius: var(--pulse-radius, .75em); background: var(--background); }

@container runs (inline-size < 68em) {
  .head { display: none; }
  [part=rows] { --row: 6em; border-block-start: 1px solid var(--line); }
  [part=row] {
    grid-template: 1fr 1fr / 2.6em 1.4fr 1fr 1fr 1fr;
    grid-template-areas: 'choice name state progress updated' 'choice epoch left loss best';
    gap: .2em 1em; padding-block: .4em;
  }
  .choice { grid-area: choice; }
  .name { grid-area: name; }
  .state { grid-area: state; }
  .progress { grid-area: progress; }
  .epoch { grid-area: epoch; }
  .left { grid-area: left; }
  .loss { grid-area: loss; display: grid; grid-template-columns: auto minmax(0, 6em); justify-content: start; gap: 0 .6em; }
  .best { grid-area: best; }
  .updated { grid-area: updated; }
  .epoch, .left, .best, .updated { display: grid; }
  [part=row] :is(.epoch, .left, .loss, .best, .updated) { font-size: .85em; }
  :is(.epoch, .left, .loss, .best, .updated)::before {
    content: attr(data-label); font-size: .85em; color: var(--muted);
    overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  }
  .loss::before { grid-column: 1 / -1; }
  .loss span { min-inline-size: 0; }
  .spark { block-size: 1.4em; inline-size: 100%; }
}
@container runs (inline-size < 42em) {
  [part=rows] { --row: 11em; }
  [part=row] {
    grid-template: auto auto 1fr 1fr / 3fr 3fr 4fr;
    grid-template-areas: 'name name name' 'state state progress' 'epoch left updated' 'loss loss best';
    gap: .2em .5em; padding-inline: 0;
  }
  .choice { grid-area: 1 / 1; z-index: 1; inline-size: 2.8em; align-self: start; }
  .name { padding-inline-start: 3em; }
}
@container runs (inline-size >= 68em) {
  [part=sorting] { display: none; }
}

@media (forced-colors: active) {
  [part=bar] { border: 1px solid; }
  [part=fill], [part=filter] svg, .state svg { background: CanvasText; forced-color-adjust: none; }
  [part=icon], [part=filter] path { stroke: Canvas; }
  [aria-pressed=true] { outline: 3px solid Highlight; forced-color-adjust: none; background: Highlight; color: HighlightText; }
  .curve, [part=ruler] { stroke: CanvasText; }
  .mark { fill: CanvasText; }
  [part=row][data-slot] { outline: 1px solid Highlight; outline-offset: -1px; }
}

@media print {
  [part=tools], [part=connection], [part=back], [part=legend] button, [part=notice] p { display: none; }
  .head { position: static; }
  [part=rows] { block-size: auto; }
  [part=row] { position: static; break-inside: avoid; print-color-adjust: exact; }
  article { border: 0; padding: 0; }
}
`);
