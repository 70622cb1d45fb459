// The small window beside the pointer: the picture, its class and its type.
import {make} from './dom.js';

export class Tip {
  constructor(root, state, pictures, words) {
    Object.assign(this, {home: root, state, pictures, words});
    this.image = make('img', {alt: ''});
    this.name = make('b');
    this.kind = make('span');
    this.root = make('div', {class: 'map-tip', hidden: ''}, this.image, this.name, this.kind);
  }

  show(row, host, [x, y]) {
    const {data} = this.state, url = this.pictures.address(row);
    if (this.row !== row) {
      this.row = row;
      this.image.hidden = !url;
      if (url) this.image.src = url;
      this.name.textContent = data.class_names[data.classes[row]].replaceAll('_', ' ') || this.words.unknown_class;
      this.kind.textContent = data.type_styles[data.types[row]].name;
    }
    this.root.hidden = false;
    const box = this.home.getBoundingClientRect(), plot = host.getBoundingClientRect();
    const [px, py] = [x + plot.left - box.left, y + plot.top - box.top], {offsetWidth: width, offsetHeight: height} = this.root;
    this.root.style.left = `${Math.max(0, px + 16 + width < box.width ? px + 16 : px - 16 - width)}px`;
    this.root.style.top = `${Math.max(0, py + 16 + height < box.height ? py + 16 : py - 16 - height)}px`;
  }

  hide() { this.root.hidden = true; this.row = -1; }
}
