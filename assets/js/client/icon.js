/** Line drawings, 24 by 24, in the colour of the text around them. */
import { html } from './ui.js';

const paths = {
  send: 'M4.5 12h8M5.1 4.6l15 6.9a.55.55 0 0 1 0 1l-15 6.9c-.45.2-.92-.26-.74-.72L7 12 4.36 5.32c-.18-.46.29-.92.74-.72Z',
  back: 'M15 5l-7 7 7 7',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM20 20l-4.9-4.9',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  sent: 'M5 12.5l4.5 4.5L19 7.5',
  received: 'M2.5 12.5L7 17l9.5-9.5M12 16l1 1 9-9.5',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2',
  alert: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 8v4.5M12 16v.01',
  more: 'M6 12v.01M12 12v.01M18 12v.01',
  edit: 'M14.5 6l3.5 3.5M5 19l.8-3.8L16 5a1.5 1.5 0 0 1 2.1 0l.9.9a1.5 1.5 0 0 1 0 2.1L8.8 18.2 5 19Z',
  trash: 'M5 7h14M10 7V5a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v2M7 7l.8 11.1A1.5 1.5 0 0 0 9.3 19.5h5.4a1.5 1.5 0 0 0 1.5-1.4L17 7M10.5 11v5M13.5 11v5',
  reply: 'M9.5 6L4.5 11l5 5M5 11h8.5c3.3 0 6 2.7 6 6v1.5',
  copy: 'M9 9h9.5A1.5 1.5 0 0 1 20 10.5v8a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 9 18.5V9ZM15 9V5.5A1.5 1.5 0 0 0 13.5 4h-8A1.5 1.5 0 0 0 4 5.5v8A1.5 1.5 0 0 0 5.5 15H9',
  bell: 'M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5l1.5-1.5ZM10.5 20.5h3',
  muted: 'M17.5 13.5V11a5.5 5.5 0 0 0-9-4.200M6.5 10.5v6L5 18h13M10.5 20.5h3M4 4l16 16',
  people: 'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5c.5-3.5 3.100-5.5 6.5-5.5s6 2 6.5 5.5M16 4.900a3.5 3.5 0 0 1 0 6.300M18 14.400c2 .8 3.200 2.600 3.5 5.100',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c.6-3.700 3.600-6 7.5-6s6.900 2.300 7.5 6',
  block: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM6 6l12 12',
  info: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 11v5M12 8v.01',
  down: 'M6 9.5l6 6 6-6',
  up: 'M6 14.5l6-6 6 6',
  next: 'M9.5 6l6 6-6 6',
  leave: 'M14 5.5V5a1.5 1.5 0 0 0-1.5-1.5h-6A1.5 1.5 0 0 0 5 5v14a1.5 1.5 0 0 0 1.5 1.5h6A1.5 1.5 0 0 0 14 19v-.5M10 12h10M17 8.5l3.5 3.5-3.5 3.5',
  away: 'M14 4h6v6M20 4l-8.5 8.5M18 14v4.5a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 4 18.5v-11A1.5 1.5 0 0 1 5.5 6H10',
  talk: 'M20 11.5c0 4.100-3.600 7.5-8 7.5-1.200 0-2.400-.3-3.400-.7L4 19.5l1.200-3.700A7.100 7.100 0 0 1 4 11.5C4 7.400 7.600 4 12 4s8 3.400 8 7.5Z',
  file: 'M13.5 3.5h-6A1.5 1.5 0 0 0 6 5v14a1.5 1.5 0 0 0 1.5 1.5h9A1.5 1.5 0 0 0 18 19V8ZM13.5 3.5V8H18',
  clip: 'M19.5 11.4l-7.9 7.9a4.700 4.700 0 0 1-6.600-6.600l8.100-8.100a3.100 3.100 0 0 1 4.400 4.400l-8.100 8.100a1.550 1.550 0 0 1-2.200-2.200l7.400-7.400',
  save: 'M12 4v11M7.5 10.5L12 15l4.5-4.5M5 19.5h14',
  again: 'M19.5 8A8.300 8.300 0 0 0 4 10M4.5 16A8.300 8.300 0 0 0 20 14M19.800 3.5V8h-4.5M4.200 20.5V16h4.5',
};

/** @typedef {keyof typeof paths} Drawing */

/** @param {{name: Drawing, label?: string}} props a label where the drawing says something that no text does */
export const Icon = ({ name, label }) => html`
  <svg class=${`icon icon-${name}`} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round"
    stroke-linejoin="round" role=${label ? 'img' : undefined} aria-label=${label} aria-hidden=${label ? undefined : 'true'}>
    <path d=${paths[name]} />
  </svg>`;

/** A button that is only a drawing. @param {{name: Drawing, label: string, class?: string, onClick: (event: MouseEvent) => void, [attribute: string]: any}} props */
export const IconButton = ({ name, label, onClick, class: extra = '', ...rest }) => html`
  <button type="button" class=${`icon-button ${extra}`} aria-label=${label} title=${label} onClick=${onClick} ...${rest}><${Icon} name=${name} /></button>`;
