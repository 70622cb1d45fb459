// Runs in the component of app/address.py. Its value is what the address should hold: {parameters, number}.
const NAMES = ['tab', 'checkpoint', 'k', 'query', 'crop', 'label', 'compare', 'selected', 'projection', 'selection'];
const READABLE = /%(2F|2C|3A|3B|3D)/g; // characters that need no escape in a query
const ACTIONS = ['pointerdown', 'keydown', 'change', 'drop', 'paste'];
let number = 0; // of the last address that was opened
let visitorActed = false; // since then: only then is a change a new entry of the history

const parameters = () => new URLSearchParams(location.search);
const openAddress = async () => {
  visitorActed = false;
  const opened = ++number,
    kept = window.uploads.find(parameters().get('query'));
  const path = kept && (await upload(new File([kept], 'upload')).catch(() => null))?.path;
  if (opened === number) trigger('open_address', {...Object.fromEntries(parameters()), upload: path, number});
};

watch('value', () => {
  const values = JSON.parse(props.value);
  if (values.number !== number) return; // of an address that was left
  document.documentElement.classList.remove('opening');
  window.uploads.name(values.parameters.query);
  const [now, next] = [parameters(), parameters()];
  for (const name of NAMES) {
    if (name in values.parameters) next.set(name, values.parameters[name]);
    else next.delete(name);
  }
  const changed = NAMES.filter(name => now.get(name) !== next.get(name));
  if (!changed.length) return;
  const isNewEntry = visitorActed && changed.some(name => name !== 'k'); // a slider has many values on its way
  const text = next.toString().replace(READABLE, decodeURIComponent);
  history[isNewEntry ? 'pushState' : 'replaceState'](null, '', location.pathname + (text ? `?${text}` : ''));
});

// A click on a tab, or Enter, once Gradio has opened it.
document.addEventListener('click', event => {
  if (!event.target.closest('#tabs .tab-wrapper')) return;
  setTimeout(() => {
    const open = document.querySelector('#tabs [role=tab][aria-selected=true]');
    if (open) trigger('open_tab', {tab: open.dataset.tabId});
  });
});
for (const name of ACTIONS) addEventListener(name, () => (visitorActed = true), {capture: true});
addEventListener('popstate', openAddress);
if (NAMES.some(name => parameters().has(name))) openAddress();
