// Runs before address.js: keeps the images that were uploaded in this browser tab, which the server does not store.
window.uploads = (() => {
  const PREFIX = 'upload-'; // of an id; then the first digits of the SHA-256 of the file, see app/query_bar.py
  const DIGITS = 16;
  const ORDER = 'uploads'; // key of the ids in sessionStorage, oldest first
  const MAX_LENGTH = 5_000_000; // characters that sessionStorage holds
  const images = new Map(); // Blob by id, until the page is left
  let latest = null; // the last image that was uploaded, until its id is known

  // For a reload of the page. Null where the browser forbids it.
  const storage = (() => {
    try {
      return window.sessionStorage;
    } catch {
      return null;
    }
  })();

  // Two bytes in each character: there is room for 5 million characters. The first is 1 if the last byte is unused.
  function pack(bytes) {
    const even = new Uint8Array(bytes.length + (bytes.length % 2));
    even.set(bytes);
    const pairs = new Uint16Array(even.buffer),
      parts = [String.fromCharCode(bytes.length % 2)];
    for (let at = 0; at < pairs.length; at += 8192) parts.push(String.fromCharCode(...pairs.subarray(at, at + 8192)));
    return parts.join('');
  }

  function unpack(text) {
    const pairs = Uint16Array.from({length: text.length - 1}, (_, at) => text.charCodeAt(at + 1));
    return new Uint8Array(pairs.buffer, 0, 2 * pairs.length - text.charCodeAt(0));
  }

  // Older images make room; an image of more than 10 MB does not fit.
  function store(id, text) {
    const order = JSON.parse(storage.getItem(ORDER) ?? '[]').filter(one => one !== id);
    while (text.length < MAX_LENGTH) {
      try {
        storage.setItem(id, text);
        return storage.setItem(ORDER, JSON.stringify([...order, id]));
      } catch {
        if (!order.length) return storage.removeItem(id);
        storage.removeItem(order.shift());
      }
    }
  }

  async function keepAs(id, bytes, image) {
    images.set(id, image);
    if (storage) store(id, pack(bytes));
  }

  // Null where the page is not served by https or from this machine.
  async function idOf(bytes) {
    if (!window.crypto?.subtle) return null;
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return (
      PREFIX +
      Array.from(digest, byte => byte.toString(16).padStart(2, '0'))
        .join('')
        .slice(0, DIGITS)
    );
  }

  return {
    // The value of Gradio's image input, before the server reads and deletes the file.
    async keep(image) {
      latest = image?.url ? await fetch(image.url).then(response => (response.ok ? response.blob() : null)) : null;
      if (!latest) return;
      const bytes = new Uint8Array(await latest.arrayBuffer());
      const id = await idOf(bytes);
      if (id) keepAs(id, bytes, latest);
    },

    // The server has named the last image.
    async name(id) {
      const image = latest;
      if (!image || !id?.startsWith(PREFIX) || images.has(id)) return;
      latest = null;
      keepAs(id, new Uint8Array(await image.arrayBuffer()), image);
    },

    // A Blob, or the bytes; null if this browser tab does not have the image.
    find(id) {
      if (!id?.startsWith(PREFIX)) return null;
      const text = images.has(id) ? null : storage?.getItem(id);
      return images.get(id) ?? (text ? unpack(text) : null);
    },
  };
})();
