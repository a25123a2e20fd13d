// How a reader wants the chart of this page, remembered where the browser lets a page do so.

import { axes } from './axis.js';
import { mostMetrics } from './metrics.js';

const standard = { isLog: false, isCut: false, smoothing: 0, axis: 'epoch', metrics: null };
const key = () => `pulse-chart ${location.pathname}`;

/** What is remembered, or how it is at first: whatever others have put there. */
export function readSettings() {
  try {
    const { isLog, isCut, smoothing, axis, metrics } = JSON.parse(localStorage.getItem(key())) ?? standard;
    return {
      isLog: isLog === true,
      isCut: isCut === true,
      smoothing: smoothing > 0 && smoothing < 1 ? smoothing : 0,
      axis: axes.includes(axis) ? axis : standard.axis,
      metrics: Array.isArray(metrics) ? metrics.filter((name) => typeof name === 'string').slice(-mostMetrics) : null,
    };
  } catch {
    return standard;
  }
}

/** Remembers them; a page without storage works all the same. */
export function writeSettings(settings) {
  try {
    localStorage.setItem(key(), JSON.stringify(settings));
  } catch {
    // Refused, or full.
  }
}
