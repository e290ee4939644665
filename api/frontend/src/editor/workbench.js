// What the editors of diagrams and of decisions share: buttons, drafts, deployment, problems.
import { element } from '../shared/dom.js';
import { request } from '../shared/http.js';
import { ProblemList } from './problems.js';

const XML = { 'Content-Type': 'application/xml' };

function clock() {
  return new Date().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit' });
}

function deployed({ version, unchanged }) {
  if (unchanged) return `内容与第 ${version} 版相同，没有产生新版本`;
  return version ? `已部署为第 ${version} 版` : '已部署';
}

/** The actions of an editor page. The document says how to open, read and mark what is edited. */
export class Workbench {
  #dirty = false;

  constructor(root, { toolbar, problems }, document) {
    this.addresses = root.dataset;
    this.document = document;
    this.problems = new ProblemList(problems, (id) => document.select(id));
    this.status = element('span', { className: 'editor-status' });
    this.status.setAttribute('role', 'status');
    toolbar.append(...this.#buttons(), this.status);
    document.onChange(() => this.#changed());
    window.addEventListener('beforeunload', (event) => { if (this.#dirty) event.preventDefault(); });
  }

  /** Shows a document; what the tool could not read in it becomes a warning. */
  async open(xml) {
    try {
      const warnings = await this.document.open(xml);
      this.#report(warnings.map(({ message }) => ({ severity: 'warning', element_id: null, message })));
      this.#dirty = false;
      this.#say('');
      return true;
    } catch (error) {
      this.#report([{ severity: 'error', element_id: null, message: `${this.document.noun}打不开：${error.message}` }]);
      return false;
    }
  }

  #buttons() {
    const { draft, lint, deploy } = this.addresses;
    const button = (text, action, kind = ' button-secondary') => {
      const node = element('button', { type: 'button', className: `button${kind}`, textContent: text });
      node.addEventListener('click', () => this.#busy(node, action));
      return node;
    };
    return [
      draft && button('保存草稿', () => this.#save()),
      lint && button('检查', () => this.#check()),
      deploy && button('部署', () => this.#deploy(), ''),
      button('下载', () => this.#download()),
      button('上传', () => this.#upload()),
    ].filter(Boolean);
  }

  async #busy(button, action) {
    button.disabled = true;
    try {
      await action();
    } catch (refusal) {
      this.#say(refusal.message, true);
      this.#report(refusal.problems ?? []);
    } finally {
      button.disabled = false;
    }
  }

  async #save() {
    const answer = await request(this.addresses.draft, { method: 'PUT', headers: XML, body: await this.document.read() });
    this.#dirty = false;
    this.#report(answer.problems ?? []);
    this.#say(`草稿已保存 ${clock()}`);
  }

  async #check() {
    const { problems = [] } = await request(this.addresses.lint, { method: 'POST', headers: XML, body: await this.document.read() });
    this.#report(problems);
    this.#say(problems.length ? `发现 ${problems.length} 个问题` : '没有发现问题');
  }

  async #deploy() {
    if (!window.confirm('部署为新版本？正在办理的办件仍按原来的版本办。')) return;
    const answer = await request(this.addresses.deploy, { method: 'POST', headers: XML, body: await this.document.read() });
    this.#dirty = false;
    this.#report(answer.problems ?? []);
    this.#say(deployed(answer));
    if (answer.url) this.status.append(' ', element('a', { href: answer.url, textContent: '查看' }));
  }

  async #download() {
    const file = new Blob([await this.document.read()], { type: 'application/xml' });
    const link = element('a', { href: URL.createObjectURL(file), download: this.addresses.name ?? 'diagram.xml' });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  #upload() {
    const chooser = element('input', { type: 'file', accept: '.bpmn,.dmn,.xml' });
    chooser.addEventListener('change', async () => {
      if (await this.open(await chooser.files[0].text())) this.#changed();
    });
    chooser.click();
  }

  #changed() {
    this.#dirty = true;
    this.#say('有未保存的修改');
  }

  #say(text, alarm = false) {
    this.status.textContent = text;
    this.status.classList.toggle('error', alarm);
  }

  #report(problems) {
    this.problems.show(problems);
    this.document.mark(problems);
  }
}
