// Requests from scripts: the CSRF token on the way out, problem+json on the way back.

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? '';
}

/** What the server refused, with its Chinese sentence and, for diagrams, the list of problems. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? `请求没有成功（${status}），请稍后再试。`);
    this.status = status;
    this.problems = body.problems ?? [];
  }
}

async function jsonOf(response) {
  const type = response.headers.get('content-type') ?? '';
  return /json/.test(type) ? response.json() : {};
}

/** Sends a request and gives the JSON answer; a refusal is thrown. */
export async function request(url, { method = 'GET', body, headers = {} } = {}) {
  const response = await fetch(url, {
    method,
    body,
    credentials: 'same-origin',
    headers: { Accept: 'application/json', ...headers, ...(method === 'GET' ? {} : { 'X-CSRF-Token': csrfToken() }) },
  });
  const answer = await jsonOf(response);
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}
