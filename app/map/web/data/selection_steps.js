// How a selection was made, as text for the address of the page, so that a link can make the same selection again.
//
// "=polygon:5f3a09c1:1.2,3.4,1.5,3.4,1.5,3.1;+row:77ab01ce:12" has a step for each action since the last one that
// replaced the selection: its operation (= + -), its kind, the file that its numbers belong to, and the numbers:
//   polygon   corners in map coordinates; for a 3-D projection the two angles come first
//   row       a row of the gallery
//   type, class   a code of the legend
const SIGNS = {replace: '=', add: '+', remove: '-'};
const STEP = /^([=+-])(polygon|row|type|class):(\w+):([-+\d.,e]+)$/;
const MAX_LENGTH = 8000; // as in app/map/selection.py
const DIGITS = 12; // of the digest at the end of the name of a file

export const fileId = url => url.split('-').at(-1).slice(0, DIGITS);

export class SelectionSteps {
  steps = [];

  // `step`: {kind, file, numbers}, or null for an action that a link cannot repeat.
  add(operation, step) {
    if (operation === 'replace') this.steps = [];
    this.steps.push(step && {operation, ...step});
  }

  clear() {
    this.steps = [];
  }

  // Empty if a link cannot repeat each step.
  get text() {
    if (!this.steps.every(Boolean)) return '';
    const texts = this.steps.map(({operation, kind, file, numbers}) => `${SIGNS[operation]}${kind}:${file}:${numbers}`);
    const text = texts.join(';');
    return text.length <= MAX_LENGTH ? text : '';
  }

  // The files of the steps of a kind.
  files(kind) {
    return this.steps.filter(step => step?.kind === kind).map(step => step.file);
  }
}

// [{operation, kind, file, numbers}]; empty for any other text.
export function parseSteps(text) {
  const operations = Object.fromEntries(Object.entries(SIGNS).map(([operation, sign]) => [sign, operation]));
  const steps = text.split(';').map(part => {
    const [, sign, kind, file, numbers] = STEP.exec(part) ?? [];
    return sign && {operation: operations[sign], kind, file, numbers: numbers.split(',').map(parseFloat)};
  });
  return steps.every(step => step && step.numbers.every(Number.isFinite)) ? steps : [];
}

export const pairs = numbers =>
  Array.from({length: numbers.length >> 1}, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
