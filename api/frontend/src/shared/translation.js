// The Chinese of the diagram tools: the words bpmn-js-i18n has, and those it lacks.
import community from 'bpmn-js-i18n/translations/zn.js';
import own from './chinese.js';

const words = { ...community, ...own };

/** What had no translation; the browser tests expect it to stay empty. */
export const missing = new Set();

/** Adds the words of a tool that only some pages use. */
export function teach(more) {
  Object.assign(words, more);
}

export function translate(text, replacements = {}) {
  if (!(text in words) && /[A-Za-z]{2}/.test(text)) missing.add(text);
  return (words[text] ?? text).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

export const translation = { translate: ['value', translate] };
