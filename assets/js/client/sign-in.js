/** The form for name and password, in the application's own colours. */
import { Failure } from '../core/failure.js';
import { Avatar } from './avatar.js';
import * as door from './door.js';
import { paint } from './colour.js';
import { Icon } from './icon.js';
import { sentence, t } from './language.js';
import * as provider from './provider.js';
import { html, useEffect, useEvent, useRef, useState } from './ui.js';

/** @typedef {import('./door.js').Brand} Brand */

/** Why somebody stands at the door: `ended` and `forbidden` by the server, `left` by their own wish, `spent` with a used link, `provider` after a sign-in there that failed. @typedef {''|'ended'|'forbidden'|'left'|'spent'|'provider'} Reason */

/** @param {Reason} reason @param {boolean} open whether one can sign in here */
function sentenceOf(reason, open) {
  if (reason === 'ended') return t('sign.ended');
  if (reason === 'forbidden') return t('error.forbidden');
  if (reason === 'spent') return t(open ? 'sign.ticket' : 'sign.ticket.only');
  return '';
}

/** @param {{app: string|null, reason: Reason, failure?: Failure, onin: (app: string) => void}} props */
export function SignIn({ app, reason, failure, onin }) {
  const [wanted, setWanted] = useState(app);
  const [brand, setBrand] = useState(/** @type {Brand|null|'unknown'} */ (null));
  const [problem, setProblem] = useState('');
  useEffect(() => {
    door.application(wanted).then(
      (found) => {
        setBrand(found);
        paint(found.colour, document.documentElement);
        document.title = found.name;
      },
      (failure) => {
        setBrand('unknown');
        if (failure.code !== 'not_found') setProblem(sentence(failure));
        else if (wanted) setProblem(t('sign.unknown', { app: wanted }));
      },
    );
  }, [wanted]);
  /** @param {string} id */
  const look = (id) => {
    setProblem('');
    setBrand(null);
    setWanted(id);
  };
  return html`
    <main class="door"><div class="door-card">
      ${brand === null
        ? html`<p class="door-wait"><span class="spinner" aria-hidden="true"></span><span class="hidden">${t('loading')}</span></p>`
        : brand === 'unknown'
          ? html`<${Organisation} wanted=${wanted ?? ''} problem=${problem} onfound=${look} />`
          : html`<${Password} brand=${brand} reason=${reason} failure=${failure} onin=${() => onin(brand.id)} />`}
    </div></main>`;
}

/** @param {{wanted: string, problem: string, onfound: (id: string) => void}} props */
function Organisation({ wanted, problem, onfound }) {
  const [id, setId] = useState(wanted);
  const box = /** @type {import('preact').RefObject<HTMLInputElement>} */ (useRef(/** @type {any} */ (null)));
  useEffect(() => box.current.select(), []); // to be mended, or written anew
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (id.trim()) onfound(id.trim().toLowerCase());
  };
  return html`<form onSubmit=${submit}>
    <div class="door-mark"><${Icon} name="talk" /></div><h1>${t('sign.which')}</h1><p class="door-text">${t('sign.which.text')}</p>
    <label class="field"><span>${t('sign.organisation')}</span><input ref=${box} class="input" type="text" autocapitalize="none" spellcheck=${false} autofocus value=${id}
      onInput=${(/** @type {any} */ event) => setId(event.target.value)} /></label>
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    <button type="submit" class="button button-accent button-wide" disabled=${!id.trim()}>${t('continue')}</button></form>`;
}

/** @param {{brand: Brand, reason: Reason, failure?: Failure, onin: () => void}} props */
function Password({ brand, reason, failure, onin }) {
  const open = brand.sign_in.includes('local') || brand.sign_in.includes('callback');
  const name = brand.provider ?? brand.name;
  const [problem, setProblem] = useState(failure ? provider.trouble(failure, name) : sentenceOf(reason, open));
  const [busy, setBusy] = useState(false);
  const form = /** @type {import('preact').RefObject<HTMLFormElement>} */ (useRef(/** @type {any} */ (null)));
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const data = new FormData(form.current);
    setBusy(true);
    setProblem('');
    try {
      await door.signIn({ app: brand.id, username: String(data.get('username')).trim(), password: String(data.get('password')) });
      onin();
    } catch (cause) {
      const failure = /** @type {import('../core/failure.js').Failure} */ (cause);
      setProblem(failure.code === 'unauthenticated' ? t('sign.wrong') : failure.code === 'rate_limited' ? t('sign.slow', { n: Math.ceil((failure.retryAfter ?? 60) / 60) }) : sentence(failure));
      setBusy(false);
      /** @type {HTMLInputElement} */ (form.current.elements.namedItem('password')).select();
    }
  };
  const head = html`<${Avatar} id="application" kind="application" name=${brand.name} picture=${brand.icon} size="large" /><h1 dir="auto">${brand.name}</h1>
    ${reason === 'left' && !problem && html`<p class="door-note" role="status">${t('sign.left')}</p>`}`;
  const cookie = async () => {
    setBusy(true);
    setProblem('');
    try {
      await door.signIn({ app: brand.id, who_am_i: true });
      onin();
    } catch (cause) {
      const failure = /** @type {import('../core/failure.js').Failure} */ (cause);
      setProblem(failure.code === 'unauthenticated' ? t('sign.cookie.nobody', { name: brand.name }) : sentence(failure));
      setBusy(false);
    }
  };
  const leave = async () => {
    setBusy(true);
    setProblem('');
    try {
      await provider.leave(brand.id); // and stays busy: the browser is on its way
    } catch (cause) {
      setProblem(provider.trouble(Failure.of(cause), name));
      setBusy(false);
    }
  };
  useEvent(window, 'pageshow', () => setBusy(false)); // somebody came back without having signed in there
  const byProvider = brand.provider && html`<button type="button" class=${`button button-wide ${open ? '' : 'button-accent'}`} disabled=${busy} onClick=${leave}>${t('provider.go', { name })}</button>`;
  const byCookie = brand.sign_in.includes('whoami') && html`<p class="door-text">${t('sign.cookie.text', { name: brand.name })}</p>
    <button type="button" class=${`button button-wide ${open ? '' : 'button-accent'}`} disabled=${busy} onClick=${cookie}>${t('sign.cookie', { name: brand.name })}</button>`;
  const trouble = problem && html`<p class="problem" role="alert">${problem}</p>`;
  if (!open) return html`${head}${byProvider && html`<p class="door-text">${t('sign.text')}</p>`}${trouble}${byProvider}${byCookie}${!byProvider && !byCookie && html`<p class="door-text">${t('sign.elsewhere', { name: brand.name })}</p>`}`;
  return html`<form ref=${form} onSubmit=${submit}>${head}
    <p class="door-text">${t('sign.text')}</p>
    <label class="field"><span>${t('sign.username')}</span><input class="input" name="username" type="text" dir="auto" autocomplete="username" autocapitalize="none" spellcheck=${false} required autofocus /></label>
    <label class="field"><span>${t('sign.password')}</span><input class="input" name="password" type="password" autocomplete="current-password" required /></label>
    ${trouble}
    <button type="submit" class="button button-accent button-wide" disabled=${busy}>${busy ? t('sign.running') : t('sign.in')}</button>${byProvider}${byCookie}</form>`;
}
