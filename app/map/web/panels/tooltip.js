// The tooltip of a hovered point: thumbnail, class and object type.
import {element} from './elements.js';

const OFFSET_PX = 16;

export class Tooltip {
  // `container`: the positioned element that the tooltip must not leave.
  constructor(container, state, thumbnails, words) {
    Object.assign(this, {container, state, thumbnails, words});
    this.image = element('img', {alt: ''});
    this.className = element('b');
    this.typeName = element('span');
    this.root = element('div', {class: 'map-tooltip', hidden: ''}, this.image, this.className, this.typeName);
  }

  // `position` [x, y] on the plot.
  show(row, host, position) {
    if (this.row !== row) this.fill(row);
    this.root.hidden = false;
    const box = this.container.getBoundingClientRect();
    const plot = host.getBoundingClientRect();
    const {offsetWidth: width, offsetHeight: height} = this.root;
    this.root.style.left = `${beside(position[0] + plot.left - box.left, width, box.width)}px`;
    this.root.style.top = `${beside(position[1] + plot.top - box.top, height, box.height)}px`;
  }

  fill(row) {
    const {data} = this.state;
    const url = this.thumbnails.urlOf(row);
    this.row = row;
    this.image.hidden = !url;
    if (url) this.image.src = url;
    this.className.textContent = data.class_names[data.classes[row]].replaceAll('_', ' ') || this.words.unknown_class;
    this.typeName.textContent = data.type_styles[data.types[row]].name;
  }

  hide() {
    this.root.hidden = true;
    this.row = -1;
  }
}

// After the pointer if there is room, otherwise before it.
function beside(pointer, size, available) {
  const after = pointer + OFFSET_PX;
  return Math.max(0, after + size < available ? after : pointer - OFFSET_PX - size);
}
