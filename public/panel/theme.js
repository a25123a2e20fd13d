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
  color-scheme: light dark;
  display: block;
  inline-size: 100%;
  color: var(--text);
  font: 1rem/1.45 var(--pulse-font, system-ui, sans-serif);
}
:host([hidden]), [hidden] { display: none !important; }
`;
