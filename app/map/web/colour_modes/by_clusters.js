// Clusters of the embedding by k-means or HDBSCAN, computed by the server. A cluster is named after its most frequent type.
import {hexFromHsl, UNKNOWN_COLOUR} from '../drawing/colours.js';

const GOLDEN_ANGLE = 137.508; // degrees
const LIGHTNESS = {light: [0.4, 0.52, 0.3], dark: [0.6, 0.72, 0.48]};

function clusterMode(name, number) {
  return {
    name,
    number,
    perProjection: true,
    waiting: 'map_clustering',
    isAvailable: (data, projections) => projections.clusterings.includes(name) && data.n > number.least,
    // `number`: of clusters, or the least images of a cluster.
    async load(projections, projection, {shown, numbers}) {
      const [first] = await Promise.all(shown.map(one => projections.get(one)));
      await Promise.all([first, projection].map(one => projections.loadClusters(one, name, numbers[name])));
      const [reference, own] = [first.clusters[name], projection.clusters[name]];
      if (own && reference) own.matched = own === reference ? null : matched(own, reference);
    },
    summary: projection => projection.clusters[name].agreement,
    colour: (data, projection, {theme, words}) => {
      const {codes, n_clusters: n} = projection.clusters[name].matched ?? projection.clusters[name];
      const hasTypes = data.type_styles.length > 1;
      const entries = majorities(codes, data, n).map(({type, share}, i) => ({
        name: hasTypes ? `${i + 1} · ${data.type_styles[type].name}` : String(i + 1),
        detail: hasTypes && share ? `${Math.round(100 * share)} %` : '',
        colour: hexFromHsl((i * GOLDEN_ANGLE) % 360, 0.68, LIGHTNESS[theme][i % 3]),
      }));
      return {codes, entries: [...entries, {name: words.map_no_cluster, colour: UNKNOWN_COLOUR, scale: 0.8}]};
    },
  };
}

// The most frequent type of each cluster, and its share.
function majorities(codes, {types, type_styles: styles}, n) {
  const counts = Array.from({length: n}, () => new Uint32Array(styles.length));
  for (let row = 0; row < codes.length; row++) if (codes[row] < n) counts[codes[row]][types[row]]++;
  return counts.map(count => {
    const type = count.indexOf(Math.max(...count));
    return {
      type,
      share:
        count[type] /
        Math.max(
          1,
          count.reduce((sum, one) => sum + one, 0),
        ),
    };
  });
}

// The same clusters, numbered like those of the reference with which they share most images, the largest overlap first.
function matched({codes, n_clusters: n}, {codes: others, n_clusters: nOthers}) {
  const overlaps = new Map();
  for (let row = 0; row < codes.length; row++) {
    if (codes[row] === n || others[row] === nOthers) continue;
    const key = codes[row] * nOthers + others[row];
    overlaps.set(key, (overlaps.get(key) ?? 0) + 1);
  }
  const number = new Map();
  const taken = new Set();
  for (const [key] of [...overlaps].sort((a, b) => b[1] - a[1] || a[0] - b[0])) {
    const [own, other] = [Math.floor(key / nOthers), key % nOthers];
    if (number.has(own) || taken.has(other)) continue;
    number.set(own, other);
    taken.add(other);
  }
  let next = 0;
  for (let own = 0; own < n; own++) {
    if (number.has(own)) continue;
    while (taken.has(next)) next++;
    number.set(own, next);
    taken.add(next);
  }
  const total = Math.max(n, ...[...taken].map(one => one + 1));
  return {codes: Uint32Array.from(codes, code => (code === n ? total : number.get(code))), n_clusters: total};
}

export const byKmeans = clusterMode('kmeans', {least: 2, most: 100, word: 'map_n_clusters'});
export const byHdbscan = clusterMode('hdbscan', {least: 2, most: 1000, word: 'map_min_cluster'});
