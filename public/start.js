// What to do while nothing was ever written: where the status belongs, and lines to copy.

const words = {
  en: {
    where: 'This page shows {path} as soon as a training run writes it. Report progress:',
    command: 'of any command',
    loop: 'of a loop in Python',
    callback: 'of Hugging Face, Lightning or Keras',
    doctor: 'Why doesn’t it arrive?',
    copy: 'Copy',
    copied: 'Copied',
  },
  ru: {
    where: 'Здесь появится {path}, как только обучение его запишет. Как сообщать о прогрессе:',
    command: 'любой команды',
    loop: 'цикла на Python',
    callback: 'Hugging Face, Lightning или Keras',
    doctor: 'Почему ничего не приходит?',
    copy: 'Копировать',
    copied: 'Скопировано',
  },
};

/** A word of a shell that means itself. */
const shell = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const snippets = (path) => ({
  command: `pulse run --status-file ${shell(path)} -- python train.py`,
  loop: `import pulse_wrapper
with pulse_wrapper.training(${JSON.stringify(path)}, total_epochs=3) as run:
    run.update(epoch=1.5, loss=0.42)`,
  callback: `callbacks=[PulseCallback(${JSON.stringify(path)})]`,
  doctor: `pulse doctor --status-file ${shell(path)}`,
});

function element(name, text = '', ...children) {
  const made = document.createElement(name);
  made.append(text, ...children);
  return made;
}

/** A button that copies; null where the browser lets no page do so. */
function copyButton(text, { copy, copied }) {
  if (!navigator.clipboard) return '';
  const button = element('button', copy);
  button.type = 'button';
  button.onclick = async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = copied;
  };
  return button;
}

/** The section for a server of this path; null is one that isn't told. */
export function startSection(path, language) {
  const texts = words[language] ?? words.en;
  const section = element('section');
  section.className = 'start';
  const [before, after] = texts.where.split('{path}');
  section.append(element('p', before, element('code', path ?? 'status.json'), after));
  for (const [name, text] of Object.entries(snippets(path ?? 'status.json'))) {
    const block = element('pre', '', element('code', text));
    block.tabIndex = 0;
    section.append(element('h2', texts[name]), block, copyButton(text, texts));
  }
  return section;
}
