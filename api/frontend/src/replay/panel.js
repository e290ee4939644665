import { element } from '../shared/dom.js';

/** A value as FEEL would write it, so that it reads like the condition beside it. */
function written(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
}

function facts(pairs) {
  const rows = pairs.flatMap(([label, value]) => [element('dt', { textContent: label }), element('dd', { textContent: written(value) })]);
  return element('dl', { className: 'facts' }, ...rows);
}

function condition({ flow, flowName, text, values, result }) {
  const verdict = element('span', { className: result ? 'tag tag-green' : 'tag', textContent: result ? '成立' : '不成立' });
  const read = Object.entries(values ?? {}).map(([path, value]) => `${path} = ${value === null ? '空' : JSON.stringify(value)}`);
  return element('li', {},
    element('p', {}, verdict, ` ${flowName || flow}${text ? '' : '（默认连线）'}`),
    text ? element('p', {}, element('code', { textContent: text })) : null,
    read.length ? element('p', { className: 'muted small', textContent: `读到的值：${read.join('，')}` }) : null);
}

function gateway({ id, name, conditions }) {
  return element('section', {},
    element('h3', { textContent: `分支：${name || id}` }),
    element('ul', { className: 'replay-conditions' }, ...conditions.map(condition)));
}

function decision({ name, rules, inputs, outputs }) {
  return element('section', {},
    element('h3', { textContent: `决策表：${name}` }),
    element('p', { textContent: rules.length ? `适用规则：${rules.join('、')}` : '没有适用的规则' }),
    facts([...Object.entries(inputs ?? {}), ['结果', outputs]]));
}

function heading({ title, outcome, negative }) {
  const tag = outcome ? element('span', { className: negative ? 'tag tag-red' : 'tag tag-green', textContent: outcome }) : null;
  return element('h2', {}, `${title} `, tag);
}

function byline({ who, onBehalfOf, at }) {
  return element('p', { className: 'muted' }, onBehalfOf ? `${who}（代 ${onBehalfOf}）` : who, ' · ', element('span', { className: 'nowrap', textContent: at }));
}

/** Who, when, what was decided, what was filled in, and why the case went where it went. */
export class Panel {
  constructor() {
    this.node = element('div', { className: 'replay-panel', tabIndex: 0 });
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', '这一步的内容');
  }

  show({ step, playing }) {
    this.node.setAttribute('aria-live', playing ? 'off' : 'polite');
    const fields = step.fields ?? [];
    this.node.replaceChildren(
      heading(step),
      byline(step),
      ...(fields.length ? [element('h3', { textContent: '填报内容' }), facts(fields.map(({ label, value }) => [label, value]))] : []),
      ...(step.gateways ?? []).map(gateway),
      ...(step.decisions ?? []).map(decision));
  }
}
