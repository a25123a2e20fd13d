// Three clocks: this browser's, the server's, and that of the machine that trains. Pure; in milliseconds.

/** A trainer's clock is wrong when it is so far ahead, */
const mostAhead = 5_000;

/** or when two updates in a row come so late, which is no delay any more. */
const mostBehind = 60_000;

/** How far the server's clock is ahead of this one. */
export const ahead = ({ skew }) => (skew ? (skew[0] + skew[1]) / 2 : 0);

/** Narrows the server's clock, told in whole seconds; anew when it contradicts what was known. */
export function narrow(skew, { server, sent, received }) {
  const now = [server - received, server + 1000 - sent];
  const both = skew ? [Math.max(skew[0], now[0]), Math.min(skew[1], now[1])] : now;
  return both[0] <= both[1] ? both : now;
}

/** When a status came, and how many in a row were late: the first one may be old. */
export function arrive(state, { timestamp }, at) {
  const delay = at + ahead(state) - timestamp * 1000;
  const isLate = state.status !== null && state.skew !== null && delay >= mostBehind;
  return { statusAt: at, late: isLate ? state.late + 1 : 0 };
}

/** How far the trainer's clock is ahead of the server's; 0 as long as it isn't known to be wrong. */
export function trainerAhead(state) {
  const { status, statusAt, skew, late } = state;
  if (!status || !skew) return 0;
  const lead = status.timestamp * 1000 - statusAt - ahead(state);
  return lead > mostAhead || (lead <= -mostBehind && late > 1) ? lead : 0;
}
