// A form is sent once: an impatient second click must not complete a task twice.

function uploading(form) {
  return form.querySelector('.attachment[data-state="uploading"]') !== null;
}

/** Refuses a second submission, and any submission while a file is still on its way. */
export function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  if (form.dataset.sent || uploading(form)) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'yes';
  form.setAttribute('aria-busy', 'true');
}

/** Makes forms usable again: after an htmx answer, or when the browser shows a page from its cache. */
export function releaseForms(root) {
  const forms = root.closest?.('form') ? [root.closest('form')] : root.querySelectorAll?.('form[data-sent]') ?? [];
  for (const form of forms) {
    delete form.dataset.sent;
    form.removeAttribute('aria-busy');
  }
}
