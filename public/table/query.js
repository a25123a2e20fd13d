// What is chosen, filtered, sorted and searched, as the query of a URL. Pure.

import { axes } from '../panel/axis.js';
import { assign, preferred } from './colours.js';
import { sortable, states } from './order.js';

/** Runs that are compared at most. */
export const mostCompared = 10;

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}(@\d{1,16}(\.\d{1,9})?)?$/;

/** The view of a query; what is no part of one is passed over. */
export function parse(query) {
  const parameters = new URLSearchParams(query);
  const list = (name) => (parameters.get(name) ?? '').split(',');
  const sort = parameters.get('sort') ?? '';
  const key = sort.replace(/^-/, '');
  const run = parameters.get('run') ?? '';
  const axis = parameters.get('x');
  const chosen = list('compare').map((text) => {
    const [, slot, id] = text.match(/^(?:(\d):)?(.*)$/s);
    return { id, slot: slot === undefined ? null : Number(slot) };
  });
  const isFirst = ({ id }, index) => chosen.findIndex((other) => other.id === id) === index;
  return {
    search: parameters.get('search') ?? '',
    filter: states.filter((state) => list('state').includes(state)),
    sort: sortable.includes(key) ? { key, descends: sort !== key } : null,
    chosen: assign(chosen.filter(({ id }) => idPattern.test(id)).filter(isFirst).slice(0, mostCompared)),
    axis: axes.includes(axis) ? axis : 'epoch',
    isLog: parameters.get('log') === '1',
    run: idPattern.test(run) ? run : null,
  };
}

/** The query of a view: what is as it is by default is left out. */
export function format({ search, filter, sort, chosen, axis, isLog, run }) {
  const parts = {
    search,
    state: filter.join(','),
    sort: sort ? `${sort.descends ? '-' : ''}${sort.key}` : '',
    compare: chosen.map(({ id, slot }) => (slot === preferred(id) ? id : `${slot}:${id}`)).join(','),
    x: axis === 'epoch' ? '' : axis,
    log: isLog ? '1' : '',
    run: run ?? '',
  };
  // These may stand in a query as they are (RFC 3986 §3.4), and read better so.
  const encode = (text) => encodeURIComponent(text).replace(/%(40|3A|2C)/g, decodeURIComponent);
  return Object.entries(parts).filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encode(value)}`).join('&');
}
