// Links the result cards of the page with the map, in both directions. A card has its row in `data-row`.

// A card under the pointer, or with the keyboard focus, highlights its point.
export function highlightHoveredCards(state) {
  const highlight = event => {
    const row = Number(event.target.closest?.('[data-row]')?.dataset.row ?? -1);
    state.set('highlighted', row < state.n ? row : -1);
  };
  document.addEventListener('pointerover', highlight);
  document.addEventListener('focusin', highlight);
}

// A hovered point outlines its cards; -1 for none.
export function outlineCards(row) {
  document.querySelectorAll('[data-row].on-map').forEach(card => card.classList.remove('on-map'));
  if (row < 0) return;
  document.querySelectorAll(`[data-row="${row}"]`).forEach(card => card.classList.add('on-map'));
}
