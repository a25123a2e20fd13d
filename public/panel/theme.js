// The colours and the font that a page may change, and what follows from them.

export const theme = `
:host {
  --background: var(--pulse-background, light-dark(#fff, #15181c));
  --text: var(--pulse-text, light-dark(#1b1f24, #e9ebee));
  --muted: var(--pulse-muted, light-dark(#59636e, #9ba4ae));
  --line: var(--pulse-line, light-dark(#dde1e6, #2d333a));
  --running: var(--pulse-running, light-dark(#0a63c9, #6cb0ff));
  --done: var(--pulse-done, light-dark(#1a7340, #56c983));
  --error: var(--pulse-error, light-dark(#c21f2b, #ff8a85));
  --warning: var(--pulse-warning, light-dark(#8a5a00, #eab54c));
  --series-0: var(--pulse-series-0, light-dark(#0a63c9, #6cb0ff));
  --series-1: var(--pulse-series-1, light-dark(#b45309, #f5a34c));
  --series-2: var(--pulse-series-2, light-dark(#1a7340, #56c983));
  --series-3: var(--pulse-series-3, light-dark(#a8248a, #f08bd6));
  --series-4: var(--pulse-series-4, light-dark(#0b6f81, #4fd0e0));
  --series-5: var(--pulse-series-5, light-dark(#c21f2b, #ff8a85));
  --series-6: var(--pulse-series-6, light-dark(#6d3fd1, #b79cff));
  --series-7: var(--pulse-series-7, light-dark(#646600, #cfd04e));
  --series-8: var(--pulse-series-8, light-dark(#7a4a2b, #d9a981));
  --series-9: var(--pulse-series-9, light-dark(#475569, #b4c0d0));
  color-scheme: light dark;
  display: block;
  inline-size: 100%;
  color: var(--text);
  font: 1rem/1.45 var(--pulse-font, system-ui, sans-serif);
}
:host([hidden]), [hidden] { display: none !important; }
`;
