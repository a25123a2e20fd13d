// Everything the panel says, in each of its languages. `fill` puts values for `{…}`.

const en = {
  training: 'Training',
  connecting: 'Connecting…',
  idle: 'Idle',
  running: 'Running',
  done: 'Done',
  error: 'Error',
  stale: 'Stale',
  unreachable: 'Server unreachable',
  broken: 'No valid status',
  invalid: 'Source invalid',
  unreadable: 'Source unreadable',
  missing: 'Source missing',
  staleWhy: 'Silent since {time}. The job may be dead.',
  invalidWhy: 'The status file is not valid:',
  unreadableWhy: 'The status can’t be read:',
  missingWhy: 'The status file is gone:',
  brokenWhy: 'No valid status yet:',
  idleWhy: 'No status file yet:',
  unreachableWhy: 'No answer since {time}.',
  foreign: 'What answers is not Pulse.',
  shown: 'Last known status: {status}, {time}.',
  lastKnown: 'last known',
  epoch: 'Epoch',
  of: '{epoch} of {total}',
  loss: 'Loss',
  'time-left': 'Time left',
  soon: 'any moment',
  until: 'until about {time}',
  'last-update': 'Last update',
  progress: 'Progress',
  endless: 'Number of epochs not known',
  live: 'Connected',
  polling: 'Polling',
  lost: 'Offline',
  curve: 'Loss curve',
  noCurve: 'Nothing to draw yet',
  log: 'Log scale',
  smoothing: 'Smoothing',
  point: 'epoch {epoch}: loss {loss}',
  smoothed: 'smoothed {loss}',
};

const ru = {
  training: 'Обучение',
  connecting: 'Подключение…',
  idle: 'Ожидание',
  running: 'Идёт',
  done: 'Завершено',
  error: 'Ошибка',
  stale: 'Нет вестей',
  unreachable: 'Сервер недоступен',
  broken: 'Нет верного статуса',
  invalid: 'Источник неисправен',
  unreadable: 'Источник не читается',
  missing: 'Источник исчез',
  staleWhy: 'Молчит с {time}. Возможно, обучение прервалось.',
  invalidWhy: 'Файл статуса неверен:',
  unreadableWhy: 'Статус не читается:',
  missingWhy: 'Файл статуса исчез:',
  brokenWhy: 'Верного статуса ещё не было:',
  idleWhy: 'Файла статуса ещё нет:',
  unreachableWhy: 'Нет ответа с {time}.',
  foreign: 'Отвечает не Pulse.',
  shown: 'Последний известный статус: {status}, {time}.',
  lastKnown: 'последнее известное',
  epoch: 'Эпоха',
  of: '{epoch} из {total}',
  loss: 'Потери',
  'time-left': 'Осталось',
  soon: 'вот-вот',
  until: 'примерно до {time}',
  'last-update': 'Обновлено',
  progress: 'Прогресс',
  endless: 'Число эпох неизвестно',
  live: 'На связи',
  polling: 'Опрос',
  lost: 'Нет связи',
  curve: 'Кривая потерь',
  noCurve: 'Пока нечего рисовать',
  log: 'Лог. шкала',
  smoothing: 'Сглаживание',
  point: 'эпоха {epoch}: потери {loss}',
  smoothed: 'сглажено {loss}',
};

const languages = { en, ru };

/** Words and locale of the asked language, else of the first preferred one, else English. */
export function wordsFor(asked, preferred = navigator.languages) {
  const speaks = (locale) => languages[locale?.toLowerCase().split('-')[0]];
  const locale = [asked, ...preferred].find(speaks) ?? 'en';
  return { locale, words: speaks(locale) };
}

/** `fill('{a} of {b}', {a: 1, b: 2})` is `1 of 2`. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
