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
    load: (projections, projection, {numbers}) => projections.loadClusters(projection, name, numbers[name]),
    summary: projection => projection.clusters[name].agreement,
    colour: (data, projection, {theme, words}) => {
      const {codes, n_clusters: n} = projection.clusters[name];
      const entries = majorities(codes, data, n).map(({type, share}, i) => ({
        name: `${i + 1} · ${data.type_styles[type].name}`,
        detail: `${Math.round(100 * share)} %`,
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
    return {type, share: count[type] / count.reduce((sum, one) => sum + one, 0)};
  });
}

export const byKmeans = clusterMode('kmeans', {least: 2, most: 100, word: 'map_n_clusters'});
export const byHdbscan = clusterMode('hdbscan', {least: 2, most: 1000, word: 'map_min_cluster'});
