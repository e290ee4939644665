// File inputs with data-upload: each chosen file is stored at once, so a page that comes back with errors keeps it.
import { element } from '../shared/dom.js';
import { request } from '../shared/http.js';

function readable(bytes) {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** The list of chips that belongs to an input; made on first use. */
function listOf(input) {
  const existing = document.getElementById(`${input.id}-files`);
  if (existing) return existing;
  const list = element('ul', { className: 'attachments', id: `${input.id}-files` });
  list.setAttribute('aria-live', 'polite');
  input.after(list);
  return list;
}

function chip(file) {
  const item = element('li', { className: 'attachment' });
  item.dataset.state = 'uploading';
  item.append(
    element('span', { className: 'attachment-name', textContent: file.name }),
    element('span', { className: 'attachment-state', textContent: `正在上传（${readable(file.size)}）` }),
  );
  return item;
}

function removeButton(item, name) {
  const button = element('button', { type: 'button', className: 'button-link', textContent: '移除' });
  button.setAttribute('aria-label', `移除 ${name}`);
  button.addEventListener('click', () => item.remove());
  return button;
}

function say(item, state, text) {
  item.dataset.state = state;
  item.querySelector('.attachment-state').textContent = text;
}

async function store(input, file) {
  const item = chip(file);
  const list = listOf(input);
  if (!input.multiple) list.replaceChildren();
  list.append(item);
  const body = new FormData();
  body.append('file', file);
  try {
    const attachment = await request(input.dataset.upload || '/attachments', { method: 'POST', body });
    item.append(element('input', { type: 'hidden', name: input.name, value: attachment.id }));
    say(item, 'stored', readable(file.size));
  } catch (refusal) {
    say(item, 'refused', refusal.message);
  }
  item.append(removeButton(item, file.name));
}

/** Uploads what was just chosen, then empties the input: the stored files are named by hidden inputs. */
export async function uploadOnSelection(event) {
  const input = event.target;
  if (!input.matches?.('input[type="file"][data-upload]')) return;
  const files = [...input.files];
  input.value = '';
  input.required = false;
  await Promise.all(files.map((file) => store(input, file)));
}
