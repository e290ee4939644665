import { csrfToken } from '../shared/http.js';

/** Puts the CSRF token on every unsafe htmx request. */
export function addToken({ detail: { ctx } }) {
  if (ctx.request.method !== 'GET') ctx.request.headers['X-CSRF-Token'] = csrfToken();
}
