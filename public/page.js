// The page around the panel: title, favicon and notifications, all from the panel's own events.

import { wordsFor } from './panel/words.js';

const panel = document.querySelector('training-panel');
const icon = document.querySelector('link[rel=icon]');
const button = document.querySelector('button');

const words = {
  en: {
    notify: 'Notify me',
    when: 'When it is done, fails, falls silent, or its status file breaks',
    denied: 'Notifications are blocked in the browser’s settings',
  },
  ru: {
    notify: 'Уведомить меня',
    when: 'О завершении, ошибке, некорректном файле статуса и при отсутствии обновлений',
    denied: 'Уведомления запрещены в настройках браузера',
  },
};
const language = wordsFor(panel.lang).locale.slice(0, 2).toLowerCase();
const { notify, when, denied } = words[language] ?? words.en;

const colours = {
  idle: '#6b7280', running: '#2f81f7', done: '#2da44e', error: '#d1242f', warning: '#bf8700',
};
const marks = { done: '✓', error: '✕', broken: '!', stale: '?', unreachable: '?' };

/** A ring that fills up, in the colour of the verdict; instead of it, the mark of an end. */
function favicon({ verdict, tone, ratio }) {
  const colour = colours[tone];
  const mark = marks[verdict] ?? '';
  const share = mark ? 100 : Math.round((ratio ?? 0) * 100);
  const ring = '<circle cx="16" cy="16" r="12" fill="none" stroke-width="6" pathLength="100"';
  return `data:image/svg+xml,${encodeURIComponent(`
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
      ${ring} stroke="#8886"/>
      ${ring} stroke="${colour}" stroke-dasharray="${share} 100" transform="rotate(-90 16 16)"/>
      <text x="16" y="22" text-anchor="middle" style="font:700 17px sans-serif" fill="${colour}">
        ${mark}</text>
    </svg>`)}`;
}

// Notifications: only for who asked for them, and only where the browser has them (this machine,
// or HTTPS).

const key = 'pulse-notify';
const canNotify = isSecureContext && 'Notification' in window;
let isWanted = recall();
const isOn = () => Notification.permission === 'granted' && isWanted;

/** Storage may be refused: then the wish is kept as long as the page is. */
function recall() {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

function want(isOn) {
  isWanted = isOn;
  try {
    if (isOn) localStorage.setItem(key, '');
    else localStorage.removeItem(key);
  } catch {
    // As above.
  }
}

function showButton() {
  const isDenied = Notification.permission === 'denied';
  button.textContent = notify;
  button.title = isDenied ? denied : when;
  button.disabled = isDenied;
  button.ariaPressed = isOn();
  button.hidden = false;
}

button.addEventListener('click', async () => {
  if (isOn()) want(false);
  else if ((await Notification.requestPermission()) === 'granted') want(true);
  showButton();
});

let before = 'connecting';

/** Tells of an end and of a turn for the worse, but not of what was so when the page came. */
function tell({ verdict, headline, explanation, tone, ratio }) {
  const isNews = before !== 'connecting' && before !== verdict;
  before = verdict;
  if (!isNews || !canNotify || !isOn()) return;
  if (!['done', 'error', 'stale', 'broken'].includes(verdict)) return;
  const body = (explanation || panel.status.message).slice(0, 200);
  try {
    // Tabs that show the same run notify once: they share the tag.
    new Notification(named(headline), { body, tag: 'pulse', icon: favicon({ verdict, tone, ratio }) });
  } catch {
    // Some phones let only service workers notify.
  }
}

// What the run is called, so that two pages can be told apart, and where its status belongs.

let told = { verdict: 'connecting', headline: '' };
let about = { kind: null, path: null, sources: [] };
let start = null;
const name = () => about.sources[0]?.name;
const named = (text) => [text, name()].filter(Boolean).join(' · ');

function entitle() {
  const { verdict, headline } = told;
  const mark = marks[verdict];
  if (headline) document.title = `${mark ? `${mark} ` : ''}${named(headline)} – Pulse`;
}

function isEmpty() {
  const { source, liveness } = panel.progress ?? {};
  return about.kind === 'file' && source === 'missing' && liveness === 'waiting';
}

/** A module that not every page needs; null where the server is gone, until a later verdict asks anew. */
const later = (path) => import(path).catch(() => null);

/** While nothing was ever written the page says what to do. */
async function showStart() {
  if (isEmpty()) {
    const module = await later('./start.js');
    start ??= module?.startSection(about.path, language);
  }
  if (!isEmpty()) start?.remove();
  else if (start?.isConnected === false) panel.after(start);
}

panel.addEventListener('pulse-verdict', ({ detail }) => {
  told = detail;
  entitle();
  icon.href = favicon(detail);
  tell(detail);
  showStart();
});

async function ask() {
  const answer = await fetch('about').catch(() => null);
  if (!answer?.ok) return;
  about = await answer.json();
  if (!panel.hasAttribute('label')) panel.setAttribute('label', name());
  entitle();
  showStart();
}

// The earlier runs of the same source, below the panel: nothing of them while there are none.

let asked = 0;

async function showEarlier() {
  const ask = ++asked;
  const answer = await fetch('runs?current=false&limit=1').catch(() => null);
  const { total } = answer?.ok ? await answer.json() : { total: 0 };
  if (!total) return;
  const [address, runs] = await Promise.all([later('./address.js'), later('./training-runs.js')]);
  if (!address || !runs || ask !== asked || document.querySelector('training-runs')) return;
  const list = document.createElement('training-runs');
  list.toggleAttribute('earlier', true);
  panel.after(list);
  address.bindAddress(list);
}

let shown = '';
panel.addEventListener('pulse-verdict', ({ detail: { verdict } }) => {
  // A run is over when the next one begins, at the latest.
  if (verdict !== shown && ['running', 'done', 'error'].includes(verdict)) showEarlier();
  shown = verdict;
});

document.documentElement.lang = language;
if (canNotify) showButton();
// Only now, so that its first event isn't missed.
import('./training-panel.js');
ask();
