/**
 * What a page of the office does beyond plain links and forms. Every page also works without it.
 */

/** The widget's interface, there when its script has loaded. */
const widget = () => /** @type {{Parlour?: {open?: (party?: string) => void}}} */ (window).Parlour;

/** A one-time link signs in by itself. */
const entry = document.querySelector("form[data-at-once]");
if (entry instanceof HTMLFormElement) entry.requestSubmit();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const person = form.dataset.chat;
  const open = widget()?.open;
  if (person && open) {
    event.preventDefault();
    open(`user:${person}`);
    return;
  }
  if (form.target === "_blank") return;
  // A second press while the first is under way does nothing.
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

/** On a phone the row of pages scrolls: the present one is in sight. */
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

/** Back from the browser's cache: forms may be sent again. */
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

/** The last day is never before the first. */
const first = document.querySelector("input[name=first]");
const last = document.querySelector("input[name=last]");
if (first instanceof HTMLInputElement && last instanceof HTMLInputElement) {
  first.addEventListener("change", () => {
    last.min = first.value;
    if (last.value < first.value) last.value = first.value;
  });
}

/** Who can be reached now, asked again while the page is looked at. */
const seats = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-person]"));
async function lookAround() {
  if (document.hidden) return;
  const answer = await fetch("/people/presence").catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  /** @type {Record<string, string>} */
  const shows = await answer.json();
  for (const seat of seats) seat.dataset.show = shows[seat.dataset.person ?? ""] ?? "";
}
if (seats.length > 0) {
  // Whoever opened this page is there a moment later, when the widget has connected.
  setInterval(lookAround, 2_000);
  document.addEventListener("visibilitychange", lookAround);
}
