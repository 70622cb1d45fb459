// Runs in the component of the search result: marks a region of the query's image, by pointer or keyboard, and sends it
// as fractions 0..1 of the image. The buttons are those of templates/query_card.html.j2.
const FIRST_REGION = {left: 0.2, top: 0.2, right: 0.8, bottom: 0.8};
const STEP = 0.02; // by an arrow key
const SMALLEST = 0.06; // by the keyboard
const CLICK_PX = 6; // a shorter drag is a click
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
let region = null; // the region that is marked
let drag = null; // where it began, the region before it, and whether it moves that region
let focusNext = ''; // the button that has the focus once the result has changed

const part = selector => element.querySelector(`.query ${selector}`);
const isCropping = () => element.querySelector('.query.cropping') !== null;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function mark(next) {
  region = next;
  const shown = part('.crop-region');
  if (!shown) return;
  shown.hidden = !region;
  if (!region) return;
  const {left, top, right, bottom} = region;
  shown.style.inset = [top, 1 - right, 1 - bottom, left].map(share => `${100 * share}%`).join(' ');
}

function setCropping(on) {
  const card = element.querySelector('.query');
  const {naturalWidth, naturalHeight} = part('img');
  card.style.setProperty('--aspect', naturalWidth / naturalHeight);
  card.classList.toggle('cropping', on);
  mark(on ? FIRST_REGION : null);
  part(on ? '.crop-area' : '[data-crop=start]').focus({preventScroll: true});
  card.scrollIntoView({block: 'nearest'});
}

function search(byKeyboard) {
  focusNext = byKeyboard ? '[data-crop=whole]' : '';
  element.querySelector('.query').classList.remove('cropping'); // one region at a time
  trigger('crop_query', region);
}

function positionOf(event) {
  const box = part('.crop-area').getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width, 0, 1), clamp((event.clientY - box.top) / box.height, 0, 1)];
}

function between([x, y], [otherX, otherY]) {
  return {left: Math.min(x, otherX), top: Math.min(y, otherY), right: Math.max(x, otherX), bottom: Math.max(y, otherY)};
}

function contains({left, top, right, bottom}, [x, y]) {
  return x > left && x < right && y > top && y < bottom;
}

const subtract = ([x, y], [otherX, otherY]) => [x - otherX, y - otherY];

function moved({left, top, right, bottom}, [x, y]) {
  const dx = clamp(x, -left, 1 - right);
  const dy = clamp(y, -top, 1 - bottom);
  return {left: left + dx, top: top + dy, right: right + dx, bottom: bottom + dy};
}

function resized({left, top, right, bottom}, [x, y]) {
  return {
    left,
    top,
    right: clamp(right + x, Math.min(left + SMALLEST, 1), 1),
    bottom: clamp(bottom + y, Math.min(top + SMALLEST, 1), 1),
  };
}

function cancelDrag() {
  if (drag) mark(isCropping() ? drag.before : null);
  drag = null;
}

element.addEventListener('pointerdown', event => {
  const image = event.target.closest('.crop-image');
  if (!image || event.button !== 0 || !event.isPrimary) return;
  if (event.pointerType === 'touch' && !isCropping()) return; // a finger scrolls the page
  const from = positionOf(event);
  drag = {from, x: event.clientX, y: event.clientY, before: region, moves: isCropping() && contains(region, from)};
  image.setPointerCapture(event.pointerId);
});

element.addEventListener('pointermove', event => {
  if (!drag || !part('.crop-area')) return;
  const position = positionOf(event);
  mark(drag.moves ? moved(drag.before, subtract(position, drag.from)) : between(drag.from, position));
});

element.addEventListener('pointerup', event => {
  if (!drag) return;
  const isClick = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < CLICK_PX;
  if (isClick) cancelDrag();
  else if (!isCropping()) search(false); // in crop mode the button searches
  drag = null;
});

element.addEventListener('pointercancel', cancelDrag);

element.addEventListener('dragstart', event => {
  if (event.target.closest('.crop-image')) event.preventDefault(); // the browser would drag the image
});

element.addEventListener('keydown', event => {
  if (!isCropping()) return;
  const arrow = ARROWS[event.key];
  const isOnImage = event.target.matches('.crop-area');
  if (event.key === 'Escape') setCropping(false);
  else if (isOnImage && event.key === 'Enter') search(true);
  else if (isOnImage && arrow)
    mark(
      (event.shiftKey ? resized : moved)(
        region,
        arrow.map(way => way * STEP),
      ),
    );
  else return;
  event.preventDefault();
});

element.addEventListener('click', event => {
  const action = event.target.closest('[data-crop]')?.dataset.crop;
  const byKeyboard = event.detail === 0;
  if (action === 'start') setCropping(true);
  else if (action === 'cancel') setCropping(false);
  else if (action === 'search') search(byKeyboard);
  else if (action === 'whole') {
    focusNext = byKeyboard ? '[data-crop=start]' : '';
    trigger('whole_query', {});
  }
});

watch('value', () => {
  drag = region = null;
  const isFree = document.activeElement === document.body || element.contains(document.activeElement);
  if (focusNext && isFree) part(focusNext)?.focus();
  focusNext = '';
});
