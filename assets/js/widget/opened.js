/**
 * Whether this user's messenger is open, in all pages of this tab; not opened again where it would cover the page.
 * @param {{app: string, user?: string}} of @param {boolean} [open] what it is from now on
 */
export function opened({ app, user = '' }, open) {
  const key = `parlour/open/${app}/${user}`;
  try {
    return (open === undefined ? sessionStorage.getItem(key) : (sessionStorage[key] = String(open))) === 'true';
  } catch {
    return false; // a page may have no storage
  }
}
