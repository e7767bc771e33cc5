/** A dialog over the page: the browser keeps the focus in it and closes it by Esc. */
import { IconButton } from './icon.js';
import { t } from './language.js';
import { html, useLayoutEffect, useName, useRef } from './ui.js';

/** Opens a dialog while it is there; afterwards the focus is where it was. @returns {import('preact').RefObject<HTMLDialogElement>} */
export function useModal() {
  const box = /** @type {import('preact').RefObject<HTMLDialogElement>} */ (useRef(/** @type {any} */ (null)));
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement|null} */ (document.activeElement);
    const element = box.current;
    element.showModal();
    return () => {
      element.close(); // else nothing beside it can have the focus
      before?.focus();
    };
  }, []);
  return box;
}

/** @param {{title: string, onclose: () => void, children: any, narrow?: boolean}} props */
export function Dialog({ title, onclose, children, narrow }) {
  const box = useModal();
  const name = useName('dialog');
  /** @param {MouseEvent} event */
  const outside = (event) => event.target === box.current && onclose();
  return html`
    <dialog ref=${box} class=${narrow ? 'is-narrow' : ''} aria-labelledby=${name} onClick=${outside} onCancel=${(/** @type {Event} */ event) => (event.preventDefault(), onclose())}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && event.stopPropagation()}>
      <div class="dialog-all">
        <header class="dialog-head"><h2 id=${name}>${title}</h2><${IconButton} name="close" label=${t('close')} onClick=${onclose} /></header>
        ${children}
      </div>
    </dialog>`;
}

/** @param {{title: string, text?: string, action: string, onyes: () => void, onclose: () => void, calm?: boolean, stay?: string}} props */
export const Confirm = ({ title, text, action, onyes, onclose, calm, stay }) => html`
  <${Dialog} title=${title} onclose=${onclose} narrow>
    ${text && html`<p class="dialog-text" dir="auto">${text}</p>`}
    <footer class="dialog-foot"><button type="button" class="button" onClick=${onclose}>${stay ?? t('cancel')}</button>
      <button type="button" class=${`button ${calm ? 'button-accent' : 'button-danger'}`} onClick=${onyes} autofocus>${action}</button></footer>
  <//>`;
