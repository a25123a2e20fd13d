// The colour and the shape of each compared run. Pure.

/** Colours that can be told apart; the sheet has one for each. */
const slots = 10;

/** The colour of a run, by its id alone: the same in every table and every browser (FNV-1a). */
export function preferred(id) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % slots;
}

/**
 * Gives a colour to each chosen run that has none: its own, or where another run has taken that, the
 * next one that is free. Who has a colour keeps it, whoever comes or goes.
 */
export function assign(chosen) {
  const taken = new Set();
  const free = (wanted) => {
    let slot = wanted;
    while (taken.has(slot) && taken.size < slots) slot = (slot + 1) % slots;
    taken.add(slot);
    return slot;
  };
  const told = chosen.map(({ slot }) => (slot === null ? null : free(slot)));
  return chosen.map(({ id }, index) => ({ id, slot: told[index] ?? free(preferred(id)) }));
}

/** A shape for each colour, around the origin, five units to each side: colours alone don't tell. */
const shapes = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z',
  'M-4 -4h8v8h-8z',
  'M0 -5l5 9h-10z',
  'M0 -5.5l5 5.5l-5 5.5l-5 -5.5z',
  'M-5 -2h3v-3h4v3h3v4h-3v3h-4v-3h-3z',
];
export const shape = (slot) => shapes[slot % shapes.length];
