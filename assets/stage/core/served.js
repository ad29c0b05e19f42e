// Where things are served, found from where this text is itself: behind any base path or prefix. As one
// bundle the stage knows files by addresses that change with what is in them (scripts/bundle.py).

const ROOT = import.meta.url.slice(0, import.meta.url.lastIndexOf("/assets/") + 1);
/** @type {Record<string, string>} */
let elsewhere = {};

// addresses: of files that lie elsewhere than among the sources, by their paths there.
/** @param {Record<string, string>} addresses */
export function learnAddresses(addresses) {
  elsewhere = addresses;
}

// A file of the assets.
/** @param {string} path */
export function asset(path) {
  return `${ROOT}assets/${elsewhere[path] ?? path}`;
}

// Anything else that this server answers.
/** @param {string} path */
export function served(path) {
  return `${ROOT}${path}`;
}
