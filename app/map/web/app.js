// The map inside the app: files come from the server, events go to the handlers of app/tabs/map.py.
import {openAtlas} from './atlas.js';
import {fetchPacked} from './data/packed_file.js';
import {highlightHoveredCards} from './input/result_cards.js';

const REVOKE_MS = 60_000; // a download has started by then

// Called by app/map/component.py with what Gradio gives: `trigger(event, data)` calls a Python handler, `watch` observes
// a property. `setup`: `map_setup`.
export async function openInApp(element, setup, props, trigger, watch) {
  const root = element.querySelector('.point-map');
  const fail = error => {
    console.error(error);
    showError(root, setup.words.map_failed);
  };
  const channel = {
    load: url => fetchPacked(url.startsWith('map/clusters') ? `${url}?lang=${document.documentElement.lang}` : url),
    thumbnailUrl: row => `${setup.thumbnails}/${row}`,
    send: trigger,
    save: saveFile,
  };
  try {
    const atlas = await openAtlas(root, setup, channel);
    root.atlas = atlas;
    const show = () => atlas.show(JSON.parse(props.value)).catch(fail);
    watch('value', show);
    await show();
    highlightHoveredCards(atlas.state);
  } catch (error) {
    fail(error);
  }
}

// Downloads an export of the view, in the language of the page, under the name that the server gives it.
async function saveFile(kind, view) {
  const response = await fetch(`map/export/${kind}?lang=${document.documentElement.lang}`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(view),
  });
  if (!response.ok) throw new Error(`export ${kind}: ${response.status}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition'))[1];
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}

function showError(root, text) {
  const message = document.createElement('p');
  message.className = 'notice';
  message.textContent = text;
  root.prepend(message);
}
