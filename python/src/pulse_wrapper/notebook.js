// Shows a Pulse server where a notebook has its output: in a frame, else as its element, else as the
// link that is there already.
async (place, { addresses, port, path, ancestors, element, height }) => {
  const say = (text) => place.append(Object.assign(document.createElement('p'), { textContent: text }));

  /** Below the notebook's own server, where jupyter-server-proxy leads to the kernel's machine. */
  function proxied() {
    const config = document.getElementById('jupyter-config-data')?.textContent;
    const base = config ? JSON.parse(config).baseUrl : document.body.dataset.baseUrl;
    return base && port ? [new URL(`${base}proxy/${port}${path}`, location.origin).href] : [];
  }

  const isHere = (url) => new URL(url).origin === location.origin;

  /** Whether Pulse answers there, as far as this page may know. */
  async function answers(url) {
    if (!isHere(url)) return fetch(url, { mode: 'no-cors' }).then(() => true, () => false);
    const { status } = await fetch(`${url}about`).catch(() => ({}));
    if (status === 421) say(`Start it with: pulse serve --allowed-host ${location.hostname}`);
    return status === 200 || status === 401;
  }

  /** Whether its policy lets all pages around it frame it (CSP 3 §6.4.2). */
  function allowsFrame(url) {
    const matches = (origin) => (source) =>
      source === "'self'" ? origin === new URL(url).origin
        : source === '*' ? origin.startsWith('http')
          : source.endsWith(':') ? origin.startsWith(source) : origin === source;
    const around = [location.origin, ...(location.ancestorOrigins ?? [])];
    return around.every((origin) => ancestors.some(matches(origin)));
  }

  function showFrame(url) {
    const frame = document.createElement('iframe');
    Object.assign(frame, { src: url, title: 'Pulse', height, width: '100%' });
    frame.style.border = '0';
    // The notebook's page may refuse frames as well.
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      if (effectiveDirective !== 'frame-src' || !url.startsWith(blockedURI)) return;
      frame.remove();
      showElement(url);
    });
    place.prepend(frame);
  }

  async function showElement(url) {
    try {
      await import(`${url}${element}.js`);
      const panel = document.createElement(element);
      panel.setAttribute('src', url);
      place.prepend(panel);
    } catch {
      say(`To show it here, start it with: pulse serve --frame-ancestor ${location.origin}`);
    }
  }

  for (const url of [...proxied(), ...addresses]) {
    if (!(await answers(url))) continue;
    place.querySelector('a').href = url;
    place.querySelector('a').textContent = url;
    if (allowsFrame(url)) showFrame(url);
    else await showElement(url);
    return;
  }
}
