// Sorts the rows of a table by the column whose heading was clicked: numbers from the highest, text from A, then back.
// Cells without a value are last in either order.
const keyOf = (row, column) => row.cells[column].dataset.key ?? row.cells[column].textContent;

function compare(one, other, isNumeric) {
  return isNumeric ? Number(one) - Number(other) : one.localeCompare(other, undefined, {numeric: true});
}

function sortBy(heading) {
  const table = heading.closest('table');
  const column = heading.cellIndex;
  const isNumeric = 'numeric' in heading.dataset;
  const first = isNumeric ? 'descending' : 'ascending';
  const second = isNumeric ? 'ascending' : 'descending';
  const order = heading.getAttribute('aria-sort') === first ? second : first;
  const sign = order === 'ascending' ? 1 : -1;
  const rows = [...table.tBodies[0].rows].map(row => ({row, value: keyOf(row, column)}));
  rows.sort((a, b) => {
    if (a.value === '' || b.value === '') return (a.value === '') - (b.value === '');
    return sign * compare(a.value, b.value, isNumeric);
  });
  table.tBodies[0].append(...rows.map(({row}) => row));
  for (const each of table.tHead.rows[0].cells) each.setAttribute('aria-sort', each === heading ? order : 'none');
}

element.addEventListener('click', event => {
  const button = event.target.closest('thead button');
  if (button) sortBy(button.closest('th'));
});
