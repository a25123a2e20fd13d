// The few things the panel does to the DOM. Texts are only ever set as text.

const svgTags = ['svg', 'g', 'path', 'line', 'circle', 'text'];

/** An element; a child may be a list of the same arguments. */
export function build(tag, attributes = {}, ...children) {
  const element = svgTags.includes(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  set(element, attributes);
  element.append(...children.map((child) => (Array.isArray(child) ? build(...child) : child)));
  return element;
}

/** Sets attributes, or removes those that are null; touches nothing that is so already. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null) element.removeAttribute(name);
    else if (element.getAttribute(name) !== `${value}`) element.setAttribute(name, value);
  }
}

/** Sets the text of an element that holds nothing else, and hides it without one. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
  set(element, { hidden: text ? null : '' });
}
