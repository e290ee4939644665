import { element } from '../shared/dom.js';

function withButton(item, action) {
  const title = item.querySelector('p, h3') ?? item;
  const button = element('button', { type: 'button', className: 'button-link' });
  button.append(...title.childNodes);
  title.append(button);
  button.addEventListener('click', action);
}

/** The server's list of steps: each becomes a way to its place in the replay. */
export class Timeline {
  constructor(list, player) {
    this.items = [...(list?.querySelectorAll('[data-seq]') ?? [])];
    for (const item of this.items) {
      const index = player.steps.findIndex(({ seq }) => String(seq) === item.dataset.seq);
      if (index >= 0) withButton(item, () => { player.pause(); player.goTo(index); });
    }
  }

  show({ step, steps, index }) {
    const later = new Set(steps.slice(index + 1).map(({ seq }) => String(seq)));
    for (const item of this.items) {
      const current = item.dataset.seq === String(step.seq);
      item.classList.toggle('later', later.has(item.dataset.seq));
      if (current) item.setAttribute('aria-current', 'step');
      else item.removeAttribute('aria-current');
    }
  }
}
