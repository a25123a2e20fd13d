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
    notify: 'Уведомлять',
    when: 'О завершении, ошибке, молчании и неисправном файле статуса',
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
const isOn = () => Notification.permission === 'granted' && localStorage.getItem(key) !== null;

function showButton() {
  const isDenied = Notification.permission === 'denied';
  button.textContent = notify;
  button.title = isDenied ? denied : when;
  button.disabled = isDenied;
  button.ariaPressed = isOn();
  button.hidden = false;
}

button.addEventListener('click', async () => {
  if (isOn()) localStorage.removeItem(key);
  else if ((await Notification.requestPermission()) === 'granted') localStorage.setItem(key, '');
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
    new Notification(headline, { body, tag: 'pulse', icon: favicon({ verdict, tone, ratio }) });
  } catch {
    // Some phones let only service workers notify.
  }
}

panel.addEventListener('pulse-verdict', ({ detail }) => {
  const mark = marks[detail.verdict];
  document.title = `${mark ? `${mark} ` : ''}${detail.headline} – Pulse`;
  icon.href = favicon(detail);
  tell(detail);
});

document.documentElement.lang = language;
if (canNotify) showButton();
// Only now, so that its first event isn't missed.
import('./training-panel.js');
