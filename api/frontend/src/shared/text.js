/** The text at a URL; a failure names what could not be had. */
export async function fetchText(url, noun) {
  const answer = await fetch(url, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${noun}没有取到（${answer.status}）。`);
  return answer.text();
}
