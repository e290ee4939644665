/** Moves the focus to the error summary, so that it is read out and in view. */
export function focusSummary(root) {
  const summary = root.matches?.('.summary') ? root : root.querySelector?.('.summary');
  if (!summary || summary.dataset.seen === summary.textContent) return;
  summary.dataset.seen = summary.textContent;
  summary.setAttribute('tabindex', '-1');
  summary.focus();
}
