// The panel's look. A constructed sheet holds under a strict CSP, on whatever page it is.

export const style = new CSSStyleSheet();

style.replaceSync(`
:host {
  --background: var(--pulse-background, light-dark(#fff, #15181c));
  --text: var(--pulse-text, light-dark(#1b1f24, #e9ebee));
  --muted: var(--pulse-muted, light-dark(#59636e, #9ba4ae));
  --line: var(--pulse-line, light-dark(#dde1e6, #2d333a));
  --running: var(--pulse-running, light-dark(#0a63c9, #6cb0ff));
  --done: var(--pulse-done, light-dark(#1a7340, #56c983));
  --error: var(--pulse-error, light-dark(#c21f2b, #ff8a85));
  --warning: var(--pulse-warning, light-dark(#8a5a00, #eab54c));
  color-scheme: light dark;
  display: block;
  inline-size: 100%;
  color: var(--text);
  font: 1rem/1.45 var(--pulse-font, system-ui, sans-serif);
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; margin: 0; }

article {
  --tone: var(--running);
  display: grid;
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
[part=label] { flex: 1; font-size: .95em; font-weight: 500; color: var(--muted); }
p svg { inline-size: 1.6em; flex: none; background: var(--tone); border-radius: 50%; }
[part=icon] { fill: none; stroke: var(--background); stroke-width: 2.5; stroke-linecap: round; }
[part=state] { flex: 1; font-size: 1.4em; line-height: 1.2; color: var(--tone); }
[part=connection] { display: flex; align-items: center; gap: .45em; font-size: .85em; color: var(--muted); }
[part=connection]::before { content: ''; inline-size: .7em; block-size: .7em; border: .15em solid; border-radius: 50%; }
[data-link=live]::before { background: currentColor; }
article:not([data-frozen]) [data-link=live]::before { color: var(--done); }

[part=notice] {
  display: grid; gap: .35em; padding: .75em 1em;
  border-inline-start: .3em solid var(--tone); border-radius: .3em;
  background: color-mix(in srgb, var(--tone) 11%, var(--background));
}
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

dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(8.5em, 45%), 1fr)); gap: 1em; }
dt, [part=until], [part=readout] { font-size: .85em; color: var(--muted); }
dd:not([part=until]) { font-size: 1.2em; font-weight: 600; }

h3 { font-size: 1em; }
[part=readout] { flex: 1; min-inline-size: min(24em, 100%); }
[part=plot] { block-size: clamp(11em, 28vh, 24em); margin-block-start: .5em; touch-action: pan-y; font-size: .8em; }
section svg { inline-size: 100%; block-size: 100%; overflow: visible; }
section line { stroke: var(--line); }
section text { fill: var(--muted); text-anchor: middle; }
section [dx] { text-anchor: end; }
section path { fill: none; stroke: var(--tone); stroke-width: .16em; stroke-linejoin: round; }
[data-faint] { opacity: .35; }
[part=ruler] { stroke: var(--muted); }
[part=point] { r: .3em; fill: var(--tone); }

button, label { font: inherit; font-size: .85em; color: inherit; min-block-size: 2.2em; }
button { background: none; border: 1px solid var(--muted); border-radius: .4em; padding: .1em .8em; }
[aria-pressed=true] { background: var(--text); color: var(--background); }
input { inline-size: 7em; accent-color: var(--running); }
:focus-visible { outline: 2px solid var(--running); outline-offset: 2px; }
[part=announcement] { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }

@media (forced-colors: active) {
  [part=bar] { border: 1px solid; }
  [part=fill], p svg { background: Highlight; forced-color-adjust: none; }
}
`);
