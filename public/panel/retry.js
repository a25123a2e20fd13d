// When a server that is lost is asked again, in words. Pure.

import { fill } from './words.js';

/** `retryAt` and `now` in local milliseconds. */
export function countdown(retryAt, now, { words, formats }) {
  const wait = Math.ceil((retryAt - now) / 1000);
  return wait > 0 ? fill(words.retryIn, { time: formats.duration(wait) }) : words.connecting;
}
