// Pointer and keys on the chart: a point is chosen, or a part of the axis is dragged over.

/** Pixels that a hand moves without meaning it. */
const slack = 6;

/** Keys that go along the curve, by how many points of `last` they lead on. */
const steps = (last) => {
  const page = Math.ceil(last / 10);
  return {
    ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1,
    PageDown: -page, PageUp: page, Home: -last, End: last,
  };
};

/**
 * Follows them on `plot`. `choose` gets where a pointer is, or null when it has gone; `step` gets a function
 * from the last index to steps; `select` the two ends of what is dragged over, and whether that is all;
 * `zoom` gets 1 for nearer, -1 for further away, 0 for the whole curve; `escape` is called with that key.
 */
export function followGestures(plot, { choose, step, select, zoom, escape }) {
  let start = null;
  const place = ({ clientX }) => clientX - plot.getBoundingClientRect().left;
  const end = (event) => {
    if (start === null) return;
    const isDrag = event.type === 'pointerup' && Math.abs(place(event) - start) > slack;
    select(isDrag ? [start, place(event)] : null, true);
    start = null;
  };
  plot.onpointerdown = (event) => {
    choose(place(event));
    // A finger reads the curve; what it can't drag over, the buttons are for.
    if (event.button || event.pointerType === 'touch') return;
    start = place(event);
    plot.setPointerCapture(event.pointerId);
  };
  plot.onpointermove = (event) => {
    choose(place(event));
    if (start !== null && Math.abs(place(event) - start) > slack) select([start, place(event)], false);
  };
  plot.onpointerup = plot.onpointercancel = end;
  // What a finger has chosen stays until the next tap, here or elsewhere.
  plot.onpointerleave = ({ pointerType }) => pointerType === 'touch' || choose(null);
  plot.onblur = () => choose(null);
  plot.ondblclick = () => zoom(0);
  plot.onkeydown = (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const zooms = { '+': 1, '=': 1, '-': -1, 0: 0 };
    if (key in steps(1)) step((last) => steps(last)[key]);
    else if (key in zooms) zoom(zooms[key]);
    else if (key === 'Escape') escape();
    else return;
    event.preventDefault();
  };
}
