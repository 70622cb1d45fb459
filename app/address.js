// Runs in the component of app/address.py. Its value is what the address should hold: parameters by name.
const NAMES = ['tab', 'checkpoint', 'k', 'query', 'crop', 'compare', 'selected', 'projection', 'selection'];
const READABLE = /%(2F|2C|3A|3B|3D)/g; // characters that need no escape in a query
const ACTIONS = ['pointerdown', 'keydown', 'change', 'drop', 'paste'];
let number = 0;
let visitorActed = false; // since the address was opened: only then is a change a new entry of the history

const parameters = () => new URLSearchParams(location.search);
const openAddress = () => {
  visitorActed = false;
  trigger('open_address', {...Object.fromEntries(parameters()), number: ++number});
};

watch('value', () => {
  document.documentElement.classList.remove('opening');
  const values = JSON.parse(props.value);
  const next = parameters();
  for (const name of NAMES) {
    if (name in values) next.set(name, values[name]);
    else next.delete(name);
  }
  if (next.toString() === parameters().toString()) return;
  const text = next.toString().replace(READABLE, decodeURIComponent);
  history[visitorActed ? 'pushState' : 'replaceState'](null, '', text ? `?${text}` : location.pathname);
});

for (const name of ACTIONS) addEventListener(name, () => (visitorActed = true), {capture: true});
addEventListener('popstate', openAddress);
if (NAMES.some(name => parameters().has(name))) openAddress();
