// Creates DOM elements: element('button', {type: 'button', onclick}, icon('lasso'), 'text').
import {ICONS} from './icons.js';

// Attributes that are null, undefined or false are omitted; those that start with "on" are listeners.
export function element(tag, attributes = {}, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) created[name] = value;
    else created.setAttribute(name, value);
  }
  created.append(...children);
  return created;
}

export const button = (attributes, ...children) => element('button', {type: 'button', ...attributes}, ...children);

export function icon(name) {
  const span = element('span', {class: 'icon'});
  span.innerHTML =
    '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8"' +
    ` stroke-linecap="round" stroke-linejoin="round">${ICONS[name]}</svg>`;
  return span;
}

export const iconButton = (name, title, attributes) => button({title, 'aria-label': title, ...attributes}, icon(name));

// A text with {name} for each of the numbers.
export const fill = (text, numbers) =>
  Object.entries(numbers).reduce((filled, [name, n]) => filled.replace(`{${name}}`, n.toLocaleString()), text);
