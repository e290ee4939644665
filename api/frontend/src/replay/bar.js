import { element } from '../shared/dom.js';

function button(text, label, action) {
  const node = element('button', { type: 'button', className: 'button button-secondary', textContent: text });
  node.setAttribute('aria-label', label);
  node.addEventListener('click', action);
  return node;
}

/** Play, step and scrub, with the mouse and with the keyboard. */
export class Bar {
  constructor(count) {
    this.scrubber = element('input', { type: 'range', id: 'replay-scrubber', min: '0', max: String(count - 1), step: '1' });
    this.place = element('output', { className: 'replay-place' });
    this.place.htmlFor = 'replay-scrubber';
    this.node = element('div', { className: 'replay-bar' });
  }

  control(player, section) {
    this.toggle = button('▶ 播放', '播放', () => player.toggle());
    this.toggle.classList.remove('button-secondary');
    const by = (distance) => () => { player.pause(); player.goTo(player.index + distance); };
    this.scrubber.setAttribute('aria-label', '回放进度');
    this.scrubber.addEventListener('input', () => { player.pause(); player.goTo(Number(this.scrubber.value)); });
    this.node.append(this.toggle, button('‹', '上一步', by(-1)), button('›', '下一步', by(1)), this.scrubber, this.place);
    section.addEventListener('keydown', (event) => this.#steer(event, player));
  }

  #steer(event, player) {
    const own = event.target.matches('input, button, summary, a');
    const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (event.key === ' ' && !own) player.toggle();
    else if (event.key in moves && event.target !== this.scrubber) { player.pause(); player.goTo(player.index + moves[event.key]); }
    else return;
    event.preventDefault();
  }

  show(player) {
    this.scrubber.value = String(player.index);
    this.scrubber.setAttribute('aria-valuetext', `第 ${player.index + 1} 步：${player.step.title}`);
    this.place.textContent = `第 ${player.index + 1} / ${player.steps.length} 步`;
    this.toggle.textContent = player.playing ? '❚❚ 暂停' : '▶ 播放';
    this.toggle.setAttribute('aria-label', player.playing ? '暂停' : '播放');
  }
}
