// The map inside the app: files and pictures come from its server, events go to its handlers.
import {openAtlas} from './atlas.js';
import {fetchPacked} from './data.js';

export async function openLive(element, props, send, watch) {
  const root = element.querySelector('.point-map'), setup = JSON.parse(props.setup);
  const channel = {
    load: fetchPacked,
    picture: row => `${setup.pictures}/${row}`,
    send,
    describe: () => document.querySelector('#map-selection').scrollIntoView({behavior: 'smooth', block: 'nearest'}),
    async save(kind, view) {
      const answer = await fetch(`map/export/${kind}?lang=${document.documentElement.lang}`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(view)});
      if (!answer.ok) throw new Error(String(answer.status));
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await answer.blob());
      link.download = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? `map.${kind}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
  };
  try {
    const atlas = root.atlas = await openAtlas(root, setup, channel);
    const show = () => atlas.show(JSON.parse(props.value)).catch(failed);
    watch('value', show);
    await show();
    linkCards(atlas);
  } catch (error) { failed(error); }

  function failed(error) {
    console.error(error);
    const note = document.createElement('p');
    note.className = 'notice';
    note.textContent = setup.words.map_failed;
    root.prepend(note);
  }
}

// A result anywhere on the page that is pointed at, or reached by the keyboard, is marked on the map.
function linkCards(atlas) {
  const mark = event => {
    const row = Number(event.target.closest?.('[data-row]')?.dataset.row ?? -1);
    atlas.state.set('marked', row < atlas.state.n ? row : -1);
  };
  document.addEventListener('pointerover', mark);
  document.addEventListener('focusin', mark);
}
