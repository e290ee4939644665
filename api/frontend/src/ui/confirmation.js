/** Asks before a button with data-confirm does its work. */
export function askFirst(event) {
  const button = event.target.closest?.('[data-confirm]');
  if (!button || window.confirm(button.dataset.confirm)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
