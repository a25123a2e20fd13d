// What the list of runs says beyond the panel's own words, in the same languages.

import { wordsFor as panelWordsFor } from '../panel/words.js';

const en = {
  runs: 'Training runs',
  earlier: 'Earlier runs',
  search: 'Search runs',
  filter: 'Show only',
  sort: 'Sort by',
  newest: 'Newest first',
  ascending: 'Ascending',
  descending: 'Descending',
  name: 'Run',
  state: 'State',
  best: 'Best loss',
  left: 'Time left',
  updated: 'Last update',
  compare: 'Compare',
  compareRun: 'Compare {name}',
  waiting: 'Waiting',
  attempt: 'attempt {attempt}',
  count: 'Runs: {count}',
  someCount: 'Runs: {count} of {total}',
  empty: 'Waiting for the first run',
  emptyDirectory: 'Each NAME.json and each NAME/status.json of the runs directory appears here. For example:',
  howDirectory: 'pulse run --runs-dir {path} -- python train.py',
  emptyBucket: 'Each key of the bucket appears here. For example, from the machine that trains:',
  howBucket: 'pulse relay --runs-dir DIR --to {path}',
  noMatch: 'No run matches',
  showAll: 'Show all runs',
  old: 'What is shown is the last that is known.',
  comparison: 'Comparison',
  clear: 'Clear',
  most: 'Ten runs at most are compared.',
  remove: 'Remove {name}',
  noCurves: 'No loss has been measured yet',
  gone: 'no longer listed',
  back: 'All runs',
  unknown: 'There is no run {name}',
  unknownWhy: 'It may have been deleted, its file is gone, or the server was restarted without an archive.',
};

const ru = {
  runs: 'Запуски обучения',
  earlier: 'Прежние запуски',
  search: 'Поиск запусков',
  filter: 'Показать только',
  sort: 'Сортировка',
  newest: 'Сначала новые',
  ascending: 'По возрастанию',
  descending: 'По убыванию',
  name: 'Запуск',
  state: 'Состояние',
  best: 'Лучшие потери',
  left: 'Осталось',
  updated: 'Обновлено',
  compare: 'Сравнить',
  compareRun: 'Сравнить {name}',
  waiting: 'Ожидание',
  attempt: 'попытка {attempt}',
  count: 'Запусков: {count}',
  someCount: 'Запусков: {count} из {total}',
  empty: 'Ожидание первого запуска',
  emptyDirectory: 'Здесь виден каждый файл NAME.json и NAME/status.json каталога запусков. Например:',
  howDirectory: 'pulse run --runs-dir {path} -- python train.py',
  emptyBucket: 'Здесь виден каждый ключ хранилища. Например, с машины, на которой идёт обучение:',
  howBucket: 'pulse relay --runs-dir DIR --to {path}',
  noMatch: 'Подходящих запусков нет',
  showAll: 'Показать все запуски',
  old: 'Показано последнее известное.',
  comparison: 'Сравнение',
  clear: 'Очистить',
  most: 'Сравнить можно не больше десяти запусков.',
  remove: 'Убрать {name}',
  noCurves: 'Потери ещё не измерены',
  gone: 'больше нет в списке',
  back: 'Все запуски',
  unknown: 'Запуска {name} нет',
  unknownWhy: 'Возможно, он удалён, его файл исчез или сервер перезапущен без архива.',
};

const languages = { en, ru };

/** Words and locale, chosen as the panel chooses them. */
export function wordsFor(asked, preferred) {
  const { words, locale, ...rest } = panelWordsFor(asked, preferred);
  return { ...rest, locale, words: { ...words, ...languages[locale.toLowerCase().split('-')[0]] } };
}
